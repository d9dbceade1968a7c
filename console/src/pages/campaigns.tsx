// Campaigns of notices: who is told what, how many are held back, and whether telling helped, with its interval.
import { useState } from "preact/hooks";
import { post } from "../api";
import { useAct, useAsk } from "../ask";
import { number, percent, time } from "../format";
import { t, word } from "../texts";
import type { Rows } from "../types";
import { Figure, Page, Panel, Tag } from "../ui/parts";
import { ErrorBox, State } from "../ui/state";
import type { PageProps } from ".";

interface Arm {
  findings: number;
  known: number;
  fixed: number;
  uncovered: number;
}

interface Campaign {
  name: string;
  state: string;
  claims: string[];
  sectors: string[];
  text_ja: string;
  text_en: string;
  percent: number;
  seed: string;
  from_us: number;
  until_us: number;
  window_us: number;
  made_by: string;
  told: Arm;
  held_back: Arm;
  effect: { told: number; held_back: number; difference: number; low: number; high: number } | null;
}

const DAY_S = 86400;
const claims = ["phishing", "malware", "c2", "dga", "tunnel", "scanner", "infected", "ddos-source", "ddos-victim", "spam", "malicious"];

/** The difference in points with its interval on a line from -100 to 100; the words beside it say the same. */
function Interval({ effect }: { effect: NonNullable<Campaign["effect"]> }) {
  const x = (share: number) => 100 + share * 100;
  const points = (share: number) => number(Math.round(share * 1000) / 10);
  const label = `${points(effect.difference)} (${points(effect.low)} – ${points(effect.high)})`;
  return (
    <svg class="interval" viewBox="0 0 200 24" role="img" aria-label={label}>
      <path class="axis" d="M0 12h200M100 4v16" />
      <path class="range" d={`M${x(effect.low)} 12H${x(effect.high)}`} />
      <circle class="point" cx={x(effect.difference)} cy="12" r="4" />
    </svg>
  );
}

function armNote(arm: Arm): string {
  const of = `${number(arm.fixed)} / ${number(arm.known)} ${t("seen fixed")}`;
  return arm.uncovered > 0 ? `${of}; ${t("not known, nothing recorded")}: ${number(arm.uncovered)}` : of;
}

function Effect({ of: c }: { of: Campaign }) {
  return (
    <>
      <div class="figures">
        <Figure label={t("Told")} value={number(c.told.findings)} note={armNote(c.told)} />
        <Figure label={t("Held back until its end")} value={number(c.held_back.findings)} note={armNote(c.held_back)} />
        {c.effect && (
          <Figure
            label={t("Effect of telling, in points, with its 95 % interval")}
            value={`${number(Math.round(c.effect.difference * 1000) / 10)} (${number(Math.round(c.effect.low * 1000) / 10)} – ${number(Math.round(c.effect.high * 1000) / 10)})`}
            note={`${percent(c.effect.told)} / ${percent(c.effect.held_back)}`}
            tone={c.effect.low > 0 ? "good" : c.effect.high < 0 ? "bad" : undefined}
          />
        )}
      </div>
      {c.effect ? <Interval effect={c.effect} /> : <p class="note">{c.percent === 0 ? t("Nobody is held back: whether telling helps cannot be known.") : t("Not enough findings yet to tell whether it helps.")}</p>}
    </>
  );
}

