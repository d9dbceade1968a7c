// Numbers, dates and lengths of time as the chosen language writes them.
import { language, t } from "./texts";

const locale = () => (language() === "ja" ? "ja-JP" : "en-GB");

export function number(value: number): string {
  return new Intl.NumberFormat(locale()).format(value);
}

/** 12,300 as 12.3k: for where there is little room. */
export function shortNumber(value: number): string {
  return new Intl.NumberFormat(locale(), { notation: "compact", maximumFractionDigits: 1 }).format(value);
}

export function percent(part: number, digits = 1): string {
  return new Intl.NumberFormat(locale(), { style: "percent", maximumFractionDigits: digits }).format(part);
}

export function time(us: number): string {
  if (!us) return t("never");
  return new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeStyle: "medium" }).format(us / 1000);
}

/** A mark of a time axis: the clock within a day, and the day where it changes. at, before: seconds since 1970; step: between marks. */
export function axisTime(at: number, step: number, before?: number): string {
  const day = (s: number) => new Intl.DateTimeFormat(locale(), { month: "short", day: "numeric" }).format(s * 1000);
  if (step >= 86400) return day(at);
  const hour = new Intl.DateTimeFormat(locale(), { hour: "2-digit", minute: "2-digit", ...(step < 60 ? { second: "2-digit" } : {}) }).format(at * 1000);
  return before === undefined || day(before) !== day(at) ? `${hour}\n${day(at)}` : hour;
}

/** Sunday first, as Date.getDay counts. */
export function weekdayNames(width: "narrow" | "short"): string[] {
  const format = new Intl.DateTimeFormat(locale(), { weekday: width, timeZone: "UTC" });
  return Array.from({ length: 7 }, (_, i) => format.format(Date.UTC(2023, 0, 1 + i))); // 2023-01-01 was a Sunday
}

export function monthNames(): string[] {
  const format = new Intl.DateTimeFormat(locale(), { month: "short", timeZone: "UTC" });
  return Array.from({ length: 12 }, (_, i) => format.format(Date.UTC(2023, i, 1)));
}

export function date(us: number): string {
  return new Intl.DateTimeFormat(locale(), { dateStyle: "medium" }).format(us / 1000);
}

export function clock(us: number): string {
  return new Intl.DateTimeFormat(locale(), { hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(us / 1000);
}

/** "450 ms", "12 s", "3.5 h". */
export function length(us: number): string {
  const units: [number, string][] = [
    [86400e6, t("d")],
    [3600e6, t("h")],
    [60e6, t("min")],
    [1e6, t("s")],
    [1e3, t("ms")],
  ];
  for (const [size, unit] of units) {
    if (us >= size) return `${new Intl.NumberFormat(locale(), { maximumFractionDigits: us / size < 10 ? 1 : 0 }).format(us / size)} ${unit}`;
  }
  return `${number(Math.round(us))} µs`;
}

/** "3 minutes ago", as the language says it. */
export function ago(us: number): string {
  if (!us) return t("never");
  const seconds = us / 1e6 - Date.now() / 1e3;
  const steps: [number, Intl.RelativeTimeFormatUnit][] = [
    [86400, "day"],
    [3600, "hour"],
    [60, "minute"],
    [1, "second"],
  ];
  const format = new Intl.RelativeTimeFormat(locale(), { numeric: "auto" });
  for (const [size, unit] of steps) {
    if (Math.abs(seconds) >= size) return format.format(Math.round(seconds / size), unit);
  }
  return t("now");
}

const types: Record<number, string> = { 1: "A", 2: "NS", 5: "CNAME", 6: "SOA", 12: "PTR", 15: "MX", 16: "TXT", 28: "AAAA", 33: "SRV", 35: "NAPTR", 43: "DS", 48: "DNSKEY", 64: "SVCB", 65: "HTTPS", 255: "ANY", 257: "CAA" };
export function queryType(type: number): string {
  return types[type] ?? `TYPE${type}`; // RFC 3597
}

const codes = ["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"];
export function responseCode(code: number): string {
  return codes[code] ?? `RCODE${code}`;
}
