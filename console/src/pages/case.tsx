// One case: what the node knows of its subjects now, what came about when, who works on it, and what can be done.
import { useState } from "preact/hooks";
import { get, patch, post, remove } from "../api";
import { useAct, useAsk } from "../ask";
import { download } from "../csv";
import { number, percent, time } from "../format";
import { t, word } from "../texts";
import type { Case, CaseMoment, CaseSubject, Rows, Session } from "../types";
import { Figure, Page, Panel, SubjectLink, Table, Tag, Tlp, When } from "../ui/parts";
import { Empty, ErrorBox, State } from "../ui/state";
import { casePath, CaseState, levels, severities } from "./case_words";

const outcomes = ["resolved", "false-alarm", "nothing-to-do", "handed-over", "duplicate"];
const claims = ["phishing", "malware", "c2", "spam", "scanner", "infected", "malicious", "benign", "false-positive", "confirmed"];

interface Work {
  of: Case;
  may: boolean;
  busy: boolean;
  run: (work: () => Promise<unknown>) => Promise<boolean>;
}

// ---- what is known ----

function Known({ rows, work }: { rows: CaseSubject[]; work: Work }) {
  const { of: c, may, busy, run } = work;
  const path = `/cases/${c.number}/subjects`;
  return (
    <Table
      label={t("Subjects")}
      rows={rows}
      rowKey={(s) => `${s.kind} ${s.subject ?? ""} ${s.made_us}`}
      columns={[
        {
          head: t("Subject"),
          cell: (s) => (
            <>
              {s.subject === null ? <span class="muted">{t("(may not be told)")}</span> : c.access === "shown" ? <span class="subject">{s.subject}</span> : <SubjectLink of={s.subject} />}
              {s.note && <div class="muted words">{s.note}</div>}
            </>
          ),
        },
        { head: t("Believed"), cell: (s) => (s.state ? `${word(s.claim)} ${percent(s.probability / 1000, 0)}` : "–") },
        { head: t("State"), cell: (s) => (s.state ? <Tag of={s.state} /> : "–"), minor: true },
        { head: t("At the resolver"), cell: (s) => (s.action ? <Tag of={s.action} /> : "–") },
        { head: t("Met in 7 days"), cell: (s) => s.met.map((m) => <div>{`${m.member || t("(own clients)")}: ${number(m.count)}`}</div>) },
        { head: t("Notices"), cell: (s) => s.notices.map((n) => <a href={`/notices?id=${n.id}`}>{`${number(n.id)} ${word(n.state)} `}</a>), minor: true },
        { head: t("Also seen in"), cell: (s) => s.also.map((o) => <div><a class="words" href={casePath(o.number)}>{`${number(o.number)} ${o.title}`}</a></div>) },
        ...(may
          ? [
              {
                head: t("Change"),
                cell: (s: CaseSubject) => (
                  <button type="button" class="quiet" disabled={busy} aria-label={`${t("Take away")}: ${s.subject}`} onClick={() => void run(() => remove(path, { subject: s.subject ?? "", kind: s.kind }))}>
                    ✕
                  </button>
                ),
              },
            ]
          : []),
      ]}
    />
  );
}

/** One line of the timeline in words. */
function momentText(m: CaseMoment): string {
  if (m.what === "note") return m.text ?? "";
  if (m.what !== "change") return `${word(`case-${m.what}`)}${m.subject ? `: ${m.subject}` : ""}`;
  const say = (value: string | undefined) => (value ? (m.field === "state" ? word(`case-${value}`) : m.field === "outcome" || m.field === "severity" ? word(value) : value) : "–");
  return `${word(`case-field-${m.field}`)}: ${say(m.old)} → ${say(m.text)}`;
}

