// Lists and feeds: what is in force, what is held back and why, and what a person can do about it.
import { useRef, useState } from "preact/hooks";
import { post, put, remove } from "../api";
import { useAct, useAsk } from "../ask";
import { number } from "../format";
import { t } from "../texts";
import { Page, Panel, Table, Tag, When } from "../ui/parts";
import { Empty, ErrorBox, State } from "../ui/state";
import { Effect } from "./list_effect";
import type { PageProps } from ".";

interface List {
  name: string;
  format: string;
  names: number;
  skipped: number;
  enabled: boolean;
  never_block: boolean;
  observes: boolean;
  imported_us: number;
  state?: string;
  held?: { names: number; old_names: number; reason: string; since_us: number; discarded: boolean };
}

interface Feed {
  name: string;
  source: string;
  ok_us: number;
  next_us: number;
  failures: number;
  error?: string;
  outcome?: string;
}

interface ListsAnswer {
  lists: List[];
  feeds: Feed[];
}

function Import({ again }: { again: () => void }) {
  const file = useRef<HTMLInputElement>(null);
  const [name, setName] = useState("");
  const [observe, setObserve] = useState(true);
  const [result, setResult] = useState<{ result: string; warning?: string; list?: List }>();
  const { act, busy, error } = useAct();
  return (
    <Panel title={t("Import a list")}>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          const chosen = file.current?.files?.[0];
          if (!chosen) return;
          void act(async () => setResult(await put(`/lists/${encodeURIComponent(name || chosen.name)}`, { observe, reason: t("imported") }, chosen))).then((fine) => fine && again());
        }}
      >
        {error && <ErrorBox error={error} />}
        {result && (
          <p class={result.result === "held" ? "box warn" : "box good"} role="status">
            {result.result === "held" ? t("It is held back: look below.") : `${number(result.list?.names ?? 0)} ${t("names")}`}
            {result.warning && ` ${result.warning}`}
          </p>
        )}
        <label>
          {t("File")}
          <input type="file" ref={file} required onChange={(e) => !name && setName(e.currentTarget.files?.[0]?.name ?? "")} />
        </label>
        <label>
          {t("Name")}
          <input value={name} onInput={(e) => setName(e.currentTarget.value)} required maxLength={63} />
        </label>
        <label class="check">
          <input type="checkbox" checked={observe} onChange={(e) => setObserve(e.currentTarget.checked)} /> {t("Only observe: record what it would block")}
        </label>
        <button type="submit" class="primary" disabled={busy}>
          {t("Import")}
        </button>
      </form>
    </Panel>
  );
}

export function Lists({ session }: PageProps) {
  const asked = useAsk<ListsAnswer>("/lists", {}, 15000);
  const { act, busy, error } = useAct();
  const may = session.permissions["lists-change"] !== undefined;
  const [shown, show] = useState<{ list: string; held: boolean }>();
  const ask = (list: string, held: boolean) => (
    <button type="button" onClick={() => show({ list, held })}>
      {t("What would it block?")}
    </button>
  );
  const change = (work: () => Promise<unknown>) => void act(work).then((fine) => fine && asked.again());
  const of = (l: { name: string }, what: string) => () => post(`/lists/${encodeURIComponent(l.name)}/${what}`);
  return (
    <Page title={t("Lists")}>
      {error && <ErrorBox error={error} />}
      <State asked={asked}>
        {(data) => {
          const held = data.lists.filter((l) => l.held && !l.held.discarded);
          return (
            <div class="panels">
              {held.length > 0 && (
                <Panel wide title={t("Held back")}>
                  <Table
                    label={t("Held back")}
                    rows={held}
                    rowKey={(l) => l.name}
                    columns={[
                      { head: t("List"), cell: (l) => l.name },
                      { head: t("Names before"), cell: (l) => number(l.held?.old_names ?? 0), right: true },
                      { head: t("Names now"), cell: (l) => number(l.held?.names ?? 0), right: true },
                      { head: t("Why"), cell: (l) => l.held?.reason },
                      { head: t("Since"), cell: (l) => <When us={l.held?.since_us ?? 0} /> },
                      {
                        head: t("Decide"),
                        cell: (l) => (
                          <span class="buttons">
                            {ask(l.name, true)}
                            {may && (
                              <>
                                <button type="button" disabled={busy} onClick={() => change(of(l, "accept"))}>
                                  {t("Accept")}
                                </button>
                                <button type="button" disabled={busy} onClick={() => change(of(l, "discard"))}>
                                  {t("Discard")}
                                </button>
                              </>
                            )}
                          </span>
                        ),
                      },
                    ]}
                  />
                </Panel>
              )}
              <Panel wide title={t("Lists")}>
                {data.lists.length === 0 ? (
                  <Empty>{t("There is no list yet. Import one here, or add a feed to the configuration.")}</Empty>
                ) : (
                  <Table
                    label={t("Lists")}
                    rows={data.lists}
                    rowKey={(l) => l.name}
                    columns={[
                      { head: t("List"), cell: (l) => l.name },
                      { head: t("Names"), cell: (l) => number(l.names), right: true },
                      { head: t("Lines skipped"), cell: (l) => number(l.skipped), right: true, minor: true },
                      { head: t("Effect"), cell: (l) => <Tag of={l.never_block ? "pass" : l.observes ? "observe" : "block"} /> },
                      { head: t("Imported"), cell: (l) => <When us={l.imported_us} /> },
                      {
                        head: t("Change"),
                        cell: (l) => (
                          <span class="buttons">
                            {!l.never_block && l.enabled && ask(l.name, false)}
                            {may && (
                              <>
                                {!l.never_block && (
                                  <button type="button" disabled={busy} onClick={() => change(of(l, l.observes ? "enforce" : "observe"))}>
                                    {l.observes ? t("Enforce") : t("Only observe")}
                                  </button>
                                )}
                                <button type="button" class="danger" disabled={busy} onClick={() => confirm(`${t("Remove this list?")} ${l.name}`) && change(() => remove(`/lists/${encodeURIComponent(l.name)}`))}>
                                  {t("Remove")}
                                </button>
                              </>
                            )}
                          </span>
                        ),
                      },
                    ]}
                  />
                )}
              </Panel>
              {shown && <Effect key={`${shown.list}/${shown.held}`} list={shown.list} held={shown.held} close={() => show(undefined)} />}
              <Panel wide title={t("Feeds")}>
                {data.feeds.length === 0 ? (
                  <Empty>{t("No feeds are configured.")}</Empty>
                ) : (
                  <Table
                    label={t("Feeds")}
                    rows={data.feeds}
                    rowKey={(f) => f.name}
                    columns={[
                      { head: t("Feed"), cell: (f) => f.name },
                      { head: t("Fetched"), cell: (f) => <When us={f.ok_us} /> },
                      { head: t("Next"), cell: (f) => <When us={f.next_us} />, minor: true },
                      { head: t("Failures"), cell: (f) => number(f.failures), right: true },
                      { head: t("Last error"), cell: (f) => f.error ?? "", minor: true },
                      {
                        head: t("Change"),
                        cell: (f) =>
                          may && (
                            <button type="button" disabled={busy} onClick={() => change(() => post(`/feeds/${encodeURIComponent(f.name)}/fetch`))}>
                              {t("Fetch now")}
                            </button>
                          ),
                      },
                    ]}
                  />
                )}
              </Panel>
              {may && <Import again={asked.again} />}
            </div>
          );
        }}
      </State>
    </Page>
  );
}
