// Who read and changed what, the newest first; each row stands in an entry of the ledger.
import { useAsk } from "../ask";
import { number, time } from "../format";
import { setQuery } from "../router";
import { t, word } from "../texts";
import { Page, Table } from "../ui/parts";
import { State } from "../ui/state";
import type { PageProps } from ".";

interface AuditRow {
  entry: number;
  account: string;
  role: string;
  what: string;
  about: string;
  count: number;
  first_us: number;
  last_us: number;
}

export function Audit({ place }: PageProps) {
  const before = place.query.get("before") ?? "";
  const asked = useAsk<{ rows: AuditRow[]; before: number }>("/audit", { before, limit: 50 });
  return (
    <Page title={t("Audit")}>
      <State asked={asked} empty={(d) => (d.rows.length === 0 ? t("Nothing was read or changed yet.") : undefined)}>
        {(data) => (
          <>
            <Table
              label={t("Audit")}
              rows={data.rows}
              rowKey={(r) => `${r.entry} ${r.account} ${r.what} ${r.about}`}
              columns={[
                { head: t("Last"), cell: (r) => time(r.last_us) },
                { head: t("Account"), cell: (r) => r.account },
                { head: t("Role"), cell: (r) => word(r.role), minor: true },
                { head: t("What"), cell: (r) => r.what },
                { head: t("About"), cell: (r) => <span class="subject">{r.about}</span> },
                { head: t("Times"), cell: (r) => number(r.count), right: true },
                { head: t("Entry"), cell: (r) => r.entry, right: true, minor: true },
              ]}
            />
            <div class="buttons">
              {before && (
                <button type="button" onClick={() => setQuery({ before: "" })}>
                  {t("To the beginning")}
                </button>
              )}
              {data.before > 0 && (
                <button type="button" onClick={() => setQuery({ before: String(data.before) })}>
                  {t("Older")}
                </button>
              )}
            </div>
          </>
        )}
      </State>
    </Page>
  );
}