function Begin({ done }: { done: () => void }) {
  const [name, setName] = useState("");
  const [chosen, setChosen] = useState<string[]>([]);
  const [sectors, setSectors] = useState("");
  const [ja, setJa] = useState("");
  const [en, setEn] = useState("");
  const [held, setHeld] = useState(0);
  const [days, setDays] = useState(30);
  const [window, setWindow] = useState(14);
  const { act, busy, error } = useAct();
  const body = () => ({
    name,
    ...(chosen.length ? { claims: chosen } : {}),
    ...(sectors.trim() ? { sectors: sectors.split(",").map((s) => s.trim()).filter(Boolean) } : {}),
    ...(ja ? { text_ja: ja } : {}),
    ...(en ? { text_en: en } : {}),
    percent: held,
    until_us: Date.now() * 1000 + days * DAY_S * 1e6,
    window_s: window * DAY_S,
  });
  return (
    <Panel wide title={t("A new campaign")}>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          void act(() => post("/campaigns", body())).then((fine) => fine && done());
        }}
      >
        {error && <ErrorBox error={error} />}
        <label>
          {t("Name")}
          <input value={name} onInput={(e) => setName(e.currentTarget.value)} required maxLength={63} />
        </label>
        <fieldset>
          <legend>{t("About")}</legend>
          {claims.map((c) => (
            <label class="check">
              <input type="checkbox" checked={chosen.includes(c)} onChange={() => setChosen(chosen.includes(c) ? chosen.filter((x) => x !== c) : [...chosen, c])} /> {word(c)}
            </label>
          ))}
        </fieldset>
        <label>
          {t("Sectors, separated by commas (none: all)")}
          <input value={sectors} onInput={(e) => setSectors(e.currentTarget.value)} />
        </label>
        <label>
          {t("What mails say beside the notice, in Japanese")}
          <textarea lang="ja" value={ja} onInput={(e) => setJa(e.currentTarget.value)} rows={2} maxLength={600} />
        </label>
        <label>
          {t("The same in English")}
          <textarea lang="en" value={en} onInput={(e) => setEn(e.currentTarget.value)} rows={2} maxLength={1900} />
        </label>
        <label>
          {t("Held back by chance until its end, in percent (0 to 50); urgent notices never are")}
          <input type="number" min={0} max={50} value={held} onInput={(e) => setHeld(Number(e.currentTarget.value))} required />
        </label>
        <label>
          {t("Days")}
          <input type="number" min={1} max={366} value={days} onInput={(e) => setDays(Number(e.currentTarget.value))} required />
        </label>
        <label>
          {t("An effect is looked for within so many days")}
          <input type="number" min={1} max={366} value={window} onInput={(e) => setWindow(Number(e.currentTarget.value))} required />
        </label>
        <div class="buttons">
          <button type="submit" class="primary" disabled={busy}>
            {t("Begin")}
          </button>
          <button type="button" onClick={done}>
            {t("Cancel")}
          </button>
        </div>
      </form>
    </Panel>
  );
}

export function Campaigns({ session }: PageProps) {
  const asked = useAsk<Rows<Campaign>>("/campaigns", {}, 30000);
  const [beginning, setBeginning] = useState(false);
  const { act, busy, error } = useAct();
  const may = session.permissions["notices-send"] !== undefined;
  return (
    <Page
      title={t("Campaigns")}
      actions={
        may && (
          <button type="button" onClick={() => setBeginning(true)}>
            {t("A new campaign")}
          </button>
        )
      }
    >
      {error && <ErrorBox error={error} />}
      {beginning && (
        <Begin
          done={() => {
            setBeginning(false);
            asked.again();
          }}
        />
      )}
      <State asked={asked} empty={(d) => (d.rows.length === 0 ? t("There was no campaign yet. One tells members of a sector about a claim, and shows whether telling helps.") : undefined)}>
        {(data) => (
          <div class="panels">
            {data.rows.map((c) => (
              <Panel key={c.name} title={c.name} note={<Tag of={c.state} />}>
                <dl class="facts">
                  <dt>{t("About")}</dt>
                  <dd>{c.claims.length ? c.claims.map(word).join(", ") : t("all that is not urgent")}</dd>
                  <dt>{t("Sector")}</dt>
                  <dd>{c.sectors.length ? c.sectors.join(", ") : t("all")}</dd>
                  <dt>{t("From, until")}</dt>
                  <dd>
                    {time(c.from_us)} – {time(c.until_us)}
                  </dd>
                  <dt>{t("Held back")}</dt>
                  <dd>
                    {`${number(c.percent)} %`} <span class="muted subject">{c.percent > 0 && `${t("seed")} ${c.seed.slice(0, 16)}…`}</span>
                  </dd>
                  <dt>{t("An effect is looked for within so many days")}</dt>
                  <dd>{number(c.window_us / 1e6 / DAY_S)}</dd>
                </dl>
                <Effect of={c} />
                <p class="buttons">
                  <a href={`/notices?campaign=${encodeURIComponent(c.name)}`}>{t("Its notices")}</a>
                  {may && c.state !== "ended" && (
                    <button type="button" class="danger" disabled={busy} onClick={() => confirm(t("End it now? Those held back are told then.")) && void act(() => post(`/campaigns/${encodeURIComponent(c.name)}/end`)).then((fine) => fine && asked.again())}>
                      {t("End")}
                    </button>
                  )}
                </p>
              </Panel>
            ))}
          </div>
        )}
      </State>
    </Page>
  );
}
