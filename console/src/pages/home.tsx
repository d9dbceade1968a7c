// The first look: how fast the loop turns, what was answered and blocked, what needs a person, and whether the node is well.
import { useEffect, useMemo, useState } from "preact/hooks";
import { useAsk } from "../ask";
import { ago, length, number, percent, shortNumber } from "../format";
import { useLive } from "../live";
import { t, word } from "../texts";
import type { Case, ClockRow, Indicator, NoticeSummary, ReportSummary, Rows, SeriesRow, TopRow } from "../types";
import { WeekHours } from "../ui/calendar";
import { TimeChart } from "../ui/chart";
import { Figure, Page, Panel, SubjectLink, Table, When } from "../ui/parts";
import { AsOf, Empty, State } from "../ui/state";
import { useHealth, worst } from "../health";
import type { PageProps } from ".";

const spans: [string, number, number][] = [
  ["1h", 3600, 60],
  ["24h", 86400, 600],
  ["7d", 7 * 86400, 3600],
];

const topMost = 1000;
const staleMs = 60000; // the log is at most a second behind, and pages ask every ten

function Answers({ member }: { member: string }) {
  const [span, setSpan] = useState("24h");
  const [, seconds, step] = spans.find((s) => s[0] === span) ?? spans[1]!;
  const since = Math.floor((Date.now() / 1000 - seconds) / step) * step;
  const asked = useAsk<Rows<SeriesRow>>("/series", { since_us: since * 1e6, step_s: step }, 60000);
  const series = useMemo(() => {
    const byTime = new Map((asked.data?.rows ?? []).map((r) => [r.at_s, r]));
    const at: number[] = [];
    for (let s = since; s <= Date.now() / 1000; s += step) at.push(s);
    const of = (pick: (r: SeriesRow) => number) => at.map((s) => (byTime.has(s) ? pick(byTime.get(s)!) : 0));
    return { at, queries: of((r) => r.queries), blocked: of((r) => r.blocked), observed: of((r) => r.observed) };
  }, [asked.data]);
  const queries = series.queries.reduce((a, b) => a + b, 0);
  const blocked = series.blocked.reduce((a, b) => a + b, 0);
  return (
    <Panel
      wide
      title={member ? `${t("Answers over time")}: ${member}` : t("Answers over time")}
      note={
        <span class="choices" role="group" aria-label={t("Span of time")}>
          {spans.map(([name]) => (
            <button type="button" class="quiet" aria-pressed={name === span} onClick={() => setSpan(name)}>
              {name}
            </button>
          ))}
        </span>
      }
    >
      <State asked={asked} empty={() => (queries === 0 ? t("No answers were recorded in this time.") : undefined)}>
        {() => (
          <>
            <p class="sum">
              {number(queries)} {t("answers")}, {number(blocked)} {t("blocked")} ({percent(queries ? blocked / queries : 0)})
            </p>
            <TimeChart
              label={t("Answers over time")}
              at={series.at}
              lines={[
                { label: t("Answers"), color: "--blue", values: series.queries, fill: true },
                { label: t("Blocked"), color: "--bad", values: series.blocked },
                { label: t("Observed"), color: "--warn", values: series.observed },
              ]}
            />
          </>
        )}
      </State>
    </Panel>
  );
}

/** Four weeks, summed by hour of the week: what is usual, so that what is not stands out. */
function WeekOfAnswers() {
  const since = Math.floor(Date.now() / 3600000) * 3600e6 - 28 * 86400e6;
  const asked = useAsk<Rows<SeriesRow>>("/series", { since_us: since, step_s: 3600 }, 600000);
  return (
    <Panel title={t("Answers by hour of the week")} note={t("sum of 4 weeks")}>
      <State asked={asked} empty={(d) => (d.rows.length === 0 ? t("No answers were recorded in this time.") : undefined)}>
        {(data) => <WeekHours label={t("Answers by hour of the week")} rows={data.rows.map((r) => ({ at_s: r.at_s, count: r.queries }))} />}
      </State>
    </Panel>
  );
}

function LoopClock() {
  const asked = useAsk<Rows<ClockRow> & { subjects: number }>("/clock", { weeks: 4 }, 60000);
  return (
    <Panel title={t("Loop clock")} note={t("median of 4 weeks")}>
      <State asked={asked} empty={(d) => (d.rows.length === 0 ? t("Nothing was judged and acted on in this time.") : undefined)}>
        {(data) => (
          <Table
            label={t("Loop clock")}
            rows={data.rows.slice(0, 8)}
            rowKey={(r) => r.week + r.claim + r.from + r.to}
            columns={[
              { head: t("Step"), cell: (r) => `${word(r.from)} → ${word(r.to)}` },
              { head: t("Claim"), cell: (r) => word(r.claim), minor: true },
              { head: t("Median"), cell: (r) => length(r.median_us), right: true },
              { head: "90 %", cell: (r) => length(r.p90_us), right: true },
              { head: t("Subjects"), cell: (r) => number(r.count), right: true, minor: true },
            ]}
          />
        )}
      </State>
    </Panel>
  );
}