function Timeline({ rows, cut }: { rows: CaseMoment[]; cut: boolean }) {
  return (
    <>
      {cut && <p class="muted">{t("Older notes are left out here.")}</p>}
      <ol class="timeline">
        {rows.map((m) => (
          <li class={m.what === "note" ? "written" : ""}>
            <time dateTime={new Date(m.at_us / 1000).toISOString()}>{time(m.at_us)}</time> {m.made_by && <span class="muted">{m.made_by}</span>}
            {m.member && <span class="tag">{m.member}: {t("answer")}</span>}
            {m.what === "note" && m.internal === false && !m.member && <span class="tag">{t("for members too")}</span>}
            <div class="report-text">{momentText(m)}</div>
          </li>
        ))}
      </ol>
    </>
  );
}

// ---- what can be done ----

function AddSubjects({ work: { of: c, busy, run } }: { work: Work }) {
  const [text, setText] = useState("");
  const add = () => run(() => post(`/cases/${c.number}/subjects`, { subjects: text.split(/\s+/).filter(Boolean) })).then((fine) => fine && setText(""));
  return (
    <form
      onSubmit={(e) => {
        e.preventDefault();
        void add();
      }}
    >
      <label>
        {t("More subjects (names, addresses, hashes, URLs; separated by blanks or lines)")}
        <textarea rows={2} value={text} onInput={(e) => setText(e.currentTarget.value)} required />
      </label>
      <div class="buttons">
        <button type="submit" disabled={busy}>
          {t("Add")}
        </button>
      </div>
    </form>
  );
}

function AddNote({ work: { of: c, busy, run } }: { work: Work }) {
  const [text, setText] = useState("");
  const [shown, setShown] = useState(false);
  const add = () => run(() => post(`/cases/${c.number}/notes`, { text, internal: !shown })).then((fine) => fine && setText(""));
  return (
    <Panel title={t("Write a note")}>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          void add();
        }}
      >
        <label>
          {t("Note; it is not edited afterwards")}
          <textarea rows={3} value={text} onInput={(e) => setText(e.currentTarget.value)} maxLength={2700} required />
        </label>
        <label class="check">
          <input type="checkbox" checked={shown} onChange={(e) => setShown(e.currentTarget.checked)} /> {t("for members too")}
        </label>
        <div class="buttons">
          <button type="submit" class="primary" disabled={busy}>
            {t("Write it down")}
          </button>
        </div>
      </form>
    </Panel>
  );
}

function Judge({ work: { of: c, busy, run } }: { work: Work }) {
  const [claim, setClaim] = useState("phishing");
  const [reason, setReason] = useState("");
  const judge = () => run(() => post(`/cases/${c.number}/judge`, { claim, reason })).then((fine) => fine && setReason(""));
  return (
    <Panel title={t("Judge all its subjects")}>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          void judge();
        }}
      >
        <label>
          {t("Claim")}
          <select value={claim} onChange={(e) => setClaim(e.currentTarget.value)}>
            {claims.map((one) => (
              <option value={one}>{word(one)}</option>
            ))}
          </select>
        </label>
        <label>
          {t("Reason (stands in the ledger)")}
          <input value={reason} onInput={(e) => setReason(e.currentTarget.value)} required maxLength={170} />
        </label>
        <div class="buttons">
          <button type="submit" disabled={busy || !c.subjects?.length}>
            {t("Judge")}
          </button>
        </div>
      </form>
    </Panel>
  );
}

/** Of a member that the case is shared with. */
function Answer({ work: { of: c, busy, run } }: { work: Work }) {
  const [text, setText] = useState("");
  return (
    <Panel title={t("Answer the centre")}>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          void run(() => post(`/cases/${c.number}/answers`, { text })).then((fine) => fine && setText(""));
        }}
      >
        <label>
          {t("Answer; other members do not see it, and it is not edited afterwards")}
          <textarea rows={3} value={text} onInput={(e) => setText(e.currentTarget.value)} maxLength={2700} required />
        </label>
        <div class="buttons">
          <button type="submit" class="primary" disabled={busy}>
            {t("Send")}
          </button>
        </div>
      </form>
    </Panel>
  );
}

