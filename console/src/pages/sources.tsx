// Score-cards: how those did who said what subjects are.
import { useAsk } from "../ask";
import { length, number, percent } from "../format";
import { t, word } from "../texts";
import type { Rows, Source } from "../types";
import { Page, Table, When } from "../ui/parts";
import { State } from "../ui/state";

export function Sources() {
  const asked = useAsk<Rows<Source>>("/sources", {}, 60000);
  return (
    <Page title={t("Sources")}>
      <State asked={asked} empty={(d) => (d.rows.length === 0 ? t("Nobody has said anything yet.") : undefined)}>
        {(data) => (
          <Table
            label={t("Sources")}
            rows={data.rows}
            rowKey={(r) => `${r.kind} ${r.source}`}
            columns={[
              { head: t("Source"), cell: (r) => r.source },
              { head: t("Kind"), cell: (r) => word(r.kind), minor: true },
              { head: t("Subjects"), cell: (r) => number(r.said), right: true },
              { head: t("Named first"), cell: (r) => number(r.first), right: true },
              { head: t("Ahead by"), cell: (r) => (r.followed ? length(r.lead_us) : "–"), right: true, minor: true },
              { head: t("Met here"), cell: (r) => number(r.hits), right: true },
              { head: t("Confirmed"), cell: (r) => number(r.confirmed), right: true },
              { head: t("Wrong"), cell: (r) => number(r.wrong), right: true },
              { head: t("Right"), cell: (r) => (r.confirmed + r.wrong > 0 ? percent(r.confirmed / (r.confirmed + r.wrong), 0) : t("unknown")), right: true },
              { head: t("Fetched"), cell: (r) => <When us={r.fetched_us} />, minor: true },
            ]}
          />
        )}
      </State>
    </Page>
  );
}
