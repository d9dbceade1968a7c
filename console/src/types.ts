// What the API answers (docs/formats/openapi.json, control.md), as far as pages use it. Times are microseconds since 1970.

export type Access = "own" | "all";

export interface Session {
  id: number;
  name: string;
  role: string;
  member: string;
  codes: boolean;
  permissions: Record<string, Access>;
  csrf: string;
}

export interface Rows<T> {
  rows: T[];
  count?: number;
  after?: number;
}

export interface LogRow {
  seq: number;
  time_us: number;
  client_ip: string;
  transport: string;
  name: string;
  qtype: number;
  rcode: number;
  action: string;
  verdict: number;
  line: number;
  list: number;
  latency_us: number;
  cached: number;
  member: string;
  group: string;
  trigger: string;
}

export interface TopRow {
  name?: string;
  client_ip?: string;
  member?: string;
  group?: string;
  hits: number;
  clients?: number;
  blocked?: number;
  last_s: number;
  last_verdict?: number;
  last_list?: number;
}

export interface SeriesRow {
  at_s: number;
  queries: number;
  blocked: number;
  observed: number;
  clients: number;
}

export interface Indicator {
  id: number;
  kind: string;
  subject: string;
  claim: string;
  state: string;
  advice: string;
  probability: number; // per mille
  conflict: boolean;
  guards: string[];
  tlp: string;
  pap: string;
  verdict: number;
  verdicts: number;
  sources: number;
  sightings: number;
  members: number;
  false_blocks: number;
  first_us: number;
  last_us: number;
  changed_us: number;
  next_us: number;
}

export interface Verdict {
  number: number;
  id: string;
  claim: string;
  kind: string;
  subject: string;
  author_kind: string;
  source: string;
  reason: string;
  group: string;
  probability: number;
  severity?: string;
  tlp: string;
  pap: string;
  made_us: number;
  from_us: number;
  until_us: number;
  supersedes: number;
  superseded_by?: number;
  evidence?: { kind: string; reference: string; sha256?: string }[];
}

export interface Sighting {
  hour_us: number;
  member: string;
  count: number;
  first_us: number;
  last_us: number;
}

export interface Belief {
  probability: number;
  claim: string;
  state: string;
  advice: string;
  conflict: boolean;
  next_us: number;
  lines: { log_odds: number; text: string }[];
}

export interface VerdictsAnswer {
  kind: string;
  subject: string;
  verdicts: Verdict[];
  more?: boolean;
  belief?: Belief;
  sightings?: Sighting[];
  warning_lists?: string[];
  without?: { source: string; claim: string; probability: number; state: string; advice: string }[];
}

export interface ClockRow {
  week: string;
  claim: string;
  from: string;
  to: string;
  count: number;
  median_us: number;
  p90_us: number;
}

export interface Source {
  kind: string;
  source: string;
  said: number;
  first: number;
  followed: number;
  lead_us: number;
  confirmed: number;
  wrong: number;
  hits: number;
  fetched_us: number;
  last_us: number;
}

export interface Report {
  number: number;
  name: string;
  given: string;
  text: string;
  contact: string;
  language: string;
  member: string;
  client_ip: string;
  cause: string;
  verdict: string;
  made_us: number;
  state: string;
  reason: string;
  decided_by: string;
  decided_us: number;
}

export interface ReportSummary {
  open: number;
  oldest_open_us: number;
  released: number;
  refused: number;
  median_us: number;
  p90_us: number;
  days: number;
  rows: { cause: string; open: number; released: number; refused: number }[];
}

export interface Notice {
  id: number;
  member: string;
  kind: "met" | "own";
  claim: string;
  state: string;
  urgent: boolean;
  made_us: number;
  raised_us: number;
  seen_us: number;
  told_us: number;
  opened_us: number;
  acted_us: number;
  fixed_us: number;
  withdrawn_us: number;
  reopened: number;
  /** Nothing was seen, but nothing would have been seen either. */
  uncovered: boolean;
  coverage: number; // percent; -1: not known
  subjects: number;
  left_out: number;
  hits: number;
  acted_by: string;
  acted_text: string;
  campaign?: string;
  control?: boolean;
}

export interface NoticeSummary {
  states: Record<string, number>;
  uncovered: number;
}

export interface NoticeSubject {
  kind: string;
  subject: string | null; // null: it may not be told to who asks
  state: string;
  advice: string;
  hits: number;
  first_us: number;
  last_us: number;
  wrong: boolean;
}

export interface Case {
  number: number;
  title: string;
  state: string;
  outcome: string;
  severity: string;
  tlp: string;
  owner: string;
  made_by: string;
  restricted: boolean;
  shared: boolean;
  made_us: number;
  changed_us: number;
  closed_us: number;
  version: number;
  access: "write" | "read" | "shown";
  answered: boolean; // a member's answer is the newest; false for members
  subjects?: { kind: string; subject: string | null; note: string }[];
  members?: string[];
  people?: { account: string; write: boolean }[];
  links?: { kind: string; reference: number }[];
}

export interface CaseSubject {
  kind: string;
  subject: string | null; // null: not for members
  note: string;
  made_us: number;
  state: string; // empty: nothing was ever said of it
  claim: string;
  advice: string;
  probability: number;
  action: string;
  met: { member: string; count: number; last_us: number }[];
  notices: { id: number; member: string; state: string }[];
  also: { number: number; title: string; state: string }[];
}

export interface CaseMoment {
  at_us: number;
  what: string;
  kind?: string;
  subject?: string;
  field?: string;
  internal?: boolean;
  made_by?: string;
  member?: string;
  old?: string;
  text?: string;
}