/** State, outcome, severity, level, owner, who sees it: each change is kept as a note. */
function Fields({ work: { of: c, busy, run } }: { work: Work }) {
  const change = (fields: object) => void run(() => patch(`/cases/${c.number}`, { ...fields, version: c.version }));
  const [outcome, setOutcome] = useState("resolved");
  const [owner, setOwner] = useState(c.owner);
  return (
    <Panel title={t("Change the case")}>
      <div class="form">
        <label>
          {t("Severity")}
          <select value={c.severity} disabled={busy} onChange={(e) => change({ severity: e.currentTarget.value })}>
            {["unknown", ...severities].map((s) => (
              <option value={s}>{word(s)}</option>
            ))}
          </select>
        </label>
        <label>
          {t("Sharing level (TLP)")}
          <select value={c.tlp} disabled={busy} onChange={(e) => change({ tlp: e.currentTarget.value })}>
            {levels.map((l) => (
              <option value={l}>TLP:{l.toUpperCase()}</option>
            ))}
          </select>
        </label>
        <label>
          {t("Owner")}
          <input value={owner} disabled={busy} onInput={(e) => setOwner(e.currentTarget.value)} onChange={(e) => e.currentTarget.value !== c.owner && change({ owner: e.currentTarget.value })} />
        </label>
        <label class="check">
          <input type="checkbox" checked={c.restricted} disabled={busy} onChange={(e) => change({ restricted: e.currentTarget.checked })} /> {t("Restricted to the people who are admitted")}
        </label>
        <label class="check">
          <input type="checkbox" checked={c.shared} disabled={busy} onChange={(e) => change({ shared: e.currentTarget.checked })} /> {t("Shared with the members that it concerns")}
        </label>
      </div>
      <div class="buttons">
        {c.state !== "open" && (
          <button type="button" disabled={busy} onClick={() => change({ state: "open" })}>
            {t("Open it again")}
          </button>
        )}
        {c.state === "open" && (
          <button type="button" disabled={busy} onClick={() => change({ state: "waiting" })}>
            {t("Wait for somebody")}
          </button>
        )}
        {c.state !== "closed" && (
          <>
            <label class="inline">
              {t("Outcome")}
              <select value={outcome} onChange={(e) => setOutcome(e.currentTarget.value)}>
                {outcomes.map((o) => (
                  <option value={o}>{word(o)}</option>
                ))}
              </select>
            </label>
            <button type="button" class="primary" disabled={busy} onClick={() => change({ state: "closed", outcome })}>
              {t("Close the case")}
            </button>
          </>
        )}
      </div>
    </Panel>
  );
}

