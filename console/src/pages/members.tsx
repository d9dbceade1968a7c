// Members: who is protected, what is theirs, whom to tell; in and out as CSV.
import { useRef, useState } from "preact/hooks";
import { ApiError, post, remove } from "../api";
import { useAct, useAsk, useAskAll } from "../ask";
import { download, readCsv, writeCsv } from "../csv";
import { number } from "../format";
import { setQuery } from "../router";
import { t, word } from "../texts";
import type { Rows, TopRow } from "../types";
import { Japan, prefectureName, prefectures } from "../ui/japan";
import { LongTable, Page, Panel, When } from "../ui/parts";
import { Empty, ErrorBox, State } from "../ui/state";
import { type Claim, type Contact, MemberLists, MemberWebhook, Overrides, Proofs } from "./member";
import type { PageProps } from ".";

interface Member {
  name: string;
  title: string;
  sector: string;
  prefecture: number;
  note: string;
  changed_us: number;
  networks: Claim[];
  names: Claim[];
  contacts: Contact[];
  groups?: string[];
}

const blank: Member = { name: "", title: "", sector: "", prefecture: 0, note: "", changed_us: 0, networks: [], names: [], contacts: [] };
const head = ["name", "title", "sector", "prefecture", "networks", "names", "contacts", "note"];
const proofs = ["none", "paper", "mail"];

/** A word alone keeps the proof that it has; one by DNS is found, not said. */
function asSent(c: Claim): string | { value: string; proof: string; reference: string } {
  return c.proof === "none" || c.proof === "dns" ? c.value : { value: c.value, proof: c.proof, reference: c.reference };
}

function save(m: Omit<Member, "changed_us">): Promise<unknown> {
  const { name, ...rest } = m;
  return post(`/members/${encodeURIComponent(name)}`, { title: rest.title, sector: rest.sector, prefecture: rest.prefecture, note: rest.note, networks: rest.networks.map(asSent), names: rest.names.map(asSent), contacts: rest.contacts, ...(rest.groups ? { groups: rest.groups } : {}) });
}

/** Networks and names are separated by blanks, contacts are "name <mail> language urgent", separated by semicolons. */
function toCsv(members: Member[]): string {
  const contact = (c: Contact) => `${c.name} <${c.mail}> ${c.language}${c.urgent ? " urgent" : ""}`;
  return writeCsv([head, ...members.map((m) => [m.name, m.title, m.sector, String(m.prefecture), m.networks.map((n) => n.value).join(" "), m.names.map((n) => n.value).join(" "), m.contacts.map(contact).join("; "), m.note])]);
}

function contactsOf(text: string, line: number): Contact[] {
  return text
    .split(";")
    .filter((c) => c.trim() !== "")
    .map((c) => {
      const parts = /^\s*(.*?)\s*<([^>]+)>\s*(ja|en)?\s*(urgent)?\s*$/.exec(c);
      if (!parts) throw new ApiError(0, `${t("line")} ${line}: ${t("a contact is such as 山田 <soc@hospital.example> ja urgent, and not")} ${c.trim()}`, 0);
      return { name: parts[1] ?? "", mail: parts[2] ?? "", language: parts[3] ?? "ja", urgent: parts[4] === "urgent" };
    });
}

