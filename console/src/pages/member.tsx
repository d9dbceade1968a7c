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

export interface Contact {
  name: string;
  mail: string;
  language: string;
  urgent: boolean;
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

interface Asked {
  to: string;
  answer: string;
  until_us: number;
}

interface ListOf {
  list: string;
  without: boolean;
}

interface Override extends Verdict {
  by_member: boolean;
  /** Why it is of no effect now. */
  set_aside?: string;
}

const DAY_US = 86400e6;

/** A registered address is asked, or who runs the domain; the code of that mail proves, as its link does. */
function ByMail({ path, contacts, isName, changed }: { path: string; contacts: Contact[]; isName: boolean; changed: () => void }) {
  const [to, setTo] = useState(contacts.length > 0 ? "1" : "hostmaster");
  const [code, setCode] = useState("");
  const [asked, setAsked] = useState<Asked>();
  const { act, busy, error } = useAct();
  if (contacts.length === 0 && !isName) return null;
  return (
    <>
      <form
        class="row"
        onSubmit={(e) => {
          e.preventDefault();
          void act(async () => setAsked(await post<Asked>(`${path}/mail`, { to })));
        }}
      >
        <label>
          {t("Who is asked")}
          <select value={to} onChange={(e) => setTo(e.currentTarget.value)}>
            {contacts.map((c, i) => (
              <option value={String(i + 1)}>
                {c.name} &lt;{c.mail}&gt;
              </option>
            ))}
            {isName && ["hostmaster", "postmaster"].map((box) => <option value={box}>{box}@</option>)}
          </select>
        </label>
        <button type="submit" disabled={busy}>
          {t("Ask by mail")}
        </button>
      </form>
      <form
        class="row"
        onSubmit={(e) => {
          e.preventDefault();
          void act(async () => setAsked(await post<Asked>(`${path}/code`, { code }))).then((fine) => fine && (setCode(""), changed()));
        }}
      >
        <label>
          {t("Code of the mail")}
          <input value={code} onInput={(e) => setCode(e.currentTarget.value)} required maxLength={64} autocomplete="off" spellcheck={false} />
        </label>
        <button type="submit" disabled={busy}>
          {t("Give back the code")}
        </button>
      </form>
      {error && <ErrorBox error={error} />}
      {asked && (
        <p class="box good" role="status">
          {asked.answer === "yes" ? t("Proved by the answer of") : t("A mail is on its way to")} {asked.to}
        </p>
      )}
    </>
  );
}

function ClaimRow({ member, claim, contacts, isName, may, mayAsk, changed }: { member: string; claim: Claim; contacts: Contact[]; isName: boolean; may: boolean; mayAsk: boolean; changed: () => void }) {
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
      {mayAsk && <ByMail path={path} contacts={contacts} isName={isName} changed={changed} />}
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
export function Proofs({ member, networks, names, contacts, session, changed }: { member: string; networks: Claim[]; names: Claim[]; contacts: Contact[]; session: Session; changed: () => void }) {
  const claims = [...networks, ...names];
  return (
    <Panel title={t("Networks and names")}>
      {claims.length === 0 ? (
        <Empty>{t("Nothing is claimed.")}</Empty>
      ) : (
        <ul class="said">
          {claims.map((c) => (
            <ClaimRow
              key={c.value}
              member={member}
              claim={c}
              contacts={contacts}
              isName={names.includes(c)}
              may={session.permissions["members-change"] !== undefined}
              mayAsk={session.permissions["override"] !== undefined}
              changed={changed}
            />
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

interface Webhook {
  url: string;
  made_us: number;
  made_by: string;
  secret?: string;
  last: { state: string; tries: number; made_us: number; due_us: number; done_us: number; error: string } | null;
}

/** Where its machines are told of notices; the secret that signs is shown once. */
export function MemberWebhook({ member, session }: { member: string; session: Session }) {
  const path = `/members/${encodeURIComponent(member)}/webhook`;
  const asked = useAsk<Webhook>(path);
  const [url, setUrl] = useState<string>();
  const [secret, setSecret] = useState<string>();
  const { act, busy, error } = useAct();
  const set = async (to: string) => setSecret((await post<Webhook>(path, { url: to })).secret);
  return (
    <Panel title={t("Webhook of its own")}>
      {error && <ErrorBox error={error} />}
      <State asked={asked}>
        {(data) => (
          <>
            {data.url === "" ? (
              <Empty>{t("None: it is told by mail and here.")}</Empty>
            ) : (
              <p>
                <code class="link">{data.url}</code> <span class="muted">{data.made_by}</span> <When us={data.made_us} />
              </p>
            )}
            {data.last && (
              <p>
                {t("Last call")}: <When us={data.last.made_us} /> <Tag of={data.last.state} /> {data.last.error && <span class="muted">{data.last.error}</span>}
              </p>
            )}
            {secret && (
              <p class="box good" role="status">
                {t("Its secret, shown once: check the signature of each call with it.")}
                <br />
                <code class="link">{secret}</code>
              </p>
            )}
            {session.permissions["notices-act"] !== undefined && (
              <form
                class="row"
                onSubmit={(e) => {
                  e.preventDefault();
                  void act(() => set(url ?? data.url)).then((fine) => fine && (setUrl(undefined), asked.again()));
                }}
              >
                <label>
                  URL
                  <input type="url" value={url ?? data.url} onInput={(e) => setUrl(e.currentTarget.value)} required maxLength={500} placeholder="https://" />
                </label>
                <button type="submit" disabled={busy}>
                  {data.url === "" ? t("Save") : t("Save, with a new secret")}
                </button>
                {data.url !== "" && (
                  <button type="button" class="danger" disabled={busy} onClick={() => void act(() => remove(path)).then((fine) => fine && (setSecret(undefined), setUrl(undefined), asked.again()))}>
                    {t("Remove")}
                  </button>
                )}
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
                  {
                    head: t("Effect"),
                    cell: (o) => (
                      <>
                        <Tag of={o.claim} /> {o.set_aside && <span class="tag warn">{t("set aside")}</span>} {o.set_aside && <span class="muted">{o.set_aside}</span>}
                      </>
                    ),
                  },
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
