// What every page shows when it has nothing yet, nothing at all, an error, or old data.
import type { ComponentChildren } from "preact";
import type { ApiError } from "../api";
import type { Asked } from "../ask";
import { ago, clock } from "../format";
import { t } from "../texts";

export function ErrorBox({ error, again }: { error: ApiError; again?: () => void }) {
  const text = error.status === 0 ? error.detail || t("The node does not answer.") : error.detail || `${t("Error")} ${error.status}`;
  return (
    <div class="box bad" role="alert">
      <span>{text}</span>
      {again && (
        <button type="button" onClick={again}>
          {t("Try again")}
        </button>
      )}
    </div>
  );
}

export function Empty({ children }: { children: ComponentChildren }) {
  return <p class="empty">{children}</p>;
}

export function Loading() {
  return (
    <p class="loading" role="status">
      <span class="spinner" aria-hidden="true" />
      {t("Loading…")}
    </p>
  );
}

/** When the node said so, for a nothing that could also be old. at: ms. */
export function AsOf({ at }: { at: number }) {
  return (
    <small class="as-of">
      {t("as of")} {clock(at * 1000)}
    </small>
  );
}

/** Shows what came; above it an error, and how old the data is, when the last question failed. */
export function State<T>({ asked, empty, children }: { asked: Asked<T>; empty?: (data: T) => ComponentChildren | undefined; children: (data: T) => ComponentChildren }) {
  const { data, error, again, at } = asked;
  if (data === undefined) return error ? <ErrorBox error={error} again={again} /> : <Loading />;
  const nothing = empty?.(data);
  return (
    <>
      {error && (
        <>
          <ErrorBox error={error} again={again} />
          <p class="stale">
            {t("Shown as of")} {ago(at * 1000)}
          </p>
        </>
      )}
      {nothing ? (
        <Empty>
          {nothing} <AsOf at={at} />
        </Empty>
      ) : (
        children(data)
      )}
    </>
  );
}
