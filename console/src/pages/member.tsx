// One member: what is theirs and how that is proved, which lists count for its clients, and what it blocks and allows for itself.
import { useState } from "preact/hooks";
import { post, remove } from "../api";
import { useAct, useAsk } from "../ask";
import { time } from "../format";
import { t, word } from "../texts";
import type { Rows, Session, Verdict } from "../types";
import { Panel, SubjectLink, Table, Tag, When } from "../ui/parts";
import { Empty, ErrorBox, State } from "../ui/state";

export interface Claim {
  value: string;
  proof: string;
  reference: string;
  proved_us: number;
}

interface Challenge {
  owner: string;
  type: string;
  text: string;
  until_us: number;
}

interface Look {
  outcome: string;
  wording: string;
  checked_us: number;
  secure: boolean;
  others: string;
}

interface ListOf {
  list: string;
  without: boolean;
}

interface Override extends Verdict {
  by_member: boolean;
}

const DAY_US = 86400e6;

function ClaimRow({ member, claim, may, changed }: { member: string; claim: Claim; may: boolean; changed: () => void }) {
  const path = `/members/${encodeURIComponent(member)}/claims/${encodeURIComponent(claim.value)}`;
  const [challenge, setChallenge] = useState<Challenge>();
  const [look, setLook] = useState<Look>();
  const [reference, setReference] = useState("");
  const { act, busy, error } = useAct();
  const check = () =>
    void act(async () => setLook(await post<Look>(`${path}/check`))).then((fine) => {
      if (fine) changed();
    });
  return (
    <li>
      <span class="subject">{claim.value}</span>{" "}
      {claim.proof === "none" ? <span class="tag warn">{t("no proof yet")}</span> : <span class="tag good">{word(claim.proof)}</span>} {claim.reference && <span class="muted">{claim.reference}</span>}{" "}
      {claim.proved_us > 0 && <When us={claim.proved_us} />}
      <span class="buttons">
        <button type="button" disabled={busy} onClick={() => void act(async () => setChallenge(await post<Challenge>(`${path}/proof`)))}>
          {t("Prove by a DNS record")}
        </button>
        <button type="button" disabled={busy} onClick={check}>
          {t("Look for the record")}
        </button>
      </span>
      {error && <ErrorBox error={error} />}
      {challenge && (
        <p class="box">
          {t("Set this record, and have it looked for, until")} {time(challenge.until_us)}:
          <br />
          <code class="link">
            {challenge.owner}. {challenge.type} "{challenge.text}"
          </code>
        </p>
      )}
      {look && (
        <p class={`box ${look.outcome === "found" ? "good" : "warn"}`} role="status">
          {look.wording}
          {look.secure && ` (DNSSEC)`}
          {look.others && ` – ${t("also claimed by")} ${look.others}`}
        </p>
      )}
      {may && (
        <form
          class="row"
          onSubmit={(e) => {
            e.preventDefault();
            void act(() => post(`${path}/record`, { proof: "paper", reference })).then((fine) => fine && (setReference(""), changed()));
          }}
        >
          <label>
            {t("Where the paper is")}
            <input value={reference} onInput={(e) => setReference(e.currentTarget.value)} required maxLength={120} />
          </label>
          <button type="submit" disabled={busy}>
            {t("Record a proof on paper")}
          </button>
        </form>
      )}
    </li>
  );
}