function Waiting() {
  const asked = useAsk<Rows<Indicator>>("/indicators", { advice: "ask", limit: 6 }, 30000);
  return (
    <Panel title={t("Waits for a person")} note={<a href="/review">{t("All")}</a>}>
      <State asked={asked} empty={(d) => (d.rows.length === 0 ? t("Nothing waits.") : undefined)}>
        {(data) => (
          <Table
            label={t("Waits for a person")}
            rows={data.rows}
            rowKey={(r) => r.id}
            columns={[
              { head: t("Subject"), cell: (r) => <SubjectLink of={r.subject} /> },
              { head: t("Claim"), cell: (r) => word(r.claim) },
              { head: t("Seen"), cell: (r) => number(r.sightings), right: true },
            ]}
          />
        )}
      </State>
    </Panel>
  );
}

function Top({ what, title }: { what: "blocked" | "members" | "clients"; title: string }) {
  const since = Math.floor(Date.now() / 600000) * 600e6 - 86400e6;
  const asked = useAsk<Rows<TopRow>>("/top", { what, since_us: since, limit: 8 }, 60000);
  return (
    <Panel title={title} note="24h">
      <State asked={asked} empty={(d) => (d.rows.length === 0 ? t("Nothing in this time.") : undefined)}>
        {(data) => (
          <Table
            label={title}
            rows={data.rows}
            rowKey={(r) => r.name ?? r.client_ip ?? r.member ?? ""}
            columns={
              what === "blocked"
                ? [
                    { head: t("Name"), cell: (r) => <SubjectLink of={r.name ?? ""} /> },
                    { head: t("Blocked"), cell: (r) => number(r.hits), right: true },
                    { head: t("Clients"), cell: (r) => number(r.clients ?? 0), right: true },
                    { head: t("Last"), cell: (r) => <When us={r.last_s * 1e6} />, minor: true },
                  ]
                : [
                    { head: what === "members" ? t("Member") : t("Client"), cell: (r) => (what === "members" ? r.member || t("(no member)") : r.client_ip) },
                    { head: t("Answers"), cell: (r) => number(r.hits), right: true },
                    { head: t("Blocked"), cell: (r) => number(r.blocked ?? 0), right: true },
                  ]
            }
          />
        )}
      </State>
    </Panel>
  );
}

interface Rise {
  name: string;
  now: number;
  before: number | undefined; // undefined: there was too much of other names to know
}

/** Names whose blocked questions are more than in the day before, by how many more. */
function Rising() {
  const day = 86400e6;
  const now = Math.floor(Date.now() / 600000) * 600e6;
  const latest = useAsk<Rows<TopRow>>("/top", { what: "blocked", since_us: now - day, limit: 50 }, 60000);
  const both = useAsk<Rows<TopRow>>("/top", { what: "blocked", since_us: now - 2 * day, limit: topMost }, 60000);
  const rising = useMemo(() => {
    const all = new Map((both.data?.rows ?? []).map((r) => [r.name, r.hits]));
    const complete = (both.data?.rows.length ?? 0) < topMost;
    return (latest.data?.rows ?? [])
      .map((r): Rise => ({ name: r.name ?? "", now: r.hits, before: all.has(r.name) ? Math.max(0, (all.get(r.name) ?? 0) - r.hits) : complete ? 0 : undefined }))
      .filter((r) => r.now > (r.before ?? 0))
      .sort((a, b) => b.now - (b.before ?? 0) - (a.now - (a.before ?? 0)))
      .slice(0, 8);
  }, [latest.data, both.data]);
  return (
    <Panel title={t("Threats on the rise")} note={t("24 hours, against the 24 before")}>
      <State asked={both.data ? latest : both} empty={() => (rising.length === 0 ? t("No name is blocked more often than the day before.") : undefined)}>
        {() => (
          <Table
            label={t("Threats on the rise")}
            rows={rising}
            rowKey={(r) => r.name}
            columns={[
              { head: t("Name"), cell: (r) => <SubjectLink of={r.name} /> },
              { head: t("Blocked"), cell: (r) => number(r.now), right: true },
              { head: t("Day before"), cell: (r) => (r.before === undefined ? "–" : number(r.before)), right: true },
            ]}
          />
        )}
      </State>
    </Panel>
  );
}

/** Above everything when what is shown is not what is: the node does not answer, does not store, or nobody asks it. */
function Stale({ health }: { health: ReturnType<typeof useHealth> }) {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 5000);
    return () => clearInterval(timer);
  }, []);
  const { asked, dataUs } = health;
  if (asked.at && now - asked.at > staleMs) {
    return <StaleBox tone="bad" text={t("The node has not answered this page; what it shows is old. Last answer:")} us={asked.at * 1000} />;
  }
  if (!dataUs || now - dataUs / 1000 < staleMs) return null;
  const coming = (asked.data?.recording?.rows_per_second ?? 0) > 0;
  return coming ? (
    <StaleBox tone="bad" text={t("Answers are given, but not stored: what is counted here is old. Newest stored:")} us={dataUs} />
  ) : (
    <StaleBox tone="warn" text={t("Nobody asks the resolver, or their questions do not arrive. Newest answer:")} us={dataUs} />
  );
}

