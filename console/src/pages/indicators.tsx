// Indicators: what is believed, filtered, page by page.
import { useAsk } from "../ask";
import { number, percent } from "../format";
import { setQuery } from "../router";
import { type Key, t, word } from "../texts";
import type { Indicator, Rows } from "../types";
import { Page, SubjectLink, Table, Tag, Tlp, When } from "../ui/parts";
import { State } from "../ui/state";
import type { PageProps } from ".";

const choices: [string, Key, string[]][] = [
  ["state", "State", ["candidate", "active", "expired", "revoked"]],
  ["advice", "Advice", ["block", "ask", "observe", "none"]],
  ["kind", "Kind", ["domain", "host", "address", "prefix", "url", "sha256", "sha1", "md5", "email", "asn", "ja3", "certificate"]],
  ["claim", "Claim", ["phishing", "malware", "c2", "dga", "tunnel", "scanner", "infected", "ddos-source", "ddos-victim", "spam", "malicious", "benign"]],
];

export function Indicators({ place }: PageProps) {
  const query = Object.fromEntries(place.query.entries());
  const asked = useAsk<Rows<Indicator>>("/indicators", { ...query, limit: 100 });
  return (
    <Page
      title={t("Indicators")}
      actions={choices.map(([name, title, words]) => (
        <label class="inline">
          {t(title)}
          <select value={place.query.get(name) ?? ""} onChange={(e) => setQuery({ [name]: e.currentTarget.value, after: "" })}>
            <option value="">{t("any")}</option>
            {words.map((w) => (
              <option value={w}>{word(w)}</option>
            ))}
          </select>
        </label>
      ))}
    >
      <State asked={asked} empty={(d) => (d.rows.length === 0 ? t("Nothing is believed that fits. Judge something, import a document, or add a feed.") : undefined)}>
        {(data) => (
          <>
            <Table
              label={t("Indicators")}
              rows={data.rows}
              rowKey={(r) => r.id}
              columns={[
                { head: t("Subject"), cell: (r) => <SubjectLink of={r.subject} /> },
                { head: t("Claim"), cell: (r) => word(r.claim) },
                { head: t("State"), cell: (r) => <Tag of={r.state} /> },
                { head: t("Advice"), cell: (r) => <Tag of={r.advice} /> },
                { head: t("Probability"), cell: (r) => percent(r.probability / 1000, 0), right: true },
                { head: "TLP", cell: (r) => <Tlp level={r.tlp} />, minor: true },
                { head: t("Sources"), cell: (r) => number(r.sources), right: true, minor: true },
                { head: t("Seen"), cell: (r) => number(r.sightings), right: true },
                { head: t("Changed"), cell: (r) => <When us={r.changed_us} />, minor: true },
              ]}
            />
            <div class="buttons">
              {place.query.get("after") && (
                <button type="button" onClick={() => setQuery({ after: "" })}>
                  {t("To the beginning")}
                </button>
              )}
              {data.after ? (
                <button type="button" onClick={() => setQuery({ after: String(data.after) })}>
                  {t("Next page")}
                </button>
              ) : null}
            </div>
          </>
        )}
      </State>
    </Page>
  );
}