/** Proofs of networks and names. */
export function Proofs({ member, claims, session, changed }: { member: string; claims: Claim[]; session: Session; changed: () => void }) {
  return (
    <Panel title={t("Networks and names")}>
      {claims.length === 0 ? (
        <Empty>{t("Nothing is claimed.")}</Empty>
      ) : (
        <ul class="said">
          {claims.map((c) => (
            <ClaimRow key={c.value} member={member} claim={c} may={session.permissions["members-change"] !== undefined} changed={changed} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

/** Lists that count for its clients: its own and those of its groups. */
export function MemberLists({ member, session }: { member: string; session: Session }) {
  const path = `/members/${encodeURIComponent(member)}/lists`;
  const asked = useAsk<{ own: ListOf[]; effective: ListOf[] }>(path);
  const [text, setText] = useState<string>();
  const { act, busy, error } = useAct();
  const written = (lists: ListOf[]) => lists.map((l) => `${l.without ? "-" : ""}${l.list}`).join(" ");
  return (
    <Panel title={t("Lists of its own")}>
      {error && <ErrorBox error={error} />}
      <State asked={asked}>
        {(data) => (
          <>
            {data.effective.length === 0 ? (
              <Empty>{t("None: the lists of everybody count.")}</Empty>
            ) : (
              <ul>
                {data.effective.map((l) => (
                  <li>
                    {l.without ? `${t("without")} ` : ""}
                    {l.list}
                    {!data.own.some((o) => o.list === l.list) && <span class="muted"> {t("(inherited from a group)")}</span>}
                  </li>
                ))}
              </ul>
            )}
            {session.permissions["members-change"] !== undefined && (
              <form
                onSubmit={(e) => {
                  e.preventDefault();
                  void act(() => post(path, { lists: (text ?? written(data.own)).split(/\s+/).filter(Boolean) })).then((fine) => fine && (setText(undefined), asked.again()));
                }}
              >
                <label>
                  {t("Its own, asked in this order; with - before it, one that is not inherited")}
                  <input value={text ?? written(data.own)} onInput={(e) => setText(e.currentTarget.value)} />
                </label>
                <button type="submit" disabled={busy || text === undefined}>
                  {t("Save")}
                </button>
              </form>
            )}
          </>
        )}
      </State>
    </Panel>
  );
}

/** What is blocked and allowed for its own clients, with a reason and an end. */
export function Overrides({ member, session }: { member: string; session: Session }) {
  const path = `/members/${encodeURIComponent(member)}/overrides`;
  const asked = useAsk<Rows<Override> & { may: boolean }>(path);
  const [subject, setSubject] = useState("");
  const [action, setAction] = useState("allow");
  const [reason, setReason] = useState("");
  const [days, setDays] = useState(7);
  const { act, busy, error } = useAct();
  const may = session.permissions["override"] !== undefined;
  return (
    <Panel wide title={t("Blocked and allowed for its own clients")}>
      {error && <ErrorBox error={error} />}
      <State asked={asked}>
        {(data) => (
          <>
            {data.rows.length === 0 ? (
              <Empty>{t("Nothing but what counts for everybody.")}</Empty>
            ) : (
              <Table
                label={t("Blocked and allowed for its own clients")}
                rows={data.rows}
                rowKey={(o) => o.number}
                columns={[
                  { head: t("Name"), cell: (o) => (session.permissions["intelligence"] ? <SubjectLink of={o.subject} /> : <span class="subject">{o.subject}</span>) },
                  { head: t("Effect"), cell: (o) => <Tag of={o.claim} /> },
                  { head: t("Why"), cell: (o) => o.reason },
                  { head: t("By"), cell: (o) => (o.by_member ? o.source : t("the centre")), minor: true },
                  { head: t("Until"), cell: (o) => (o.until_us ? time(o.until_us) : t("no end")) },
                  {
                    head: t("Change"),
                    cell: (o) =>
                      may &&
                      (o.by_member || session.permissions["override"] === "all") && (
                        <button type="button" class="danger" disabled={busy} onClick={() => void act(() => remove(`${path}/${o.number}`)).then((fine) => fine && asked.again())}>
                          {t("End")}
                        </button>
                      ),
                  },
                ]}
              />
            )}
            {may && data.may && (
              <form
                class="row"
                onSubmit={(e) => {
                  e.preventDefault();
                  void act(() => post(path, { subject, action, reason, until_us: Date.now() * 1000 + days * DAY_US })).then((fine) => fine && (setSubject(""), setReason(""), asked.again()));
                }}
              >
                <label>
                  {t("Name")}
                  <input value={subject} onInput={(e) => setSubject(e.currentTarget.value)} required maxLength={253} />
                </label>
                <label>
                  {t("Effect")}
                  <select value={action} onChange={(e) => setAction(e.currentTarget.value)}>
                    <option value="allow">{word("allow")}</option>
                    <option value="block">{word("block")}</option>
                  </select>
                </label>
                <label>
                  {t("Why")}
                  <input value={reason} onInput={(e) => setReason(e.currentTarget.value)} required maxLength={300} />
                </label>
                <label>
                  {t("Days")}
                  <input type="number" min={1} max={365} value={days} onInput={(e) => setDays(Number(e.currentTarget.value))} required />
                </label>
                <button type="submit" class="primary" disabled={busy}>
                  {t("Add")}
                </button>
              </form>
            )}
          </>
        )}
      </State>
    </Panel>
  );
}
