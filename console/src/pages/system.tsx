// The node itself: its parts, its counts, and the reload of its configuration.
import { post } from "../api";
import { useAct } from "../ask";
import { number } from "../format";
import { upTime, useHealth } from "../health";
import { t } from "../texts";
import { Page, Panel, Table } from "../ui/parts";
import { ErrorBox, State } from "../ui/state";
import type { PageProps } from ".";

/** {a: {b: 1}} as rows "a.b", 1. */
function flatten(value: unknown, prefix = ""): [string, string][] {
  if (value === null || typeof value !== "object") return [[prefix, typeof value === "number" ? number(value) : String(value)]];
  return Object.entries(value).flatMap(([k, v]) => flatten(v, prefix ? `${prefix}.${k}` : k));
}

export function System({ session }: PageProps) {
  const { asked, checks } = useHealth();
  const { act, busy, error } = useAct();
  return (
    <Page
      title={t("System")}
      actions={
        session.permissions["node"] && (
          <button type="button" disabled={busy} onClick={() => void act(() => post("/reload")).then((fine) => fine && asked.again())}>
            {t("Read the configuration anew")}
          </button>
        )
      }
    >
      {error && <ErrorBox error={error} />}
      <State asked={asked}>
        {(data) => (
          <div class="panels">
            <Panel title={t("Health")}>
              <ul class="health">
                {checks.map((c) => (
                  <li class={c.tone}>
                    <span aria-hidden="true">{c.tone === "good" ? "✓" : c.tone === "warn" ? "!" : "✗"}</span> {c.text}
                  </li>
                ))}
              </ul>
            </Panel>
            <Panel title={t("Parts")} note={`hinomi ${data.version}`}>
              <Table
                label={t("Parts")}
                rows={Object.entries(data.roles)}
                rowKey={([name]) => name}
                columns={[
                  { head: t("Part"), cell: ([name]) => name },
                  { head: t("State"), cell: ([, r]) => (r.up ? t("runs") : t("is not running")) },
                  { head: t("For"), cell: ([, r]) => (r.up ? upTime(r.started_us) : "–"), right: true },
                  { head: t("Deaths"), cell: ([, r]) => number(r.deaths), right: true },
                  { head: t("Last death"), cell: ([, r]) => r.last_death, minor: true },
                ]}
              />
            </Panel>
            {Object.entries(data)
              .filter(([part, value]) => part !== "roles" && value !== null && typeof value === "object")
              .map(([part, value]) => (
                <Panel title={part}>
                  <details>
                    <summary>{t("Counts")}</summary>
                    <dl class="counts">
                      {flatten(value).map(([name, text]) => (
                        <>
                          <dt>{name}</dt>
                          <dd>{text}</dd>
                        </>
                      ))}
                    </dl>
                  </details>
                </Panel>
              ))}
          </div>
        )}
      </State>
    </Page>
  );
}
