// Notices: what members were told, whether they looked and acted, and whether it was seen fixed.
import { useState } from "preact/hooks";
import { post } from "../api";
import { useAct, useAsk } from "../ask";
import { number, time } from "../format";
import { setQuery } from "../router";
import { t, word } from "../texts";
import type { Notice, NoticeSubject, NoticeSummary, Rows } from "../types";
import { Figure, Older, Page, Panel, SubjectLink, Table, Tag, When } from "../ui/parts";
import { Empty, ErrorBox, State } from "../ui/state";
import type { PageProps } from ".";

interface Delivery {
  id: number;
  channel: string;
  to: string;
  urgent: boolean;
  state: string;
  made_us: number;
  due_us: number;
  tries: number;
  done_us: number;
  opened_us: number;
  error: string;
}

interface WholeNotice extends Notice {
  rows: NoticeSubject[];
  deliveries: Delivery[];
}

const states = ["waiting", "held-back", "sent", "failed", "opened", "acted", "no-effect", "fixed", "withdrawn"];
const ended = ["fixed", "withdrawn"];

/** What it is about in one line: the claim, and whose. */
export function noticeTitle(n: Notice): string {
  return `${word(n.claim)} – ${n.kind === "own" ? t("something of the member's own was named") : t("devices of the member met it")}`;
}

/** Its way so far: each step with when it was. */
export function Steps({ of: n }: { of: Notice }) {
  const steps: [string, number][] = [
    [t("Made"), n.made_us],
    [t("Seen last"), n.seen_us],
    [t("Told"), n.told_us],
    [t("Opened"), n.opened_us],
    [t("Acted"), n.acted_us],
    [t("Seen fixed"), n.fixed_us],
    [t("Withdrawn"), n.withdrawn_us],
  ];
  return (
    <dl class="facts">
      {steps
        .filter(([, at]) => at > 0)
        .map(([name, at]) => (
          <>
            <dt>{name}</dt>
            <dd>
              <When us={at} /> <span class="muted">({time(at)})</span>
            </dd>
          </>
        ))}
      {n.reopened > 0 && (
        <>
          <dt>{t("Seen again after it was fixed")}</dt>
          <dd>{number(n.reopened)}</dd>
        </>
      )}
      {n.coverage >= 0 && (
        <>
          <dt>{t("Watched")}</dt>
          <dd>{`${number(n.coverage)} %`}</dd>
        </>
      )}
      {n.acted_text && (
        <>
          <dt>{t("What was done")}</dt>
          <dd class="report-text">
            {n.acted_by}: {n.acted_text}
          </dd>
        </>
      )}
    </dl>
  );
}

/** The rows of a notice. What the member may not be told has no name. */
export function Subjects({ rows, links }: { rows: NoticeSubject[]; links: boolean }) {
  return (
    <Table
      label={t("Subjects")}
      rows={rows}
      rowKey={(s) => `${s.kind} ${s.subject ?? ""} ${s.first_us}`}
      columns={[
        { head: t("Subject"), cell: (s) => (s.subject === null ? <span class="muted">{t("(may not be told)")}</span> : links ? <SubjectLink of={s.subject} /> : <span class="subject">{s.subject}</span>) },
        { head: t("Hits"), cell: (s) => number(s.hits), right: true },
        { head: t("First"), cell: (s) => <When us={s.first_us} />, minor: true },
        { head: t("Last"), cell: (s) => <When us={s.last_us} /> },
        { head: t("State"), cell: (s) => (s.wrong ? t("was wrong") : word(s.state)), minor: true },
      ]}
    />
  );
}

function Details({ id, session, changed }: { id: number; session: PageProps["session"]; changed: () => void }) {
  const asked = useAsk<WholeNotice>(`/notices/${id}`, {}, 15000);
  const [text, setText] = useState("");
  const { act, busy, error } = useAct();
  const done = (fine: boolean) => {
    if (!fine) return;
    setText("");
    asked.again();
    changed();
  };
  return (
    <State asked={asked}>
      {(n) => {
        const open = !ended.includes(n.state);
        return (
          <Panel title={noticeTitle(n)} note={<Tag of={n.state} />}>
            {error && <ErrorBox error={error} />}
            {n.uncovered && <p class="box warn">{t("Nothing was seen since, but nothing of this member was recorded either: whether it is fixed is not known.")}</p>}
            {n.state === "no-effect" && <p class="box bad">{t("It was told, and is still seen.")}</p>}
            <Steps of={n} />
            <Subjects rows={n.rows} links={session.permissions["intelligence"] !== undefined} />
            {n.left_out > 0 && <p class="note">{`${number(n.left_out)} ${t("sightings more than there is room for")}`}</p>}
            {open && session.permissions["notices-act"] !== undefined && n.state !== "held-back" && (
              <form
                onSubmit={(e) => {
                  e.preventDefault();
                  void act(() => post(`/notices/${id}/acted`, { text })).then(done);
                }}
              >
                <label>
                  {t("What was found and done")}
                  <textarea value={text} onInput={(e) => setText(e.currentTarget.value)} rows={2} maxLength={340} required />
                </label>
                <button type="submit" class="primary" disabled={busy}>
                  {t("We acted")}
                </button>
              </form>
            )}
            {open && session.permissions["notices-send"] !== undefined && (
              <p class="buttons">
                <button type="button" disabled={busy} onClick={() => void act(() => post(`/notices/${id}/send`)).then(done)}>
                  {t("Tell them now")}
                </button>
              </p>
            )}
            <h3>{t("Mails and messages")}</h3>
            {n.deliveries.length === 0 ? (
              <Empty>{t("Nothing was sent yet; it can be read here.")}</Empty>
            ) : (
              <Table
                label={t("Mails and messages")}
                rows={n.deliveries}
                rowKey={(d) => d.id}
                columns={[
                  { head: t("To"), cell: (d) => (d.channel === "webhook" ? t("webhook") : d.to) },
                  { head: t("State"), cell: (d) => word(d.state) },
                  { head: t("Sent"), cell: (d) => <When us={d.done_us} /> },
                  { head: t("Opened"), cell: (d) => <When us={d.opened_us} /> },
                  { head: t("Tries"), cell: (d) => number(d.tries), right: true, minor: true },
                  { head: t("Last error"), cell: (d) => d.error, minor: true },
                ]}
              />
            )}
          </Panel>
        );
      }}
    </State>
  );
}

