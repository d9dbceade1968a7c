// Where the addresses are that something bad is believed of: a map of the world, and the same as a table.
import { useState } from "preact/hooks";
import { useAsk } from "../ask";
import { number } from "../format";
import { t, word } from "../texts";
import { Page, Panel, SubjectLink, Table, When } from "../ui/parts";
import { AsOf, State } from "../ui/state";
import { World, countryName } from "../ui/world";

interface PlaceRow {
  country: string;
  indicators: number;
  blocked: number;
  met: number;
  sightings: number;
  seen_us: number;
  top: { kind: string; subject: string; claim: string; sightings: number }[];
}

interface Places {
  counted_us: number;
  table: string;
  rows: PlaceRow[];
}

type Measure = "indicators" | "met" | "sightings";
const measures: Measure[] = ["indicators", "met", "sightings"];

function nothing(d: Places): string | undefined {
  if (!d.table) return t("The program was built without the table of countries.");
  if (!d.counted_us) return t("Not counted yet: look again in some seconds.");
  if (d.rows.length === 0) return t("Nothing bad is believed of any address.");
  return undefined;
}

export function WorldPage() {
  const asked = useAsk<Places>("/places", {}, 60000);
  const [measure, setMeasure] = useState<Measure>("indicators");
  const [selected, setSelected] = useState<string>(); // none: the one with the most
  const rows = asked.data?.rows ?? [];
  const row = rows.find((r) => r.country === selected) ?? rows[0];
  const titles = { indicators: t("Addresses"), met: t("Addresses met"), sightings: t("Seen") };
  return (
    <Page title={t("World")}>
      <div class="panels">
        <Panel
          wide
          title={t("Where suspicious addresses are")}
          note={
            <span class="choices" role="group" aria-label={t("What is counted")}>
              {measures.map((m) => (
                <button type="button" class="quiet" aria-pressed={m === measure} onClick={() => setMeasure(m)}>
                  {titles[m]}
                </button>
              ))}
            </span>
          }
        >
          <State asked={asked} empty={nothing}>
            {(data) => (
              <>
                <World label={t("Where suspicious addresses are")} values={new Map(data.rows.map((r) => [r.country, r[measure]]))} selected={row?.country} onSelect={setSelected} />
                <p class="muted">
                  {t("By the country that the network is registered in; table of")} {data.table} (iptoasn.com). {t("Counted")} <When us={data.counted_us} />. <AsOf at={asked.at} />
                </p>
              </>
            )}
          </State>
        </Panel>
        <Panel title={t("By country")}>
          <State asked={asked} empty={nothing}>
            {(data) => (
              <Table
                label={t("By country")}
                rows={data.rows}
                rowKey={(r) => r.country}
                selected={row?.country}
                onSelect={(r) => setSelected(r.country)}
                columns={[
                  { head: t("Country"), cell: (r) => countryName(r.country) },
                  { head: t("Addresses"), cell: (r) => number(r.indicators), right: true },
                  { head: t("Blocked"), cell: (r) => number(r.blocked), right: true },
                  { head: t("Addresses met"), cell: (r) => number(r.met), right: true },
                  { head: t("Seen"), cell: (r) => number(r.sightings), right: true },
                  { head: t("Last"), cell: (r) => (r.seen_us ? <When us={r.seen_us} /> : "–"), minor: true },
                ]}
              />
            )}
          </State>
        </Panel>
        <Panel title={row ? `${t("Most often met")}: ${countryName(row.country)}` : t("Most often met")}>
          <State asked={asked} empty={nothing}>
            {() => (
              <Table
                label={t("Most often met")}
                rows={row?.top ?? []}
                rowKey={(r) => r.kind + r.subject}
                columns={[
                  { head: t("Subject"), cell: (r) => <SubjectLink of={r.subject} /> },
                  { head: t("Claim"), cell: (r) => word(r.claim) },
                  { head: t("Seen"), cell: (r) => number(r.sightings), right: true },
                ]}
              />
            )}
          </State>
        </Panel>
      </div>
    </Page>
  );
}
