// Small parts that many pages use: panels, numbers, words with a meaning, tables, links to subjects.
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { ago, number, time } from "../format";
import { subjectPath } from "../router";
import { t, word } from "../texts";

export function Page({ title, actions, children }: { title: string; actions?: ComponentChildren; children: ComponentChildren }) {
  return (
    <>
      <header class="page-head">
        <h1>{title}</h1>
        {actions && <div class="actions">{actions}</div>}
      </header>
      {children}
    </>
  );
}

export function Panel({ title, note, children, wide }: { title: string; note?: ComponentChildren; children: ComponentChildren; wide?: boolean }) {
  return (
    <section class={wide ? "panel wide" : "panel"} aria-label={title}>
      <h2>
        {title}
        {note && <span class="note">{note}</span>}
      </h2>
      {children}
    </section>
  );
}

export function Figure({ label, value, note, tone }: { label: string; value: ComponentChildren; note?: ComponentChildren; tone?: "bad" | "good" | "warn" }) {
  return (
    <div class={`figure ${tone ?? ""}`}>
      <span class="label">{label}</span>
      <span class="value">{value}</span>
      {note && <span class="note">{note}</span>}
    </div>
  );
}

const tones: Record<string, string> = {
  block: "bad", nxdomain: "bad", nodata: "bad", "local-data": "bad", drop: "bad", refused: "warn", truncate: "warn", ask: "warn", observe: "warn",
  active: "bad", candidate: "warn", expired: "", revoked: "", pass: "good", "case-answered": "warn", "false-positive": "good", benign: "good", allow: "good", running: "good",
};

/** A word of the API in the reader's language, with a colour that only repeats what it says. */
export function Tag({ of }: { of: string }) {
  return <span class={`tag ${tones[of] ?? ""}`}>{word(of)}</span>;
}

export function Tlp({ level }: { level: string }) {
  return <span class={`tlp tlp-${level.replace("+", "-")}`}>TLP:{level.toUpperCase()}</span>;
}

export function SubjectLink({ of }: { of: string }) {
  return (
    <a class="subject" href={subjectPath(of)}>
      {of}
    </a>
  );
}

export function When({ us }: { us: number }) {
  if (!us) return <span class="muted">{t("never")}</span>;
  return <time title={time(us)} dateTime={new Date(us / 1000).toISOString()}>{ago(us)}</time>;
}

export interface Column<T> {
  head: string;
  cell: (row: T) => ComponentChildren;
  right?: boolean;
  /** Left out where there is little room. */
  minor?: boolean;
}

/** Of rows that can be chosen one is reached by Tab; the arrows, Home and End go on from there (WAI-ARIA Authoring Practices, grid). */
function moveSelection<T>(e: KeyboardEvent, row: T, rows: T[], onSelect: (row: T) => void) {
  const at = rows.indexOf(row);
  const to: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1, Enter: at, " ": at };
  const next = rows[to[e.key] ?? -1];
  if (e.target !== e.currentTarget || next === undefined) return;
  e.preventDefault();
  onSelect(next);
  const body = (e.currentTarget as HTMLElement).parentElement;
  (body?.children[rows.indexOf(next)] as HTMLElement | undefined)?.focus();
}

/** When what had the focus is gone - a row that was decided, its button - the focus goes to the row that is chosen now, or to the table: else keys would begin at the top of the page. */
function useKeptFocus() {
  const table = useRef<HTMLDivElement>(null);
  const had = useRef<Element>();
  useLayoutEffect(() => {
    if (!had.current || had.current.isConnected || document.activeElement !== document.body) return;
    had.current = undefined;
    const row = table.current?.querySelector<HTMLElement>("tr[aria-selected=true]");
    if (row) row.focus();
    else table.current?.focus({ preventScroll: true });
  });
  return {
    ref: table,
    onFocusIn: (e: FocusEvent) => (had.current = e.target as Element),
    onFocusOut: (e: FocusEvent) => {
      const left = e.target as HTMLButtonElement;
      // Who leaves it by himself leaves it where it is; one that was pressed cannot be pressed again for a moment.
      setTimeout(() => had.current === left && left.isConnected && !left.disabled && document.activeElement !== left && (had.current = undefined));
    },
  };
}

export function Table<T>({ label, columns, rows, rowKey, selected, onSelect }: { label: string; columns: Column<T>[]; rows: T[]; rowKey: (row: T) => string | number; selected?: string | number; onSelect?: (row: T) => void }) {
  const focus = useKeptFocus();
  return (
    <div class="table-scroll" tabIndex={0} role="group" aria-label={label} {...focus}>
      <table role={onSelect && "grid"}>
        <caption class="hidden">{label}</caption>
        <thead>
          <tr>
            {columns.map((c) => (
              <th scope="col" class={`${c.right ? "right" : ""} ${c.minor ? "minor" : ""}`}>
                {c.head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr
              key={rowKey(row)}
              class={selected === rowKey(row) ? "selected" : ""}
              aria-selected={onSelect ? selected === rowKey(row) : undefined}
              tabIndex={onSelect && (selected === rowKey(row) ? 0 : -1)}
              onClick={onSelect && (() => onSelect(row))}
              onKeyDown={onSelect && ((e) => moveSelection(e, row, rows, onSelect))}
            >
              {columns.map((c) => (
                <td class={`${c.right ? "right" : ""} ${c.minor ? "minor" : ""}`}>{c.cell(row)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const drawn = 200;

/** A table of thousands: the first ones are drawn, the others when somebody wants them. */
export function LongTable<T>({ rows, ...more }: { label: string; columns: Column<T>[]; rows: T[]; rowKey: (row: T) => string | number }) {
  const [most, setMost] = useState(drawn);
  return (
    <>
      <Table rows={rows.slice(0, most)} {...more} />
      {rows.length > most && (
        <p class="buttons">
          <button type="button" onClick={() => setMost(5 * most)}>
            {t("Show more")} ({number(rows.length - most)})
          </button>
        </p>
      )}
    </>
  );
}

/** Goes on in a list whose newest rows come first; nothing when these were all. */
export function Older({ after, show }: { after: number | undefined; show: (after: string) => void }) {
  if (!after) return null;
  return (
    <p class="buttons">
      <button type="button" onClick={() => show(String(after))}>
        {t("Older ones")}
      </button>
    </p>
  );
}
