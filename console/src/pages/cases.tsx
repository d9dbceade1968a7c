// Cases: those that the account may see; opening one; and one of them (case.tsx) when its number stands in the address.
import { useState } from "preact/hooks";
import { post } from "../api";
import { useAct, useAsk } from "../ask";
import { number } from "../format";
import { go, setQuery } from "../router";
import { t, word } from "../texts";
import type { Case, Rows } from "../types";
import { Older, Page, Panel, Table, Tag, Tlp, When } from "../ui/parts";
import { ErrorBox, State } from "../ui/state";
import type { PageProps } from ".";
import { CasePage } from "./case";
import { casePath, CaseState, caseStates, levels, severities } from "./case_words";

/** Opens a case, about a subject if one is given, and goes there. */
export function OpenCase({ subject, about, done }: { subject?: string; about?: string; done?: () => void }) {
  const { act, busy, error } = useAct();
  const [title, setTitle] = useState(about ?? "");
  const [severity, setSeverity] = useState("medium");
  const [tlp, setTlp] = useState("amber");
  const [restricted, setRestricted] = useState(false);
  const open = () =>
    act(async () => {
      const made = await post<Case>("/cases", { title, severity, tlp, restricted, ...(subject ? { subjects: [subject] } : {}) });
      done?.();
      go(casePath(made.number));
    });
  return (
    <form
      class="form"
      onSubmit={(e) => {
        e.preventDefault();
        void open();
      }}
    >
      {error && <ErrorBox error={error} />}
      <label>
        {t("Title of the case")}
        <input value={title} onInput={(e) => setTitle(e.currentTarget.value)} required maxLength={85} />
      </label>
      <label>
        {t("Severity")}
        <select value={severity} onChange={(e) => setSeverity(e.currentTarget.value)}>
          {severities.map((s) => (
            <option value={s}>{word(s)}</option>
          ))}
        </select>
      </label>
      <label>
        {t("Sharing level (TLP)")}
        <select value={tlp} onChange={(e) => setTlp(e.currentTarget.value)}>
          {levels.map((l) => (
            <option value={l}>TLP:{l.toUpperCase()}</option>
          ))}
        </select>
      </label>
      <label class="check">
        <input type="checkbox" checked={restricted} onChange={(e) => setRestricted(e.currentTarget.checked)} /> {t("Restricted to the people who are admitted")}
      </label>
      <div class="buttons">
        <button type="submit" class="primary" disabled={busy}>
          {t("Open a case")}
        </button>
      </div>
    </form>
  );
}

function List({ session, place }: PageProps) {
  const get = (of: string) => place.query.get(of) ?? "";
  const [opening, setOpening] = useState(false);
  const isCentre = session.permissions["cases"] === "all";
  const owner = get("owner");
  const asked = useAsk<Rows<Case>>("/cases", { state: get("state"), owner, member: get("member"), answered: get("answered") || undefined, after: Number(get("after")) || undefined, limit: 100 }, 15000);
  return (
    <Page
      title={t("Cases")}
      actions={
        <>
          <label class="inline">
            {t("State")}
            <select value={get("state")} onChange={(e) => setQuery({ state: e.currentTarget.value, after: "" })}>
              <option value="">{t("all")}</option>
              {caseStates.map((s) => (
                <option value={s}>{word(`case-${s}`)}</option>
              ))}
            </select>
          </label>
          {isCentre && (
            <label class="inline">
              {t("Member")}
              <input type="search" value={get("member")} onChange={(e) => setQuery({ member: e.currentTarget.value, after: "" })} />
            </label>
          )}
          {isCentre && (
            <label class="inline">
              <input type="checkbox" checked={owner === session.name} onChange={(e) => setQuery({ owner: e.currentTarget.checked ? session.name : "", after: "" })} /> {t("only mine")}
            </label>
          )}
          {isCentre && (
            <label class="inline">
              <input type="checkbox" checked={get("answered") === "true"} onChange={(e) => setQuery({ answered: e.currentTarget.checked ? "true" : "", after: "" })} />{" "}
              {t("only where a member answered")}
            </label>
          )}
          {session.permissions["cases-change"] && (
            <button type="button" aria-expanded={opening} onClick={() => setOpening(!opening)}>
              {t("Open a case")}
            </button>
          )}
        </>
      }
    >
      {opening && (
        <Panel title={t("Open a case")}>
          <OpenCase done={() => setOpening(false)} />
        </Panel>
      )}
      <State asked={asked} empty={(d) => (d.rows.length === 0 && !d.after ? t("There is no case here.") : undefined)}>
        {(data) => (
          <>
            <Table
              label={t("Cases")}
              rows={data.rows}
              rowKey={(c) => c.number}
              columns={[
                { head: "#", cell: (c) => number(c.number), right: true },
                {
                  head: t("Title of the case"),
                  cell: (c) => (
                    <>
                      <a class="words" href={casePath(c.number)}>{c.title}</a> {c.answered && <Tag of="case-answered" />}
                    </>
                  ),
                },
                { head: t("State"), cell: (c) => <CaseState of={c} /> },
                { head: t("Severity"), cell: (c) => word(c.severity) },
                { head: "TLP", cell: (c) => <Tlp level={c.tlp} />, minor: true },
                ...(isCentre
                  ? [
                      { head: t("Owner"), cell: (c: Case) => c.owner || "–" },
                      { head: t("Who sees it"), cell: (c: Case) => (c.restricted ? t("its people") : c.shared ? t("centre and its members") : t("centre")), minor: true },
                    ]
                  : []),
                { head: t("Changed"), cell: (c) => <When us={c.changed_us} /> },
              ]}
            />
            <Older after={data.after} show={(after) => setQuery({ after })} />
          </>
        )}
      </State>
    </Page>
  );
}

export function Cases(props: PageProps) {
  const chosen = Number(props.place.query.get("number") ?? 0);
  return chosen > 0 ? <CasePage key={chosen} of={chosen} session={props.session} /> : <List {...props} />;
}
