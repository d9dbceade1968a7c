// Where we are: the address bar is the state, so that every page can be linked, printed and gone back to.
import { useEffect, useState } from "preact/hooks";

export interface Place {
  path: string;
  query: URLSearchParams;
}

const changed = "hinomi:place";

export function here(): Place {
  return { path: location.pathname, query: new URLSearchParams(location.search) };
}

export function go(to: string, replace = false): void {
  if (replace) history.replaceState(null, "", to);
  else history.pushState(null, "", to);
  dispatchEvent(new Event(changed));
  if (!replace) window.scrollTo(0, 0);
}

/** Sets or (with "") drops parameters of the address, without a new step in the history. */
export function setQuery(parameters: Record<string, string>): void {
  const { path, query } = here();
  for (const [name, value] of Object.entries(parameters)) {
    if (value) query.set(name, value);
    else query.delete(name);
  }
  const text = query.toString();
  go(text ? `${path}?${text}` : path, true);
}

export function usePlace(): Place {
  const [place, set] = useState(here());
  useEffect(() => {
    const update = () => set(here());
    addEventListener(changed, update);
    addEventListener("popstate", update);
    return () => {
      removeEventListener(changed, update);
      removeEventListener("popstate", update);
    };
  }, []);
  return place;
}

/** Links of our own are followed without loading the program anew; with a modifier key the browser does what it always does. */
export function followLinks(event: MouseEvent): void {
  const link = (event.target as Element | null)?.closest?.("a");
  if (!link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  if (link.origin !== location.origin || link.target || link.hasAttribute("download") || link.pathname.startsWith("/api/")) return;
  event.preventDefault();
  go(link.pathname + link.search + link.hash);
}

export function subjectPath(subject: string): string {
  return `/subject?q=${encodeURIComponent(subject)}`;
}
