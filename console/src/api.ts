// Asks the API: JSON in and out, errors as the API words them, and the token that stands against forged requests.
import { language } from "./texts";

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly detail: string,
    readonly retryAfter: number,
  ) {
    super(detail);
  }
}

type Query = Record<string, string | number | boolean | undefined>;

let csrf = "";
let onSignedOut: () => void = () => {};

/** Called by whoever has learnt the session's token. */
export function setCsrf(token: string): void {
  csrf = token;
}

/** What happens when the session is over: one page for all of them. */
export function whenSignedOut(callback: () => void): void {
  onSignedOut = callback;
}

export function address(path: string, query: Query = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== "" && value !== false) parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return `/api/v1${path}${text ? `?${text}` : ""}`;
}

async function send<T>(method: string, url: string, body: BodyInit | undefined, type: string | undefined, signal?: AbortSignal): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json", "Accept-Language": language() };
  if (method !== "GET" && csrf) headers["X-CSRF-Token"] = csrf;
  if (type) headers["Content-Type"] = type;
  let response: Response;
  try {
    response = await fetch(url, { method, headers, body, signal, credentials: "same-origin" });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError(0, "", 0); // the node is out of reach; the page words it
  }
  const text = await response.text();
  let value: unknown = {};
  try {
    value = text ? JSON.parse(text) : {};
  } catch {
    throw new ApiError(response.status, "", 0);
  }
  if (!response.ok) {
    const detail = (value as { detail?: string }).detail ?? "";
    if (response.status === 401 && !url.endsWith("/session")) onSignedOut();
    throw new ApiError(response.status, detail, Number(response.headers.get("Retry-After") ?? 0));
  }
  return value as T;
}

export function get<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
  return send<T>("GET", address(path, query), undefined, undefined, signal);
}

/** All rows of a list that comes in pages, one after the other. */
export async function getAll<Row>(path: string, query: Query = {}, signal?: AbortSignal): Promise<{ rows: Row[] }> {
  const rows: Row[] = [];
  for (let after: string | number | undefined, more = true; more; ) {
    const page = await get<{ rows: Row[]; after?: string | number }>(path, { ...query, after }, signal);
    rows.push(...page.rows);
    after = page.after;
    more = !!after;
  }
  return { rows };
}

export function post<T>(path: string, body: object = {}): Promise<T> {
  return send<T>("POST", address(path), JSON.stringify(body), "application/json");
}

export function patch<T>(path: string, body: object): Promise<T> {
  return send<T>("PATCH", address(path), JSON.stringify(body), "application/json");
}

export function put<T>(path: string, query: Query, file: Blob): Promise<T> {
  return send<T>("PUT", address(path, query), file, "application/octet-stream");
}

export function remove<T>(path: string, query: Query = {}): Promise<T> {
  return send<T>("DELETE", address(path, query), undefined, undefined);
}
