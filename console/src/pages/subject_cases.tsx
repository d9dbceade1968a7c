// The cases that a subject is in, and the ways to put it into one.
import { useState } from "preact/hooks";
import { post } from "../api";
import { useAct, useAsk } from "../ask";
import { number } from "../format";
import { t } from "../texts";
import type { Case, Rows, Session } from "../types";
import { Panel, Table, When } from "../ui/parts";
import { ErrorBox, State } from "../ui/state";
import { casePath, CaseState } from "./case_words";
import { OpenCase } from "./cases";

function AddToCase({ subject, again }: { subject: string; again: () => void }) {
  const { act, busy, error } = useAct();
  const [of, setOf] = useState("");
  return (
    <form
      class="buttons"
      onSubmit={(e) => {
        e.preventDefault();
        void act(() => post(`/cases/${encodeURIComponent(of)}/subjects`, { subject })).then((fine) => {
          if (!fine) return;
          setOf("");
          again();
        });
      }}
    >
      {error && <ErrorBox error={error} />}
      <label class="inline">
        {t("Number of a case")}
        <input type="number" min={1} value={of} onInput={(e) => setOf(e.currentTarget.value)} required />
      </label>
      <button type="submit" disabled={busy}>
        {t("Add to the case")}
      </button>
    </form>
  );
}

export function SubjectCases({ subject, session }: { subject: string; session: Session }) {
  const asked = useAsk<Rows<Case>>("/cases", { subject, limit: 20 });
  const [opening, setOpening] = useState(false);
  const may = session.permissions["cases-change"] !== undefined;
  return (
    <Panel title={t("Cases")}>
      <State asked={asked} empty={(d) => (d.rows.length === 0 ? t("It is in no case.") : undefined)}>
        {(data) => (
          <Table
            label={t("Cases")}
            rows={data.rows}
            rowKey={(c) => c.number}
            columns={[
              { head: "#", cell: (c) => number(c.number), right: true },
              { head: t("Title of the case"), cell: (c) => <a class="words" href={casePath(c.number)}>{c.title}</a> },
              { head: t("State"), cell: (c) => <CaseState of={c} /> },
              { head: t("Changed"), cell: (c) => <When us={c.changed_us} /> },
            ]}
          />
        )}
      </State>
      {may && <AddToCase subject={subject} again={asked.again} />}
      {may && (
        <p class="buttons">
          <button type="button" aria-expanded={opening} onClick={() => setOpening(!opening)}>
            {t("Open a case")}
          </button>
        </p>
      )}
      {opening && <OpenCase subject={subject} about={subject.slice(0, 80)} />}
    </Panel>
  );
}
