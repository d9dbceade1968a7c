// The colours of the style sheet for what is drawn by scripts, and when they change.
import { useEffect, useState } from "preact/hooks";

/** The value of a variable of the style sheet, such as "--blue". */
export function colorOf(variable: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(variable).trim();
}

/** A word for the set of colours in use: the caller is drawn anew when the reader or the system chooses another one. */
export function useColors(): string {
  const [scheme, set] = useState(() => colorOf("--ground"));
  useEffect(() => {
    const update = () => set(colorOf("--ground"));
    const system = matchMedia("(prefers-color-scheme: dark)");
    const chosen = new MutationObserver(update);
    chosen.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    system.addEventListener("change", update);
    update();
    return () => {
      chosen.disconnect();
      system.removeEventListener("change", update);
    };
  }, []);
  return scheme;
}
