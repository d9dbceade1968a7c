// Reports of wrong blocks, made for the keyboard: j and k move, r releases, w releases all that the rule is about, x refuses; with a reason.
import { useState } from "preact/hooks";
import { post } from "../api";
import { useAct, useAsk } from "../ask";
import { length, number } from "../format";
import { useKeys, usePicked } from "../keys";
import { t, word } from "../texts";
import type { Report, ReportSummary, Rows } from "../types";
import { Figure, Older, Page, Panel, SubjectLink, Table, Tag, When } from "../ui/parts";
import { ErrorBox, State } from "../ui/state";
import { Evidence } from "./review";
import type { PageProps } from ".";

const states = ["open", "released", "refused"];

interface Released {
  name: string;
  reports: number;
  took_us: number;
  still_blocked: string[];
}

function Details({ row }: { row: Report }) {
  return (
    <Panel title={`${t("Report")} ${number(row.number)}`} note={<SubjectLink of={row.name} />}>
      <p class="report-text">{row.text}</p>
      <dl class="facts">
        <dt>{t("Reported")}</dt>
        <dd>
          <When us={row.made_us} /> · {row.client_ip} {row.member && `· ${row.member}`}
        </dd>
        <dt>{t("Contact")}</dt>
        <dd>{row.contact || "–"}</dd>
        <dt>{t("Blocked by")}</dt>
        <dd>
          {row.cause || t("nothing here when it was reported")} {row.verdict && `(${row.verdict})`}
        </dd>
        {row.given !== row.name && (
          <>
            <dt>{t("As written")}</dt>
            <dd class="subject">{row.given}</dd>
          </>
        )}
        {row.decided_us > 0 && (
          <>
            <dt>{word(row.state)}</dt>
            <dd>
              <When us={row.decided_us} /> · {row.decided_by}: {row.reason}
            </dd>
          </>
        )}
      </dl>
    </Panel>
  );
}

export function Reports({ session }: PageProps) {
  const [state, setState] = useState("open");
  const [after, setAfter] = useState("");
  const asked = useAsk<Rows<Report>>("/reports", { state, after, limit: 200 }, 15000);
  const summary = useAsk<ReportSummary>("/reports/summary", {}, 60000);
  const rows = asked.data?.rows ?? [];
  const [reason, setReason] = useState("");
  const [last, setLast] = useState<Released>();
  const { act, busy, error } = useAct();
  const { chosen, pick, move } = usePicked(rows, (r) => r.number);
  const may = session.permissions["judge"] !== undefined && chosen?.state === "open";
  const decide = (what: "release" | "refuse", whole = false) => {
    if (!chosen || busy || !may) return;
    const body = { reason: reason || (what === "release" ? t("looked at: the block was wrong") : t("looked at: it stays blocked")), ...(whole ? { whole } : {}) };
    void act(async () => {
      const answer = await post<Released>(`/reports/${chosen.number}/${what}`, body);
      setLast(what === "release" ? answer : undefined);
    }).then((fine) => {
      if (!fine) return;
      setReason("");
      asked.again();
      summary.again();
    });
  };
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    r: () => decide("release"),
    w: () => decide("release", true),
    x: () => decide("refuse"),
  });
  const s = summary.data;
  return (
    <Page
      title={t("Reports")}
      actions={
        <span class="muted">
          <kbd>j</kbd> <kbd>k</kbd> {t("move")} · <kbd>r</kbd> {t("release")} · <kbd>x</kbd> {t("refuse")}
        </span>
      }
    >
      <div class="figures">
        <Figure label={t("Open reports")} value={s ? number(s.open) : "–"} tone={s?.open ? "warn" : undefined} note={s?.open ? <When us={s.oldest_open_us} /> : undefined} />
        <Figure label={t("Report to release")} value={s?.released ? length(s.median_us) : "–"} note={s?.released ? `${t("median")}, 90 %: ${length(s.p90_us)}` : t("not measured yet")} />
        <Figure label={t("Released in 30 days")} value={s ? number(s.released) : "–"} note={s ? `${t("refused")}: ${number(s.refused)}` : undefined} />
      </div>
      {error && <ErrorBox error={error} />}
      {last && (
        <p class={last.still_blocked.length > 0 ? "box warn" : "box good"} role="status">
          {last.name}: {t("released in")} {length(last.took_us)}
          {last.still_blocked.length > 0 && ` · ${t("still blocked for")}: ${last.still_blocked.map((g) => g || t("everybody")).join(", ")}`}
        </p>
      )}
      <span class="choices" role="group" aria-label={t("State")}>
        {states.map((name) => (
          <button type="button" class="quiet" aria-pressed={name === state} onClick={() => (setState(name), setAfter(""))}>
            {word(name)}
          </button>
        ))}
      </span>
      <State asked={asked} empty={(d) => (d.rows.length === 0 ? (state === "open" ? t("No report waits.") : t("Nothing in this state.")) : undefined)}>
        {(data) => (
          <>
            <div class="split">
              <Table
                label={t("Reports")}
                rows={data.rows}
                rowKey={(r) => r.number}
                selected={chosen?.number}
                onSelect={(r) => pick(r.number)}
                columns={[
                  { head: t("Name"), cell: (r) => <span class="subject">{r.name}</span> },
                  { head: t("Blocked by"), cell: (r) => r.cause || "–", minor: true },
                  { head: t("Member"), cell: (r) => r.member || t("(no member)"), minor: true },
                  { head: t("State"), cell: (r) => <Tag of={r.state} />, minor: true },
                  { head: t("Reported"), cell: (r) => <When us={r.made_us} />, right: true },
                ]}
              />
              {chosen && (
                <div class="decide">
                  <Details row={chosen} />
                  {session.permissions["intelligence"] && <Evidence key={chosen.number} row={{ subject: chosen.name, kind: "", guards: [] }} />}
                  {may && (
                    <div class="panel">
                      <label>
                        {t("Reason (the reporter reads it; it stands in the ledger)")}
                        <input value={reason} onInput={(e) => setReason(e.currentTarget.value)} maxLength={160} />
                      </label>
                      <div class="buttons">
                        <button type="button" disabled={busy} onClick={() => decide("release")}>
                          {t("Release")} <kbd>r</kbd>
                        </button>
                        <button type="button" disabled={busy} onClick={() => decide("release", true)}>
                          {t("Release all the rule blocks")} <kbd>w</kbd>
                        </button>
                        <button type="button" class="danger" disabled={busy} onClick={() => decide("refuse")}>
                          {t("Refuse")} <kbd>x</kbd>
                        </button>
                      </div>
                    </div>
                  )}
                </div>
              )}
            </div>
            <Older after={data.after} show={setAfter} />
          </>
        )}
      </State>
    </Page>
  );
}
