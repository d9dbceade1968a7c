// What a list would have blocked of the last answers, and for whom: the node reckons it when the panel opens.
import { useEffect, useRef, useState } from "preact/hooks";
import { post } from "../api";
import { useAct, useAsk } from "../ask";
import { number } from "../format";
import { t } from "../texts";
import { Figure, Panel, SubjectLink, Table, When } from "../ui/parts";
import { Empty, ErrorBox, Loading } from "../ui/state";

interface Tally {
  names: number;
  answers: number;
}

interface ListEffect {
  state: "waiting" | "compiling" | "counting" | "ready" | "failed";
  days: number;
  made_us: number;
  error: string;
  rules: number;
  left_out: number;
  looked_at: number;
  blocked: Tally;
  already: Tally;
  released: Tally;
  members: { member: string; names: number; answers: number }[];
  other_members: Tally;
  top: { name: string; answers: number; members: number; member: string }[];
}

const LOOK_MS = 1000;

function of(tally: Tally) {
  return `${number(tally.names)} ${t("names")}`;
}

function Outcome({ effect, held }: { effect: ListEffect; held: boolean }) {
  if (effect.looked_at === 0) return <Empty>{t("Nothing was asked for in these days, or nothing is recorded: there is nothing to say.")}</Empty>;
  return (
    <>
      <div class="figures">
        <Figure label={t("Answers it alone would block")} value={number(effect.blocked.answers)} note={of(effect.blocked)} tone={effect.blocked.answers > 0 ? "warn" : undefined} />
        <Figure label={t("Blocked today without it as well")} value={number(effect.already.answers)} note={of(effect.already)} />
        {held && <Figure label={t("Blocked now, let through then")} value={number(effect.released.answers)} note={of(effect.released)} />}
        <Figure label={t("Names looked at")} value={number(effect.looked_at)} note={`${number(effect.rules)} ${t("rules")}`} />
        {effect.left_out > 0 && <Figure label={t("Rules that never-block lists hold back")} value={number(effect.left_out)} />}
      </div>
      {effect.blocked.answers > 0 && (
        <div class="halves">
          <Table
            label={t("For whom")}
            rows={[...effect.members].sort((a, b) => b.answers - a.answers)}
            rowKey={(m) => m.member}
            columns={[
              { head: t("For whom"), cell: (m) => m.member || t("(no member)") },
              { head: t("Answers"), cell: (m) => number(m.answers), right: true },
              { head: t("Names"), cell: (m) => number(m.names), right: true },
            ]}
          />
          <Table
            label={t("Most asked for")}
            rows={effect.top}
            rowKey={(n) => n.name}
            columns={[
              { head: t("Most asked for"), cell: (n) => <SubjectLink of={n.name} /> },
              { head: t("Answers"), cell: (n) => number(n.answers), right: true },
              { head: t("Members"), cell: (n) => (n.members > 1 ? `${n.member || t("(no member)")} +${number(n.members - 1)}` : n.member || t("(no member)")), minor: true },
            ]}
          />
        </div>
      )}
      <p class="note">
        {t("Of names alone; nothing was changed. Reckoned")} <When us={effect.made_us} />.
      </p>
    </>
  );
}

export function Effect({ list, held, close }: { list: string; held: boolean; close: () => void }) {
  const path = `/lists/${encodeURIComponent(list)}/effect`;
  const [days, setDays] = useState(7);
  const [started, setStarted] = useState(false);
  const { act, error } = useAct();
  const asked = useAsk<{ effect: ListEffect }>(started ? path : undefined, { held });
  const effect = asked.data?.effect;
  const over = (effect?.state === "ready" || effect?.state === "failed") && effect.days === days;
  const panel = useRef<HTMLDivElement>(null);
  useEffect(() => {
    void act(() => post(path, { held, days })).then((fine) => {
      if (!fine) return;
      setStarted(true);
      asked.again();
    });
  }, [days]);
  useEffect(() => {
    if (!started || over) return;
    const timer = setInterval(asked.again, LOOK_MS);
    return () => clearInterval(timer);
  }, [started, over]);
  useEffect(() => panel.current?.scrollIntoView({ block: "nearest" }), []);
  return (
    <div ref={panel} class="wide">
      <Panel wide title={`${t("What would it block?")} ${list}`} note={held ? t("the edition that is held back") : undefined}>
        <p class="buttons">
          <label>
            {t("Days")}
            <select value={days} onChange={(e) => setDays(Number(e.currentTarget.value))}>
              {[1, 7, 30].map((n) => (
                <option value={n}>{n}</option>
              ))}
            </select>
          </label>
          <button type="button" onClick={close}>
            {t("Close")}
          </button>
        </p>
        {error && <ErrorBox error={error} />}
        {asked.error && <ErrorBox error={asked.error} again={asked.again} />}
        {!error && !over && (
          <>
            <Loading />
            {effect && <p class="note">{`${number(effect.looked_at)} ${t("names")}`}</p>}
          </>
        )}
        {over && effect?.state === "failed" && <p class="box bad">{effect.error}</p>}
        {over && effect?.state === "ready" && <Outcome effect={effect} held={held} />}
      </Panel>
    </div>
  );
}
