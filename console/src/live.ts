// What happens as it happens: one event stream of a page, opened anew when it ends, closed while the page is not seen.
import { useEffect, useRef, useState } from "preact/hooks";
import { address } from "./api";
import type { LogRow } from "./types";

export interface LiveLog {
  rows: LogRow[];
  skipped: number;
  total: number;
}

export interface LiveHandlers {
  log?: (log: LiveLog) => void;
  status?: (status: Record<string, unknown>) => void;
  lost?: () => void;
}

type Query = Record<string, string | number | boolean | undefined>;

/** Is the stream open now? */
export function useLive(query: Query | undefined, handlers: LiveHandlers): boolean {
  const [open, setOpen] = useState(false);
  const latest = useRef(handlers);
  latest.current = handlers;
  const url = query ? address("/events", query) : "";
  useEffect(() => {
    if (!url) return;
    let source: EventSource | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = () => {
      source?.close();
      source = undefined;
      clearTimeout(timer);
      setOpen(false);
    };
    const start = () => {
      stop();
      if (document.visibilityState !== "visible") return;
      source = new EventSource(url);
      source.onopen = () => setOpen(true);
      source.addEventListener("log", (e) => latest.current.log?.(JSON.parse((e as MessageEvent<string>).data) as LiveLog));
      source.addEventListener("status", (e) => latest.current.status?.(JSON.parse((e as MessageEvent<string>).data) as Record<string, unknown>));
      source.addEventListener("lost", () => latest.current.lost?.());
      source.onerror = () => {
        stop();
        timer = setTimeout(start, 2000);
      };
    };
    start();
    document.addEventListener("visibilitychange", start);
    return () => {
      document.removeEventListener("visibilitychange", start);
      stop();
    };
  }, [url]);
  return open;
}