function StaleBox({ tone, text, us }: { tone: "bad" | "warn"; text: string; us: number }) {
  return (
    <p class={`box ${tone}`} role="status" data-stale={tone}>
      {text} <When us={us} />
    </p>
  );
}

function Health() {
  const health = useHealth();
  const [rate, setRate] = useState<number>();
  useLive({ status: true }, { status: (s) => setRate((s["recording"] as { rows_per_second?: number } | undefined)?.rows_per_second) });
  return (
    <Panel title={t("Health")} note={<a href="/system">{t("System")}</a>}>
      <State asked={health.asked}>
        {() => (
          <>
            <ul class="health">
              {health.checks.map((c) => (
                <li class={c.tone}>
                  <span aria-hidden="true">{c.tone === "good" ? "✓" : c.tone === "warn" ? "!" : "✗"}</span> {c.text}
                </li>
              ))}
            </ul>
            {rate !== undefined && (
              <p class="muted">
                {shortNumber(rate)} {t("answers a second")}
              </p>
            )}
          </>
        )}
      </State>
    </Panel>
  );
}

export function Home({ session }: PageProps) {
  const may = (permission: string) => session.permissions[permission] !== undefined;
  const health = useHealth(may("status"));
  const tone = worst(health.checks);
  const ask = useAsk<Rows<Indicator>>(may("intelligence") ? "/indicators" : undefined, { advice: "ask", limit: 1000 }, 30000);
  const clock = useAsk<Rows<ClockRow>>(may("intelligence") ? "/clock" : undefined, { weeks: 4 }, 60000);
  const notices = useAsk<NoticeSummary>(may("notices") ? "/notices/summary" : undefined, {}, 60000).data;
  const reports = useAsk<ReportSummary>(may("report") ? "/reports/summary" : undefined, {}, 60000).data;
  const cases = useAsk<Rows<Case>>(session.permissions["cases"] === "all" ? "/cases" : undefined, { answered: true, limit: 500 }, 60000);
  const answered = cases.data?.rows.length ?? 0;
  const loop = clock.data?.rows.find((r) => r.from === "judged" && r.to === "blocked");
  return (
    <Page title={t("Home")}>
      {may("status") && <Stale health={health} />}
      <div class="figures">
        {may("intelligence") && <Figure label={t("Judged to blocked")} value={loop ? length(loop.median_us) : "–"} note={loop ? `${t("median")}, ${number(loop.count)} ${t("subjects")}` : t("not measured yet")} />}
        {may("intelligence") && <Figure label={t("Waits for a person")} value={ask.data ? number(ask.data.rows.length) : "–"} tone={ask.data?.rows.length ? "warn" : undefined} note={<>{ask.data && <AsOf at={ask.at} />} <a href="/review">{t("Review")}</a></>} />}
        {notices && (
          <Figure
            label={t("Notices without effect")}
            value={number((notices.states["no-effect"] ?? 0) + (notices.states["failed"] ?? 0))}
            tone={(notices.states["no-effect"] ?? 0) + (notices.states["failed"] ?? 0) > 0 ? "warn" : undefined}
            note={<a href="/notices">{`${number((notices.states["sent"] ?? 0) + (notices.states["opened"] ?? 0))} ${t("told and still open")}`}</a>}
          />
        )}
        {answered > 0 && <Figure label={t("Members answered")} value={number(answered)} tone="warn" note={<a href="/cases?answered=true">{t("Cases")}</a>} />}
        {may("report") && <Figure label={t("Report to release")} value={reports?.released ? length(reports.median_us) : "–"} tone={reports?.open ? "warn" : undefined} note={<a href="/reports">{reports?.open ? `${number(reports.open)} ${t("waiting for a decision")}` : reports?.released ? t("median") : t("not measured yet")}</a>} />}
        {may("status") && <Figure label={t("Health")} value={health.checks.length === 0 ? "–" : tone === "good" ? t("well") : tone === "warn" ? t("look") : t("act")} tone={tone} note={health.dataUs ? `${t("newest answer on disk")}: ${ago(health.dataUs)}` : undefined} />}
        {!may("status") && <Figure label={t("Member")} value={session.member} />}
      </div>
      <div class="panels">
        <Answers member={session.member} />
        {may("intelligence") && <LoopClock />}
        {may("intelligence") && <Waiting />}
        <Rising />
        <WeekOfAnswers />
        <Top what="blocked" title={t("Most blocked")} />
        {may("status") ? <Top what="members" title={t("Members hit")} /> : <Top what="clients" title={t("Clients")} />}
        {may("status") && <Health />}
      </div>
      {!may("status") && <Empty>{t("You see what belongs to your organisation.")}</Empty>}
    </Page>
  );
}
