// The live log: answers as they are given, newest first. Rows are kept in a ring and drawn at most four times a second, so that thousands a
// second do not stop the page.
import { useEffect, useRef, useState } from "preact/hooks";
import { clock, length, number, queryType, responseCode } from "../format";
import { type LiveLog, useLive } from "../live";
import { setQuery } from "../router";
import { t } from "../texts";
import type { LogRow } from "../types";
import { Page, SubjectLink, Table, Tag } from "../ui/parts";
import { Empty } from "../ui/state";
import type { PageProps } from ".";

const kept = 500;
const shown = 100;

export function Live({ place, session }: PageProps) {
  const blocked = place.query.get("blocked") === "true";
  const below = place.query.get("below") ?? "";
  const [text, setText] = useState(below);
  const [paused, setPaused] = useState(false);
  const [rows, setRows] = useState<LogRow[]>([]);
  const [counts, setCounts] = useState({ total: 0, skipped: 0, lost: 0, rate: 0 });
  const ring = useRef<LogRow[]>([]);
  const tally = useRef({ total: 0, skipped: 0, lost: 0, marks: [] as [number, number][] });
  const open = useLive(
    { log: true, blocked, below },
    {
      log: (l: LiveLog) => {
        ring.current = [...l.rows.reverse(), ...ring.current].slice(0, kept);
        tally.current.total = l.total;
        tally.current.skipped += l.skipped;
      },
      lost: () => (tally.current.lost += 1),
    },
  );
  useEffect(() => {
    ring.current = [];
    tally.current = { total: 0, skipped: 0, lost: 0, marks: [] };
    setRows([]);
  }, [blocked, below]);
  useEffect(() => {
    const timer = setInterval(() => {
      const { total, skipped, lost, marks } = tally.current;
      marks.push([Date.now(), total]);
      if (marks.length > 20) marks.shift();
      const [firstAt, firstTotal] = marks[0] ?? [Date.now(), total];
      const seconds = (Date.now() - firstAt) / 1000;
      setCounts({ total, skipped, lost, rate: seconds > 0.5 ? Math.max(0, (total - firstTotal) / seconds) : 0 });
      if (!paused) setRows(ring.current.slice(0, shown));
    }, 250);
    return () => clearInterval(timer);
  }, [paused]);
  return (
    <Page
      title={t("Live log")}
      actions={
        <>
          <form
            onSubmit={(e) => {
              e.preventDefault();
              setQuery({ below: text.trim() });
            }}
          >
            <input value={text} onInput={(e) => setText(e.currentTarget.value)} placeholder={t("Name and all below it")} aria-label={t("Name and all below it")} />
          </form>
          <label class="check">
            <input type="checkbox" checked={blocked} onChange={(e) => setQuery({ blocked: e.currentTarget.checked ? "true" : "" })} /> {t("Blocked only")}
          </label>
          <button type="button" aria-pressed={paused} onClick={() => setPaused(!paused)}>
            {paused ? t("Go on") : t("Pause")}
          </button>
        </>
      }
    >
      <p class="sum" role="status">
        <span class={open ? "dot good" : "dot bad"} aria-hidden="true" /> {open ? t("connected") : t("not connected")} · {number(Math.round(counts.rate))} {t("a second")} · <span data-total={counts.total}>{number(counts.total)}</span> {t("since the page was opened")}
        {counts.skipped > 0 && ` · ${number(counts.skipped)} ${t("not sent: too many a second")}`}
        {counts.lost > 0 && ` · ${t("the page was too slow and missed some")}`}
      </p>
      {rows.length === 0 ? (
        <Empty>{t("No answer was given since the page was opened.")}</Empty>
      ) : (
        <Table
          label={t("Live log")}
          rows={rows}
          rowKey={(r) => r.seq}
          columns={[
            { head: t("Time"), cell: (r) => clock(r.time_us) },
            { head: t("Client"), cell: (r) => r.client_ip },
            { head: t("Name"), cell: (r) => (session.permissions["intelligence"] ? <SubjectLink of={r.name} /> : r.name) },
            { head: t("Type"), cell: (r) => queryType(r.qtype), minor: true },
            { head: t("Action"), cell: (r) => (r.action === "none" ? responseCode(r.rcode) : <Tag of={r.action} />) },
            { head: t("Member"), cell: (r) => r.member || r.group, minor: true },
            { head: t("Took"), cell: (r) => length(r.latency_us), right: true, minor: true },
          ]}
        />
      )}
    </Page>
  );
}