/** Names in a list with a field for one more. */
function Names({ title, label, names, work, add, drop }: { title: string; label: string; names: { name: string; note?: string }[]; work: Work; add: (name: string) => Promise<unknown>; drop: (name: string) => Promise<unknown> }) {
  const [name, setName] = useState("");
  return (
    <Panel title={title}>
      {names.length === 0 ? (
        <Empty>{t("nobody")}</Empty>
      ) : (
        <ul>
          {names.map((n) => (
            <li>
              {n.name} {n.note && <span class="muted">{n.note}</span>}
              {work.may && (
                <button type="button" class="quiet" disabled={work.busy} aria-label={`${t("Take away")}: ${n.name}`} onClick={() => void work.run(() => drop(n.name))}>
                  ✕
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
      {work.may && (
        <form
          class="buttons"
          onSubmit={(e) => {
            e.preventDefault();
            void work.run(() => add(name)).then((fine) => fine && setName(""));
          }}
        >
          <label class="inline">
            {label}
            <input value={name} onInput={(e) => setName(e.currentTarget.value)} required />
          </label>
          <button type="submit" disabled={work.busy}>
            {t("Add")}
          </button>
        </form>
      )}
    </Panel>
  );
}

function linkPath(kind: string, reference: number): string {
  return kind === "notice" ? `/notices?id=${reference}` : kind === "report" ? "/reports" : "";
}

function Links({ work }: { work: Work }) {
  const { of: c, may, busy, run } = work;
  const [kind, setKind] = useState("verdict");
  const [reference, setReference] = useState("");
  return (
    <Panel title={t("Links")}>
      {c.links?.length === 0 && <Empty>{t("There is no link.")}</Empty>}
      <ul>{c.links?.map((l) => <li>{linkPath(l.kind, l.reference) ? <a href={linkPath(l.kind, l.reference)}>{`${word(`case-${l.kind}`)} ${l.reference}`}</a> : `${word(`case-${l.kind}`)} ${l.reference}`}</li>)}</ul>
      {may && (
        <form
          class="buttons"
          onSubmit={(e) => {
            e.preventDefault();
            void run(() => post(`/cases/${c.number}/links`, { kind, reference: Number(reference) })).then((fine) => fine && setReference(""));
          }}
        >
          <label class="inline">
            {t("Kind")}
            <select value={kind} onChange={(e) => setKind(e.currentTarget.value)}>
              {["verdict", "notice", "report"].map((k) => (
                <option value={k}>{word(`case-${k}`)}</option>
              ))}
            </select>
          </label>
          <label class="inline">
            {t("Number")}
            <input type="number" min={1} value={reference} onInput={(e) => setReference(e.currentTarget.value)} required />
          </label>
          <button type="submit" disabled={busy}>
            {t("Add")}
          </button>
        </form>
      )}
    </Panel>
  );
}

/** What a recipient may have of it, as a file; that it was fetched is a delivery. */
function Deliver({ of: c }: { of: Case }) {
  const receipts = useAsk<Rows<{ recipient: string }>>("/receipts", { limit: 200 });
  const [recipient, setRecipient] = useState("");
  const [given, setGiven] = useState<{ count: number; to: string }>();
  const { act, busy, error } = useAct();
  const save = () =>
    act(async () => {
      setGiven(undefined);
      const bundle = await get<{ objects: { type: string }[] }>(`/cases/${c.number}/export`, { recipient });
      const count = bundle.objects.filter((o) => o.type === "indicator").length;
      if (count > 0) download(`case-${c.number}.json`, JSON.stringify(bundle, null, 1), "application/stix+json;version=2.1");
      setGiven({ count, to: recipient });
    });
  return (
    <Panel title={t("Give it to a recipient")}>
      {error && <ErrorBox error={error} />}
      <p class="muted">{t("What the exit gate lets through of its subjects, without title and notes; a receipt stands in the ledger.")}</p>
      <form
        class="buttons"
        onSubmit={(e) => {
          e.preventDefault();
          void save();
        }}
      >
        <label class="inline">
          {t("Recipient")}
          <input list="recipients" value={recipient} onInput={(e) => setRecipient(e.currentTarget.value)} required maxLength={63} />
        </label>
        <datalist id="recipients">
          {[...new Set((receipts.data?.rows ?? []).map((r) => r.recipient))].map((r) => (
            <option value={r} />
          ))}
        </datalist>
        <button type="submit" disabled={busy}>
          {t("Save as STIX")}
        </button>
      </form>
      {given && (
        <p class={`box ${given.count > 0 ? "good" : "warn"}`} role="status">
          {given.count > 0 ? `${number(given.count)} ${t("indicators for")} ${given.to}` : t("Nothing of it may be told to this recipient.")}
        </p>
      )}
    </Panel>
  );
}

// ---- the page ----

function Whole({ of: c, session, changed }: { of: Case; session: Session; changed: () => void }) {
  const [after, setAfter] = useState(0);
  const known = useAsk<Rows<CaseSubject>>(`/cases/${c.number}/subjects`, { after: after || undefined }, 15000);
  const timeline = useAsk<Rows<CaseMoment> & { cut: boolean }>(`/cases/${c.number}/timeline`, {}, 15000);
  const { act, busy, error } = useAct();
  const run = (todo: () => Promise<unknown>) =>
    act(todo).then((fine) => {
      known.again();
      timeline.again();
      changed();
      return fine;
    });
  const work: Work = { of: c, may: c.access === "write" && session.permissions["cases-change"] !== undefined, busy, run };
  const path = `/cases/${c.number}`;
  const isCentre = c.access !== "shown";
  return (
    <>
      {error && <ErrorBox error={error} />}
      <div class="figures">
        <Figure label={t("State")} value={<CaseState of={c} />} note={<When us={c.changed_us} />} />
        <Figure label={t("Severity")} value={word(c.severity)} note={<Tlp level={c.tlp} />} />
        {isCentre && <Figure label={t("Owner")} value={c.owner || "–"} note={`${t("opened by")} ${c.made_by}`} />}
        <Figure label={t("Who sees it")} value={c.restricted ? t("its people") : c.shared ? t("centre and its members") : t("centre")} note={time(c.made_us)} />
      </div>
      <div class="panels">
        <Panel wide title={t("Subjects")}>
          <State asked={known} empty={(d) => (d.rows.length === 0 && after === 0 ? t("The case has no subject yet.") : undefined)}>
            {(data) => (
              <>
                <Known rows={data.rows} work={work} />
                <p class="buttons">
                  {after > 0 && (
                    <button type="button" onClick={() => setAfter(0)}>
                      {t("From the first on")}
                    </button>
                  )}
                  {(data.after ?? 0) > 0 && (
                    <button type="button" onClick={() => setAfter(data.after ?? 0)}>
                      {t("More")}
                    </button>
                  )}
                </p>
              </>
            )}
          </State>
          {work.may && <AddSubjects work={work} />}
        </Panel>
        <Panel wide title={t("What came about")}>
          <State asked={timeline}>{(data) => <Timeline rows={data.rows} cut={data.cut} />}</State>
        </Panel>
        {work.may && <AddNote work={work} />}
        {!isCentre && session.permissions["cases-answer"] !== undefined && <Answer work={work} />}
        {work.may && <Fields key={c.version} work={work} />}
        {work.may && session.permissions["judge"] && <Judge work={work} />}
        {isCentre && <Names title={t("Members concerned")} label={t("Member")} names={(c.members ?? []).map((name) => ({ name }))} work={work} add={(member) => post(`${path}/members`, { member })} drop={(member) => remove(`${path}/members`, { member })} />}
        {isCentre && (
          <Names
            title={t("People admitted")}
            label={t("Account")}
            names={(c.people ?? []).map((p) => ({ name: p.account, note: p.write ? "" : t("reads") }))}
            work={work}
            add={(account) => post(`${path}/people`, { account })}
            drop={(account) => remove(`${path}/people`, { account })}
          />
        )}
        <Links work={work} />
        {isCentre && session.permissions["export"] && <Deliver of={c} />}
      </div>
    </>
  );
}

/** An administrator may come into a restricted case; that it did stands in the ledger. */
function Door({ of, session, again }: { of: number; session: Session; again: () => void }) {
  const { act, busy, error } = useAct();
  return (
    <Panel title={t("A restricted case")}>
      {error && <ErrorBox error={error} />}
      <p>{t("You are not among its people. That you admit yourself stands in the ledger.")}</p>
      <div class="buttons">
        <button type="button" class="danger" disabled={busy} onClick={() => void act(() => post(`/cases/${of}/people`, { account: session.name })).then((fine) => fine && again())}>
          {t("Admit myself")}
        </button>
      </div>
    </Panel>
  );
}

export function CasePage({ of, session }: { of: number; session: Session }) {
  const asked = useAsk<Case>(`/cases/${of}`, {}, 30000);
  const isClosed = asked.error?.status === 403 && session.role === "administrator";
  return (
    <Page
      title={asked.data ? `${t("Case")} ${of}: ${asked.data.title}` : `${t("Case")} ${of}`}
      actions={
        <>
          <a href="/cases">{t("All cases")}</a>
          <button type="button" onClick={() => print()}>
            {t("Print")}
          </button>
        </>
      }
    >
      {isClosed ? <Door of={of} session={session} again={asked.again} /> : <State asked={asked}>{(c) => <Whole of={c} session={session} changed={asked.again} />}</State>}
    </Page>
  );
}