function fromCsv(text: string): Member[] {
  const [titles, ...rows] = readCsv(text);
  const of = (row: string[], name: string) => (row[(titles ?? []).indexOf(name)]?.trim() ?? "").replace(/^'(?=[=+\-@\t\r\n])/, ""); // which writeCsv puts before what is no formula
  if (!titles?.includes("name")) throw new ApiError(0, `${t("The first line must name the columns:")} ${head.join(",")}`, 0);
  const claims = (text: string): Claim[] => text.split(/\s+/).filter(Boolean).map((value) => ({ value, proof: "none", reference: "", proved_us: 0 }));
  return rows.map((r, i) => ({ name: of(r, "name"), title: of(r, "title"), sector: of(r, "sector"), prefecture: Number(of(r, "prefecture")) || 0, note: of(r, "note"), changed_us: 0, networks: claims(of(r, "networks")), names: claims(of(r, "names")), contacts: contactsOf(of(r, "contacts"), i + 2) }));
}

function Claims({ title, claims, change }: { title: string; claims: Claim[]; change: (claims: Claim[]) => void }) {
  const set = (i: number, part: Partial<Claim>) => change(claims.map((c, k) => (k === i ? { ...c, ...part } : c)));
  return (
    <fieldset>
      <legend>{title}</legend>
      {claims.map((c, i) => (
        <span class="row-of">
          <input aria-label={title} value={c.value} onInput={(e) => set(i, { value: e.currentTarget.value })} required />
          <select aria-label={t("Proof")} value={c.proof} onChange={(e) => set(i, { proof: e.currentTarget.value })}>
            {[...proofs, ...(c.proof === "dns" ? ["dns"] : [])].map((p) => (
              <option value={p}>{p === "none" ? t("no proof yet") : word(p)}</option>
            ))}
          </select>
          {c.proof !== "none" && <input aria-label={t("Where the proof is")} placeholder={t("Where the proof is")} value={c.reference} onInput={(e) => set(i, { reference: e.currentTarget.value })} required />}
          <button type="button" onClick={() => change(claims.filter((_, k) => k !== i))} aria-label={`${t("Remove")} ${c.value}`}>
            ✕
          </button>
        </span>
      ))}
      <button type="button" onClick={() => change([...claims, { value: "", proof: "none", reference: "", proved_us: 0 }])}>
        {t("Add")}
      </button>
    </fieldset>
  );
}

function Contacts({ contacts, change }: { contacts: Contact[]; change: (contacts: Contact[]) => void }) {
  const set = (i: number, part: Partial<Contact>) => change(contacts.map((c, k) => (k === i ? { ...c, ...part } : c)));
  return (
    <fieldset>
      <legend>{t("Contacts")}</legend>
      {contacts.map((c, i) => (
        <span class="row-of">
          <input aria-label={t("Name")} placeholder={t("Name")} value={c.name} onInput={(e) => set(i, { name: e.currentTarget.value })} />
          <input aria-label={t("Mail")} placeholder={t("Mail")} type="email" value={c.mail} onInput={(e) => set(i, { mail: e.currentTarget.value })} required />
          <select aria-label={t("Language")} value={c.language} onChange={(e) => set(i, { language: e.currentTarget.value })}>
            <option value="ja">日本語</option>
            <option value="en">English</option>
          </select>
          <label class="check">
            <input type="checkbox" checked={c.urgent} onChange={(e) => set(i, { urgent: e.currentTarget.checked })} /> {t("also at night")}
          </label>
          <button type="button" onClick={() => change(contacts.filter((_, k) => k !== i))} aria-label={`${t("Remove")} ${c.mail}`}>
            ✕
          </button>
        </span>
      ))}
      <button type="button" onClick={() => change([...contacts, { name: "", mail: "", language: "ja", urgent: false }])}>
        {t("Add")}
      </button>
    </fieldset>
  );
}

function Edit({ member, isNew, done }: { member: Member; isNew: boolean; done: () => void }) {
  const [m, setM] = useState(member);
  const { act, busy, error } = useAct();
  const set = (part: Partial<Member>) => setM({ ...m, ...part });
  return (
    <Panel wide title={isNew ? t("A new member") : member.title || member.name}>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          void act(() => save(m)).then((fine) => fine && done());
        }}
      >
        {error && <ErrorBox error={error} />}
        <label>
          {t("Name")} <span class="muted">{t("(as groups of the configuration name it)")}</span>
          <input value={m.name} onInput={(e) => set({ name: e.currentTarget.value })} required maxLength={63} disabled={!isNew} />
        </label>
        <label>
          {t("Organisation")}
          <input value={m.title} onInput={(e) => set({ title: e.currentTarget.value })} />
        </label>
        <label>
          {t("Sector")}
          <input value={m.sector} onInput={(e) => set({ sector: e.currentTarget.value })} />
        </label>
        <label>
          {t("Prefecture")}
          <select value={String(m.prefecture)} onChange={(e) => set({ prefecture: Number(e.currentTarget.value) })}>
            <option value="0">–</option>
            {prefectures.map((p) => (
              <option value={String(p)}>{prefectureName(p)}</option>
            ))}
          </select>
        </label>
        <label>
          {t("Groups of members, separated by commas")}
          <input value={(m.groups ?? []).join(", ")} onChange={(e) => set({ groups: e.currentTarget.value.split(",").map((g) => g.trim()).filter(Boolean) })} />
        </label>
        <Claims title={t("Networks")} claims={m.networks} change={(networks) => set({ networks })} />
        <Claims title={t("Domain names")} claims={m.names} change={(names) => set({ names })} />
        <Contacts contacts={m.contacts} change={(contacts) => set({ contacts })} />
        <label>
          {t("Note")}
          <textarea value={m.note} onInput={(e) => set({ note: e.currentTarget.value })} rows={2} />
        </label>
        <div class="buttons">
          <button type="submit" class="primary" disabled={busy}>
            {t("Save")}
          </button>
          <button type="button" onClick={done}>
            {t("Cancel")}
          </button>
          {!isNew && (
            <button type="button" class="danger" disabled={busy} onClick={() => confirm(`${t("Remove this member?")} ${m.name}`) && void act(() => remove(`/members/${encodeURIComponent(m.name)}`)).then((fine) => fine && done())}>
              {t("Remove")}
            </button>
          )}
        </div>
      </form>
    </Panel>
  );
}

