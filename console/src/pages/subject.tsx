// Everything known of one thing: a name, an address, a hash. Policy, belief with its reasons, verdicts, where it was met, passive DNS, answers,
// and who received it.
import { useMemo, useState } from "preact/hooks";
import { post } from "../api";
import { useAct, useAsk } from "../ask";
import { number, percent, queryType, time } from "../format";
import { language, t, word } from "../texts";
import type { LogRow, Rows, VerdictsAnswer } from "../types";
import { DayCalendar } from "../ui/calendar";
import { Figure, Page, Panel, SubjectLink, Table, Tag, Tlp, When } from "../ui/parts";
import { type Relation, Relations } from "../ui/relations";
import { AsOf, Empty, ErrorBox, State } from "../ui/state";
import { countryName } from "../ui/world";
import type { PageProps } from ".";
import { SubjectCases } from "./subject_cases";

interface Why {
  action: string;
  verdict: number;
  group?: string;
  matches: { action: string; list?: string; line?: number; verdict: number; reason?: string; source?: string; statement?: string }[];
  protected?: boolean;
}

interface Outcome {
  recipient: string;
  outcome: string;
  text: string;
}

interface PassiveRow {
  name: string;
  type: number;
  data: string;
  hits: number;
  time_first: number; // seconds
  time_last: number;
}

function looksLikeName(q: string): boolean {
  return /^[^/:\s@]+\.[^/:\s@]+$/.test(q) && !/^[0-9.]+$/.test(q);
}

function Act({ q, isName, again }: { q: string; isName: boolean; again: () => void }) {
  const { act, busy, error } = useAct();
  const [reason, setReason] = useState("");
  const run = (path: string, body: object) => void act(() => post(path, { ...body, reason })).then((fine) => fine && (setReason(""), again()));
  return (
    <Panel title={t("Decide")}>
      {error && <ErrorBox error={error} />}
      <label>
        {t("Reason (stands in the ledger)")}
        <input value={reason} onInput={(e) => setReason(e.currentTarget.value)} />
      </label>
      <div class="buttons">
        {isName && (
          <button type="button" class="danger" disabled={busy || !reason} onClick={() => run("/rules/block", { name: q })}>
            {t("Block")}
          </button>
        )}
        {isName && (
          <button type="button" disabled={busy || !reason} onClick={() => run("/rules/allow", { name: q })}>
            {t("Allow")}
          </button>
        )}
        {isName && (
          <button type="button" disabled={busy || !reason} onClick={() => run("/rules/withdraw", { name: q })}>
            {t("Take back a rule by hand")}
          </button>
        )}
        <button type="button" disabled={busy || !reason} onClick={() => run("/verdicts", { subject: q, claim: "confirmed" })}>
          {t("Confirm")}
        </button>
        <button type="button" disabled={busy || !reason} onClick={() => run("/verdicts", { subject: q, claim: "false-positive" })}>
          {t("False positive")}
        </button>
      </div>
    </Panel>
  );
}

/** A rule by hand is a verdict too, but not one of what the subject is: nothing of it is shared. */
function isJudged(answer: VerdictsAnswer | undefined): boolean {
  return answer?.verdicts.some((v) => v.claim !== "block" && v.claim !== "allow") ?? false;
}

const isAddress = (q: string) => /^(\d{1,3}(\.\d{1,3}){3}|[0-9a-f:]*:[0-9a-f:.]*)$/i.test(q);

function relationsOf(q: string, verdicts: VerdictsAnswer | undefined, pdns: PassiveRow[]): Relation[] {
  const unique = (kind: Relation["kind"], names: string[]) => [...new Set(names)].filter((n) => n && n !== q).map((name) => ({ kind, name }));
  const plain = (name: string) => name.replace(/\.$/, "");
  return [
    ...unique("source", (verdicts?.verdicts ?? []).map((v) => v.source)),
    ...unique("member", (verdicts?.sightings ?? []).map((s) => s.member || t("(own clients)"))),
    ...unique("neighbour", pdns.flatMap((r) => [plain(r.name), plain(r.data)])),
  ];
}

