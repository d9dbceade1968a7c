// The review queue, made for the keyboard: j and k move, b confirms, f says false positive, o leaves it watched; each with a reason.
import { useState } from "preact/hooks";
import { post } from "../api";
import { useAct, useAsk } from "../ask";
import { number, percent } from "../format";
import { useKeys, usePicked } from "../keys";
import { t, word } from "../texts";
import type { Indicator, Rows, VerdictsAnswer } from "../types";
import { Page, Panel, SubjectLink, Table, Tag, Tlp, When } from "../ui/parts";
import { ErrorBox, State } from "../ui/state";
import type { PageProps } from ".";

export function Evidence({ row }: { row: Pick<Indicator, "subject" | "kind" | "guards"> }) {
  const asked = useAsk<VerdictsAnswer>("/verdicts", { subject: row.subject, kind: row.kind });
  return (
    <Panel title={row.subject} note={<SubjectLink of={row.subject} />}>
      <State asked={asked}>
        {(data) => (
          <>
            <ul class="reasons">
              {data.belief?.lines.map((l) => (
                <li>
                  <span class={l.log_odds > 0 ? "odds bad" : "odds good"}>
                    {l.log_odds > 0 ? "+" : ""}
                    {(l.log_odds / 1000).toFixed(2)}
                  </span>
                  {l.text}
                </li>
              ))}
            </ul>
            {row.guards.length > 0 && (
              <p class="box warn">
                {t("Guarded")}: {row.guards.map(word).join(", ")}
                {data.warning_lists && data.warning_lists.length > 0 && ` (${data.warning_lists.join(", ")})`}
                <br />
                {t("To confirm does not block what is guarded: block it by hand on its own page.")}
              </p>
            )}
            <ul class="said">
              {data.verdicts.slice(0, 8).map((v) => (
                <li>
                  <Tag of={v.claim} /> {v.source}: {v.reason} <Tlp level={v.tlp} /> <When us={v.made_us} />
                </li>
              ))}
            </ul>
          </>
        )}
      </State>
    </Panel>
  );
}

const reckonMs = 4000;

export function Review({ session }: PageProps) {
  const asked = useAsk<Rows<Indicator>>("/indicators", { advice: "ask", limit: 200 }, 30000);
  // What was decided is out of the queue at once; it comes back if it still waits when the node has had time to reckon with the decision.
  const [decided, setDecided] = useState<Record<number, number>>({});
  const rows = (asked.data?.rows ?? []).filter((r) => (decided[r.id] ?? 0) < Date.now());
  const [reason, setReason] = useState("");
  const [done, setDone] = useState(0);
  const { act, busy, error } = useAct();
  const { chosen, pick, move } = usePicked(rows, (r) => r.id);
  const may = session.permissions["judge"] !== undefined;
  const decide = (claim: string) => {
    if (!chosen || busy || !may) return;
    void act(() => post("/verdicts", { subject: chosen.subject, kind: chosen.kind, claim, reason: reason || t("decided in review") })).then((fine) => {
      if (!fine) return;
      setReason("");
      setDone((n) => n + 1);
      setDecided((all) => ({ ...all, [chosen.id]: Date.now() + reckonMs }));
      for (const ms of [500, reckonMs + 100]) setTimeout(asked.again, ms);
    });
  };
  useKeys({ j: () => move(1), k: () => move(-1), b: () => decide("confirmed"), f: () => decide("false-positive") });
  return (
    <Page
      title={t("Review")}
      actions={
        <span class="muted">
          <kbd>j</kbd> <kbd>k</kbd> {t("move")} · <kbd>b</kbd> {t("confirm")} · <kbd>f</kbd> {t("false positive")}
        </span>
      }
    >
      {error && <ErrorBox error={error} />}
      <p class="sum" role="status">
        {number(rows.length)} {t("waiting for a decision")}
        {done > 0 && ` · ${number(done)} ${t("decided now")}`}
      </p>
      <State asked={asked} empty={() => (rows.length === 0 ? t("Nothing waits for a decision.") : undefined)}>
        {() => (
          <div class="split">
            <Table
              label={t("Review")}
              rows={rows}
              rowKey={(r) => r.id}
              selected={chosen?.id}
              onSelect={(r) => pick(r.id)}
              columns={[
                { head: t("Subject"), cell: (r) => <span class="subject">{r.subject}</span> },
                { head: t("Claim"), cell: (r) => word(r.claim) },
                { head: t("Probability"), cell: (r) => percent(r.probability / 1000, 0), right: true },
                { head: t("Sources"), cell: (r) => number(r.sources), right: true, minor: true },
                { head: t("Seen"), cell: (r) => number(r.sightings), right: true, minor: true },
                { head: t("Members"), cell: (r) => number(r.members), right: true, minor: true },
              ]}
            />
            {chosen && (
              <div class="decide">
                <Evidence key={chosen.id} row={chosen} />
                {may && (
                  <div class="panel">
                    <label>
                      {t("Reason (stands in the ledger)")}
                      <input value={reason} onInput={(e) => setReason(e.currentTarget.value)} />
                    </label>
                    <div class="buttons">
                      <button type="button" class="danger" disabled={busy} onClick={() => decide("confirmed")}>
                        {t("Confirm")} <kbd>b</kbd>
                      </button>
                      <button type="button" disabled={busy} onClick={() => decide("false-positive")}>
                        {t("False positive")} <kbd>f</kbd>
                      </button>
                    </div>
                  </div>
                )}
              </div>
            )}
          </div>
        )}
      </State>
    </Page>
  );
}