export function Notices({ session, place }: PageProps) {
  const state = place.query.get("state") ?? "";
  const chosen = Number(place.query.get("id") ?? 0);
  const member = place.query.get("member") ?? "";
  const campaign = place.query.get("campaign") ?? "";
  const after = Number(place.query.get("after")) || undefined;
  const asked = useAsk<Rows<Notice>>("/notices", { state: state || undefined, member: member || undefined, campaign: campaign || undefined, after, limit: 200 }, 15000);
  const summary = useAsk<NoticeSummary>("/notices/summary", { member: member || undefined }, 15000);
  const { act, busy, error } = useAct();
  const isCentre = session.permissions["notices"] === "all";
  const counts = summary.data?.states ?? {};
  const count = (of: string) => number(counts[of] ?? 0);
  const changed = () => {
    asked.again();
    summary.again();
  };
  return (
    <Page
      title={t("Notices")}
      actions={
        <>
          <label class="inline">
            {t("State")}
            <select value={state} onChange={(e) => setQuery({ state: e.currentTarget.value, id: "", after: "" })}>
              <option value="">{t("all")}</option>
              {states
                .filter((s) => isCentre || s !== "held-back")
                .map((s) => (
                  <option value={s}>{word(s)}</option>
                ))}
            </select>
          </label>
          {isCentre && (
            <label class="inline">
              {t("Member")}
              <input type="search" value={member} onChange={(e) => setQuery({ member: e.currentTarget.value, id: "" })} />
            </label>
          )}
          {session.permissions["notices-send"] !== undefined && (
            <button type="button" disabled={busy} onClick={() => void act(() => post("/notices/digest")).then(changed)}>
              {t("Send the digest now")}
            </button>
          )}
        </>
      }
    >
      {error && <ErrorBox error={error} />}
      {campaign && (
        <p class="sum">
          {t("Campaign")}: {campaign}{" "}
          <button type="button" class="quiet" onClick={() => setQuery({ campaign: "", after: "" })}>
            ✕ {t("all")}
          </button>
        </p>
      )}
      {summary.data && (
        <div class="figures">
          <Figure label={t("To be told")} value={count("waiting")} />
          <Figure label={t("Told, not opened")} value={count("sent")} tone={(counts["sent"] ?? 0) > 0 ? "warn" : undefined} />
          <Figure label={t("Opened")} value={count("opened")} note={`${t("Acted")}: ${count("acted")}`} />
          <Figure label={t("Without effect")} value={count("no-effect")} note={(counts["failed"] ?? 0) > 0 ? `${t("could not be told")}: ${count("failed")}` : undefined} tone={(counts["no-effect"] ?? 0) + (counts["failed"] ?? 0) > 0 ? "bad" : undefined} />
          <Figure label={t("Seen fixed")} value={count("fixed")} note={summary.data.uncovered > 0 ? `${t("not known, nothing recorded")}: ${number(summary.data.uncovered)}` : undefined} tone="good" />
        </div>
      )}
      <State asked={asked} empty={(d) => (d.rows.length === 0 ? t("There is no notice here.") : undefined)}>
        {(data) => (
          <>
            <div class={chosen ? "split" : ""}>
              <Table
                label={t("Notices")}
                rows={data.rows}
                rowKey={(n) => n.id}
                selected={chosen}
                onSelect={(n) => setQuery({ id: String(n.id) })}
                columns={[
                  { head: t("Number"), cell: (n) => number(n.id), right: true, minor: true },
                  ...(isCentre ? [{ head: t("Member"), cell: (n: Notice) => n.member }] : []),
                  { head: t("About"), cell: (n) => noticeTitle(n) },
                  { head: t("Subjects"), cell: (n) => number(n.subjects), right: true },
                  { head: t("State"), cell: (n) => (n.uncovered ? `${word(n.state)} · ${t("not known")}` : <Tag of={n.state} />) },
                  { head: t("Urgent"), cell: (n) => (n.urgent ? "!" : ""), minor: true },
                  { head: t("Seen last"), cell: (n) => <When us={n.seen_us} /> },
                  { head: t("Told"), cell: (n) => <When us={n.told_us} />, minor: true },
                ]}
              />
              {chosen > 0 && (
                <div class="decide">
                  <Details key={chosen} id={chosen} session={session} changed={changed} />
                </div>
              )}
            </div>
            <Older after={data.after} show={(after) => setQuery({ after, id: "" })} />
          </>
        )}
      </State>
    </Page>
  );
}
