// Single keys of a page, and the row that they are about: both are what the page shows at that moment.
import { useLayoutEffect, useState } from "preact/hooks";

/** Where nothing is typed into and no other key is held. In force with the very picture they belong to: an effect that waits for the next frame would let a key mean the row of the picture before. */
export function useKeys(keys: Record<string, () => void>) {
  useLayoutEffect(() => {
    const press = (e: KeyboardEvent) => {
      if ((e.target as Element).closest("input, textarea, select") || e.ctrlKey || e.metaKey || e.altKey || e.repeat) return;
      const run = keys[e.key];
      if (run) {
        e.preventDefault();
        run();
      }
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  });
}

/** One row of many, by its number: rows come and go while somebody reads, and a key must mean the one that is read. */
export function usePicked<Row>(rows: Row[], numberOf: (row: Row) => number) {
  const [at, setAt] = useState(0);
  const [picked, pick] = useState(0);
  const found = rows.findIndex((r) => numberOf(r) === picked);
  const index = found >= 0 ? found : Math.min(at, rows.length - 1);
  const chosen = rows[index];
  const number = chosen ? numberOf(chosen) : 0;
  useLayoutEffect(() => {
    setAt(Math.max(index, 0));
    pick(number);
  }, [number, index]);
  const move = (by: number) => {
    const to = rows[Math.max(0, Math.min(index + by, rows.length - 1))];
    if (to) pick(numberOf(to));
  };
  return { chosen, pick, move };
}