export function Subject({ place, session }: PageProps) {
  const q = place.query.get("q")?.trim() ?? "";
  const isName = looksLikeName(q);
  const path = (p: string) => (q ? p : undefined);
  const verdicts = useAsk<VerdictsAnswer>(path("/verdicts"), { subject: q });
  const why = useAsk<Why>(isName ? "/why" : undefined, { name: q });
  const share = useAsk<{ outcomes: Outcome[]; given: { recipient: string; given: boolean; first_us: number }[] }>(session.permissions["sharing"] && isJudged(verdicts.data) ? "/share" : undefined, { subject: q });
  const where = useAsk<{ country: string }>(isAddress(q) ? `/places/${encodeURIComponent(q)}` : undefined);
  const log = useAsk<Rows<LogRow>>(isName ? "/log" : undefined, { name: q, below: true, limit: 20 });
  const pdns = useAsk<Rows<PassiveRow>>(path("/pdns"), isName ? { name: q, limit: 20 } : { data: q, limit: 20 });
  const relations = useMemo(() => relationsOf(q, verdicts.data, pdns.data?.rows ?? []), [q, verdicts.data, pdns.data, language()]);
  const met = useMemo(() => (verdicts.data?.sightings ?? []).map((s) => ({ us: s.hour_us, count: s.count })), [verdicts.data]);
  const again = () => [verdicts, why, share].forEach((a) => a.again());
  if (!q) return <Page title={t("Search")}>{<Empty>{t("Type a name, address, hash, URL or other subject into the box at the top, or press / .")}</Empty>}</Page>;
  const belief = verdicts.data?.belief;
  return (
    <Page title={q} actions={<button type="button" onClick={() => print()}>{t("Print")}</button>}>
      <div class="figures">
        <Figure label={t("At the resolver")} value={why.data ? <Tag of={why.data.action} /> : "–"} note={why.data?.verdict ? `${t("verdict")} ${why.data.verdict}` : isName ? t("nothing in the policy") : t("not a name")} />
        <Figure label={t("Believed")} value={belief ? word(belief.claim) : "–"} note={belief ? percent(belief.probability / 1000) : t("nothing was said of it")} />
        <Figure label={t("Advice")} value={belief ? <Tag of={belief.advice} /> : "–"} note={belief ? word(belief.state) : undefined} />
        {where.data && <Figure label={t("Country")} value={countryName(where.data.country)} note={t("where its network is registered")} />}
        <Figure label={t("Met")} value={verdicts.data?.sightings ? number(verdicts.data.sightings.reduce((n, s) => n + s.count, 0)) : "–"} note={<>{t("times, in the hours that are kept")} {verdicts.at > 0 && <AsOf at={verdicts.at} />}</>} />
      </div>
      <div class="panels">
        {session.permissions["judge"] && <Act q={q} isName={isName} again={again} />}
        {session.permissions["cases"] && <SubjectCases key={q} subject={q} session={session} />}
        <Panel title={t("Why it is believed")}>
          <State asked={verdicts} empty={(d) => (d.belief ? undefined : t("Nothing was ever said of it."))}>
            {(data) => (
              <>
                <ul class="reasons">
                  {data.belief?.lines.map((l) => (
                    <li>
                      <span class={l.log_odds > 0 ? "odds bad" : "odds good"}>
                        {l.log_odds > 0 ? "+" : ""}
                        {(l.log_odds / 1000).toFixed(2)}
                      </span>
                      {l.text}
                    </li>
                  ))}
                </ul>
                {data.warning_lists && data.warning_lists.length > 0 && (
                  <p class="box warn">
                    {t("On warning lists")}: {data.warning_lists.join(", ")}
                  </p>
                )}
              </>
            )}
          </State>
        </Panel>
        {(verdicts.data?.without ?? []).length > 0 && (
          <Panel title={t("What if one had said nothing?")}>
            <Table
              label={t("What if one had said nothing?")}
              rows={verdicts.data?.without ?? []}
              rowKey={(w) => w.source}
              columns={[
                { head: t("Without"), cell: (w) => w.source },
                { head: t("Believed"), cell: (w) => `${word(w.claim)}, ${percent(w.probability / 1000)}` },
                { head: t("Advice"), cell: (w) => <Tag of={w.advice} /> },
              ]}
            />
          </Panel>
        )}
        {isName && (
          <Panel title={t("What the policy says")}>
            <State asked={why} empty={(d) => (d.matches.length === 0 ? t("No rule and no list has it.") : undefined)}>
              {(data) => (
                <Table
                  label={t("What the policy says")}
                  rows={data.matches}
                  rowKey={(m) => `${m.verdict}/${m.line ?? 0}/${m.list ?? ""}`}
                  columns={[
                    { head: t("Action"), cell: (m) => <Tag of={m.action} /> },
                    { head: t("By"), cell: (m) => m.list || m.source || "" },
                    { head: t("Line"), cell: (m) => (m.line ? number(m.line) : ""), right: true },
                    { head: t("Reason"), cell: (m) => m.reason ?? "" },
                    { head: t("Verdict"), cell: (m) => m.verdict, right: true },
                  ]}
                />
              )}
            </State>
          </Panel>
        )}
        {relations.length > 0 && (
          <Panel title={t("Relations")}>
            <Relations subject={q} relations={relations} />
          </Panel>
        )}
        {met.length > 0 && (
          <Panel title={t("When it was met")}>
            <DayCalendar events={met} label={t("When it was met")} />
          </Panel>
        )}
        <Panel wide title={t("Verdicts")}>
          <State asked={verdicts} empty={(d) => (d.verdicts.length === 0 ? t("There is no verdict.") : undefined)}>
            {(data) => (
              <Table
                label={t("Verdicts")}
                rows={data.verdicts}
                rowKey={(v) => v.number}
                columns={[
                  { head: "#", cell: (v) => v.number, right: true },
                  { head: t("Claim"), cell: (v) => <Tag of={v.claim} /> },
                  { head: t("Said by"), cell: (v) => `${v.source}` },
                  { head: t("Probability"), cell: (v) => percent(v.probability / 1000, 0), right: true },
                  { head: t("Reason"), cell: (v) => v.reason },
                  { head: "TLP", cell: (v) => <Tlp level={v.tlp} />, minor: true },
                  { head: t("Made"), cell: (v) => <When us={v.made_us} /> },
                  { head: t("Until"), cell: (v) => (v.until_us ? time(v.until_us) : t("no end")), minor: true },
                  { head: t("Stands"), cell: (v) => (v.superseded_by ? `→ ${v.superseded_by}` : "✓") },
                ]}
              />
            )}
          </State>
        </Panel>
        <Panel title={t("Where it was met")}>
          <State asked={verdicts} empty={(d) => (d.sightings && d.sightings.length > 0 ? undefined : t("It was not met while it was watched for."))}>
            {(data) => (
              <Table
                label={t("Where it was met")}
                rows={data.sightings ?? []}
                rowKey={(s) => `${s.hour_us}${s.member}`}
                columns={[
                  { head: t("Hour"), cell: (s) => time(s.hour_us) },
                  { head: t("Member"), cell: (s) => s.member || t("(own clients)") },
                  { head: t("Times"), cell: (s) => number(s.count), right: true },
                ]}
              />
            )}
          </State>
        </Panel>
        {session.permissions["sharing"] && isJudged(verdicts.data) && (
          <Panel title={t("Who receives it")}>
            <State asked={share} empty={(d) => (d.outcomes.length === 0 ? t("There are no recipients.") : undefined)}>
              {(data) => (
                <Table
                  label={t("Who receives it")}
                  rows={data.outcomes}
                  rowKey={(o) => o.recipient}
                  columns={[
                    { head: t("Recipient"), cell: (o) => o.recipient },
                    { head: t("Outcome"), cell: (o) => o.text },
                    { head: t("First given"), cell: (o) => <When us={data.given.find((g) => g.recipient === o.recipient)?.first_us ?? 0} /> },
                  ]}
                />
              )}
            </State>
          </Panel>
        )}
        <Panel title={t("Passive DNS")}>
          <State asked={pdns} empty={(d) => (d.rows.length === 0 ? t("Nothing was recorded.") : undefined)}>
            {(data) => (
              <Table
                label={t("Passive DNS")}
                rows={data.rows}
                rowKey={(r) => `${r.name} ${r.type} ${r.data}`}
                columns={[
                  { head: t("Name"), cell: (r) => (r.name === q ? r.name : <SubjectLink of={r.name} />) },
                  { head: t("Type"), cell: (r) => queryType(r.type) },
                  { head: t("Data"), cell: (r) => (r.data === q ? r.data : <SubjectLink of={r.data} />) },
                  { head: t("Last"), cell: (r) => <When us={r.time_last * 1e6} /> },
                ]}
              />
            )}
          </State>
        </Panel>
        {isName && (
          <Panel wide title={t("Latest answers")}>
            <State asked={log} empty={(d) => (d.rows.length === 0 ? t("Nobody asked for it.") : undefined)}>
              {(data) => (
                <Table
                  label={t("Latest answers")}
                  rows={[...data.rows].reverse()}
                  rowKey={(r) => r.seq}
                  columns={[
                    { head: t("Time"), cell: (r) => time(r.time_us) },
                    { head: t("Client"), cell: (r) => r.client_ip },
                    { head: t("Name"), cell: (r) => r.name },
                    { head: t("Action"), cell: (r) => <Tag of={r.action} /> },
                    { head: t("Member"), cell: (r) => r.member, minor: true },
                  ]}
                />
              )}
            </State>
          </Panel>
        )}
      </div>
    </Page>
  );
}