export function Members({ session, place }: PageProps) {
  const asked = useAskAll<Member>("/members", { limit: 1000 });
  const since = Math.floor(Date.now() / 600000) * 600e6 - 86400e6;
  const top = useAsk<Rows<TopRow>>("/top", { what: "members", since_us: since, limit: 1000 });
  const [editing, setEditing] = useState<Member>();
  const [outcome, setOutcome] = useState("");
  const [find, setFind] = useState("");
  const file = useRef<HTMLInputElement>(null);
  const { act, busy, error } = useAct();
  const may = session.permissions["members-change"] !== undefined;
  const chosen = Number(place.query.get("prefecture") ?? 0);
  const name = place.query.get("name") ?? (session.member && asked.data?.rows.length === 1 ? session.member : "");
  const shown = asked.data?.rows.find((m) => m.name === name);
  const hits = new Map((top.data?.rows ?? []).map((r) => [r.member ?? "", r.blocked ?? 0]));
  const done = () => {
    setEditing(undefined);
    asked.again();
  };
  const take = () => {
    const chosenFile = file.current?.files?.[0];
    if (!chosenFile) return;
    setOutcome("");
    void act(async () => {
      const members = fromCsv(await chosenFile.text());
      for (const [i, m] of members.entries()) {
        try {
          await save(m);
        } catch (e) {
          throw new ApiError(0, `${t("line")} ${i + 2} (${m.name}): ${e instanceof ApiError ? e.detail : String(e)}`, 0);
        }
      }
      setOutcome(`${number(members.length)} ${t("members taken in")}`);
    }).then(() => {
      if (file.current) file.current.value = ""; // the same file again, corrected, is another choice
      asked.again();
    });
  };
  return (
    <Page
      title={t("Members")}
      actions={
        <>
          {may && (
            <button type="button" onClick={() => setEditing(blank)}>
              {t("A new member")}
            </button>
          )}
          <button type="button" onClick={() => asked.data && download("members.csv", toCsv(asked.data.rows), "text/csv;charset=utf-8")}>
            {t("Save as CSV")}
          </button>
          {may && (
            <label class="inline">
              {t("Take CSV in")}
              <input type="file" accept=".csv,text/csv" ref={file} disabled={busy} onChange={take} />
            </label>
          )}
        </>
      }
    >
      {error && <ErrorBox error={error} />}
      {outcome && (
        <p class="box good" role="status">
          {outcome}
        </p>
      )}
      {shown && !editing && (
        <div class="panels">
          <Panel
            wide
            title={shown.title || shown.name}
            note={
              <span class="buttons">
                {may && (
                  <button type="button" onClick={() => setEditing(shown)}>
                    {t("Edit")}
                  </button>
                )}
                <button type="button" onClick={() => setQuery({ name: "" })}>
                  {t("Close")}
                </button>
              </span>
            }
          >
            <p class="sum">
              {shown.name} · {shown.sector} {shown.prefecture > 0 && `· ${prefectureName(shown.prefecture)}`} {(shown.groups?.length ?? 0) > 0 && `· ${t("Groups")}: ${shown.groups?.join(", ")}`}
              {session.permissions["notices"] && (
                <>
                  {" · "}
                  <a href={`/notices?member=${encodeURIComponent(shown.name)}`}>{t("Notices")}</a>
                </>
              )}
            </p>
          </Panel>
          <Proofs member={shown.name} networks={shown.networks} names={shown.names} contacts={shown.contacts} session={session} changed={asked.again} />
          <MemberLists member={shown.name} session={session} />
          {session.permissions["notices"] !== undefined && <MemberWebhook member={shown.name} session={session} />}
          <Overrides member={shown.name} session={session} />
        </div>
      )}
      {editing && <Edit key={editing.name} member={editing} isNew={editing.name === ""} done={done} />}
      <State asked={asked} empty={(d) => (d.rows.length === 0 ? t("No member is known yet. Make one, or take a CSV in.") : undefined)}>
        {(data) => {
          const blockedOf = new Map<number, number>();
          for (const m of data.rows) blockedOf.set(m.prefecture, (blockedOf.get(m.prefecture) ?? 0) + (hits.get(m.name) ?? 0));
          const words = find.trim().toLowerCase();
          const rows = data.rows.filter((m) => (chosen === 0 || m.prefecture === chosen) && (words === "" || `${m.name} ${m.title} ${m.sector}`.toLowerCase().includes(words)));
          return (
            <div class="panels">
              <Panel title={t("Blocked answers by prefecture")} note={chosen ? <button type="button" class="quiet" onClick={() => setQuery({ prefecture: "" })}>{t("all of Japan")}</button> : "24h"}>
                <Japan values={blockedOf} label={t("Blocked answers by prefecture")} selected={chosen} onSelect={(p) => setQuery({ prefecture: p === chosen ? "" : String(p) })} />
              </Panel>
              <Panel title={t("Members")} note={chosen ? prefectureName(chosen) : number(data.rows.length)}>
                {data.rows.length > 1 && <input type="search" class="find" value={find} onInput={(e) => setFind(e.currentTarget.value)} placeholder={t("Part of a name")} aria-label={t("Part of a name")} />}
                {rows.length === 0 ? (
                  <Empty>{t("No member is there.")}</Empty>
                ) : (
                  <LongTable
                    label={t("Members")}
                    rows={rows}
                    rowKey={(m) => m.name}
                    columns={[
                      { head: t("Name"), cell: (m) => <button type="button" class="quiet words" onClick={() => setQuery({ name: m.name })}>{m.name}</button> },
                      { head: t("Organisation"), cell: (m) => <span class="words">{m.title}</span> },
                      { head: t("Sector"), cell: (m) => m.sector, minor: true },
                      { head: t("Networks"), cell: (m) => number(m.networks.length), right: true, minor: true },
                      { head: t("Names"), cell: (m) => number(m.names.length), right: true, minor: true },
                      { head: t("Blocked (24h)"), cell: (m) => number(hits.get(m.name) ?? 0), right: true },
                      { head: t("Changed"), cell: (m) => <When us={m.changed_us} />, minor: true },
                    ]}
                  />
                )}
              </Panel>
            </div>
          );
        }}
      </State>
    </Page>
  );
}
