// Questions of a page to the API: what came, when, whether it is being asked again, and what went wrong.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { ApiError, get, getAll } from "./api";

export interface Asked<T> {
  data: T | undefined;
  error: ApiError | undefined;
  loading: boolean;
  /** When `data` came, in ms; 0: never. It stays when a later question fails: the page says how old it is. */
  at: number;
  again: () => void;
}

type Query = Record<string, string | number | boolean | undefined>;

/** Asks when path or query change, and every `every` ms while the page is seen. path undefined: nothing is asked. */
export function useAsk<T>(path: string | undefined, query: Query = {}, every = 0, how: (path: string, query: Query, signal: AbortSignal) => Promise<T> = get): Asked<T> {
  const key = path === undefined ? "" : path + JSON.stringify(query);
  const [state, set] = useState<{ key: string; data?: T; error?: ApiError; at: number; loading: boolean }>({ key, at: 0, loading: path !== undefined });
  const [turn, setTurn] = useState(0);
  const latest = useRef(query);
  latest.current = query;
  useEffect(() => {
    if (path === undefined) return;
    const controller = new AbortController();
    const ask = () => {
      set((old) => (old.key === key ? { ...old, loading: true } : { key, at: 0, loading: true }));
      how(path, latest.current, controller.signal).then(
        (data) => set({ key, data, at: Date.now(), loading: false }),
        (error: unknown) => {
          if (error instanceof ApiError) set((old) => ({ ...(old.key === key ? old : { key, at: 0 }), error, loading: false }));
        },
      );
    };
    ask();
    const timer = every > 0 ? setInterval(() => document.visibilityState === "visible" && ask(), every) : undefined;
    return () => {
      controller.abort();
      clearInterval(timer);
    };
  }, [key, every, turn]);
  const fits = state.key === key;
  return {
    data: fits ? state.data : undefined,
    error: fits ? state.error : undefined,
    loading: fits ? state.loading : true,
    at: fits ? state.at : 0,
    again: useCallback(() => setTurn((n) => n + 1), []),
  };
}

/** All pages of a list. */
export function useAskAll<Row>(path: string, query: Query = {}): Asked<{ rows: Row[] }> {
  return useAsk<{ rows: Row[] }>(path, query, 0, getAll);
}

/** Something that the user does: one at a time, with its outcome. */
export function useAct(): { act: (work: () => Promise<unknown>) => Promise<boolean>; busy: boolean; error: ApiError | undefined; clear: () => void } {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  const act = useCallback(async (work: () => Promise<unknown>) => {
    setBusy(true);
    setError(undefined);
    try {
      await work();
      return true;
    } catch (e) {
      setError(e instanceof ApiError ? e : new ApiError(0, String(e), 0));
      return false;
    } finally {
      setBusy(false);
    }
  }, []);
  return { act, busy, error, clear: useCallback(() => setError(undefined), []) };
}
