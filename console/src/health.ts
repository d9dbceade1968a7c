// Is the node well? Its counts, turned into a few sentences, the worst first: what an operator would look at at three in the morning.
import { useMemo } from "preact/hooks";
import { type Asked, useAsk } from "./ask";
import { length, number } from "./format";
import { t } from "./texts";

export type Tone = "good" | "warn" | "bad";

export interface Check {
  tone: Tone;
  text: string;
}

export interface Status {
  version: string;
  roles: Record<string, { up: boolean; deaths: number; started_us: number; last_death: string }>;
  recording?: { dropped?: number; lost?: number; ring_fill_percent?: number; rows_per_second?: number; observed?: number; newest_row_s_ago?: number | null };
  store?: { connected?: boolean; open?: boolean; rows?: number; bytes_on_disk?: number; last_error?: string };
  policy?: Record<string, unknown>;
  feeds?: { name: string; failures: number; error?: string; ok_us: number }[];
  belief?: { entries_behind?: number };
  [part: string]: unknown;
}

const order: Record<Tone, number> = { bad: 0, warn: 1, good: 2 };

export function checksOf(s: Status): Check[] {
  const checks: Check[] = [];
  const add = (tone: Tone, text: string) => checks.push({ tone, text });
  for (const [name, role] of Object.entries(s.roles)) {
    if (!role.up) add("bad", `${name}: ${t("is not running")}`);
    else if (role.deaths > 0) add("warn", `${name}: ${t("was started again")} ${number(role.deaths)}× (${role.last_death})`);
  }
  const r = s.recording ?? {};
  if ((r.dropped ?? 0) > 0) add("warn", `${number(r.dropped ?? 0)} ${t("answers were not recorded: the rings were full")}`);
  if ((r.lost ?? 0) > 0) add("warn", `${number(r.lost ?? 0)} ${t("answers were lost with a killed process")}`);
  if ((r.ring_fill_percent ?? 0) > 50) add("warn", `${t("rings filled to")} ${r.ring_fill_percent} %`);
  if (s.store && (!s.store.connected || !s.store.open)) add("bad", `${t("the telemetry store is not open")}${s.store.last_error ? `: ${s.store.last_error}` : ""}`);
  if ((s.belief?.entries_behind ?? 0) > 0) add("warn", `${number(s.belief?.entries_behind ?? 0)} ${t("entries of the ledger are not reckoned yet")}`);
  if (!checks.some((c) => c.tone === "bad")) add("good", t("all parts run"));
  if ((r.dropped ?? 0) === 0) add("good", t("every answer was recorded"));
  return checks.sort((a, b) => order[a.tone] - order[b.tone]);
}

export function worst(checks: Check[]): Tone {
  return checks[0]?.tone ?? "good";
}

export function useHealth(allowed = true): { asked: Asked<Status>; checks: Check[]; dataUs: number } {
  const asked = useAsk<Status>(allowed ? "/status" : undefined, {}, 10000);
  const checks = useMemo(() => (asked.data ? checksOf(asked.data) : []), [asked.data]);
  const age = asked.data?.recording?.newest_row_s_ago;
  return { asked, checks, dataUs: typeof age === "number" ? (asked.at / 1000 - age) * 1e6 : 0 };
}

export function upTime(startedUs: number): string {
  return length(Date.now() * 1000 - startedUs);
}
