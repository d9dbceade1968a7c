// Sharing: what the exit gate would let through to each recipient, and the receipts of what was given.
import { useState } from "preact/hooks";
import { useAsk } from "../ask";
import { number } from "../format";
import { t, word } from "../texts";
import type { Rows } from "../types";
import { Page, Panel, SubjectLink, Table, When } from "../ui/parts";
import { State } from "../ui/state";

interface Receipt {
  number: number;
  recipient: string;
  way: string;
  what: string;
  first: string;
  last: string;
  objects: number;
  made_us: number;
}

interface Trial {
  recipient: string;
  shared: number;
  outcomes: { outcome: string; text: string; count: number; samples?: string[] }[];
}

export function Sharing() {
  const receipts = useAsk<Rows<Receipt>>("/receipts", { limit: 200 }, 30000);
  const [recipient, setRecipient] = useState("");
  const [text, setText] = useState("");
  const trial = useAsk<Trial>(recipient ? "/share" : undefined, { recipient });
  const known = [...new Set((receipts.data?.rows ?? []).map((r) => r.recipient))];
  return (
    <Page title={t("Sharing")}>
      <div class="panels">
        <Panel wide title={t("What a recipient would get now")}>
          <form
            class="row"
            onSubmit={(e) => {
              e.preventDefault();
              setRecipient(text.trim());
            }}
          >
            <label>
              {t("Recipient")}
              <input list="recipients" value={text} onInput={(e) => setText(e.currentTarget.value)} required />
            </label>
            <datalist id="recipients">
              {known.map((r) => (
                <option value={r} />
              ))}
            </datalist>
            <button type="submit" class="primary">
              {t("Try, without giving anything")}
            </button>
          </form>
          {recipient && (
            <State asked={trial}>
              {(data) => (
                <>
                  <p class="sum">
                    {number(data.shared)} {t("indicators would be given")}
                  </p>
                  <Table
                    label={t("What a recipient would get now")}
                    rows={data.outcomes}
                    rowKey={(o) => o.outcome}
                    columns={[
                      { head: t("Outcome"), cell: (o) => o.text },
                      { head: t("Indicators"), cell: (o) => number(o.count), right: true },
                      { head: t("Such as"), cell: (o) => (o.samples ?? []).map((s) => <SubjectLink of={s} />) },
                    ]}
                  />
                </>
              )}
            </State>
          )}
        </Panel>
        <Panel wide title={t("Receipts")} note={t("each is an entry of the ledger")}>
          <State asked={receipts} empty={(d) => (d.rows.length === 0 ? t("Nothing was given to anybody yet.") : undefined)}>
            {(data) => (
              <Table
                label={t("Receipts")}
                rows={data.rows}
                rowKey={(r) => r.number}
                columns={[
                  { head: "#", cell: (r) => r.number, right: true },
                  { head: t("Recipient"), cell: (r) => r.recipient },
                  { head: t("Way"), cell: (r) => word(r.way) },
                  { head: t("What"), cell: (r) => r.what, minor: true },
                  { head: t("Objects"), cell: (r) => number(r.objects), right: true },
                  { head: t("Made"), cell: (r) => <When us={r.made_us} /> },
                ]}
              />
            )}
          </State>
        </Panel>
      </div>
    </Page>
  );
}
