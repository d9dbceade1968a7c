// One's own account: password, codes by time, keys for machines.
import { useState } from "preact/hooks";
import { get, post, remove } from "../api";
import { useAct, useAsk } from "../ask";
import { time } from "../format";
import { t, word } from "../texts";
import type { Rows, Session } from "../types";
import { Page, Panel, Table, When } from "../ui/parts";
import { QrCode } from "../ui/qr_code";
import { Empty, ErrorBox, State } from "../ui/state";
import type { PageProps } from ".";

interface Token {
  id: number;
  label: string;
  scope: string[];
  made_us: number;
  used_us: number;
  until_us: number;
}

function Password() {
  const [old, setOld] = useState("");
  const [next, setNext] = useState("");
  const [done, setDone] = useState(false);
  const { act, busy, error } = useAct();
  return (
    <Panel title={t("Password")}>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          void act(() => post("/password", { old, new: next })).then((fine) => {
            setDone(fine);
            if (fine) setOld(""), setNext("");
          });
        }}
      >
        {error && <ErrorBox error={error} />}
        {done && <p class="box good" role="status">{t("Changed. All other sessions have ended.")}</p>}
        <label>
          {t("Until now")}
          <input type="password" autocomplete="current-password" value={old} onInput={(e) => setOld(e.currentTarget.value)} required />
        </label>
        <label>
          {t("New")} <span class="muted">{t("(12 characters or more)")}</span>
          <input type="password" autocomplete="new-password" minLength={12} value={next} onInput={(e) => setNext(e.currentTarget.value)} required />
        </label>
        <button type="submit" class="primary" disabled={busy}>
          {t("Change")}
        </button>
      </form>
    </Panel>
  );
}

function Codes({ session }: { session: Session }) {
  const [has, setHas] = useState(session.codes);
  const [key, setKey] = useState<{ key: string; uri: string }>();
  const [code, setCode] = useState("");
  const { act, busy, error } = useAct();
  return (
    <Panel title={t("Codes by time")}>
      {error && <ErrorBox error={error} />}
      {has ? <p class="box good">{t("Signing in needs a code of your device.")}</p> : <p>{t("A second proof beside the password: six digits that an authenticator program shows.")}</p>}
      {!key ? (
        <button type="button" disabled={busy} onClick={() => void act(async () => setKey(await post("/codes")))}>
          {has ? t("Another device") : t("Begin")}
        </button>
      ) : (
        <form
          onSubmit={(e) => {
            e.preventDefault();
            void act(() => post("/codes", { key: key.key, code })).then((fine) => fine && (setHas(true), setKey(undefined), setCode("")));
          }}
        >
          <QrCode text={key.uri} label={t("The key as a picture for the authenticator program")} />
          <p>
            {t("Give this key to the authenticator program:")}
            <br />
            <code class="link">{key.key}</code>
            <br />
            <a href={key.uri}>{t("or open it on this device")}</a>
          </p>
          <label>
            {t("The code it shows")}
            <input value={code} onInput={(e) => setCode(e.currentTarget.value)} inputMode="numeric" pattern="[0-9]{6}" autocomplete="one-time-code" required />
          </label>
          <button type="submit" class="primary" disabled={busy}>
            {t("Use it from now on")}
          </button>
        </form>
      )}
    </Panel>
  );
}

function Tokens({ session }: { session: Session }) {
  const asked = useAsk<Rows<Token>>("/tokens");
  const [label, setLabel] = useState("");
  const [days, setDays] = useState(90);
  const [scope, setScope] = useState<string[]>([]);
  const [made, setMade] = useState("");
  const [certificate, setCertificate] = useState("");
  const { act, busy, error } = useAct();
  const toggle = (p: string) => setScope(scope.includes(p) ? scope.filter((s) => s !== p) : [...scope, p]);
  return (
    <Panel wide title={t("Keys for machines")}>
      {error && <ErrorBox error={error} />}
      <State asked={asked}>
        {(data) =>
          data.rows.length === 0 ? (
            <Empty>{t("You have no keys.")}</Empty>
          ) : (
            <Table
              label={t("Keys for machines")}
              rows={data.rows}
              rowKey={(k) => k.id}
              columns={[
                { head: t("For"), cell: (k) => k.label },
                { head: t("May"), cell: (k) => k.scope.map(word).join(", ") },
                { head: t("Last used"), cell: (k) => <When us={k.used_us} />, minor: true },
                { head: t("Until"), cell: (k) => time(k.until_us) },
                {
                  head: t("Change"),
                  cell: (k) => (
                    <button type="button" class="danger" disabled={busy} onClick={() => void act(() => remove(`/tokens/${k.id}`)).then((fine) => fine && asked.again())}>
                      {t("End")}
                    </button>
                  ),
                },
              ]}
            />
          )
        }
      </State>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          void act(async () => {
            const answer = await post<{ token?: string }>("/tokens", { label, scope, days, ...(certificate ? { certificate } : {}) });
            setMade(answer.token ?? "");
            setCertificate("");
            setLabel("");
            asked.again();
          });
        }}
      >
        <label>
          {t("What it is for")}
          <input value={label} onInput={(e) => setLabel(e.currentTarget.value)} required maxLength={63} />
        </label>
        <label>
          {t("Days")}
          <input type="number" min={1} max={366} value={days} onInput={(e) => setDays(Number(e.currentTarget.value))} required />
        </label>
        <label>
          {t("SHA-256 fingerprint of its certificate")} <span class="muted">{t("(instead of a key; the node must ask for certificates)")}</span>
          <input value={certificate} onInput={(e) => setCertificate(e.currentTarget.value)} pattern="([0-9A-Fa-f]{2}:?){32}" />
        </label>
        <fieldset>
          <legend>{t("May")}</legend>
          {Object.keys(session.permissions).map((p) => (
            <label class="check">
              <input type="checkbox" checked={scope.includes(p)} onChange={() => toggle(p)} /> {word(p)}
            </label>
          ))}
        </fieldset>
        <button type="submit" class="primary" disabled={busy || scope.length === 0}>
          {t("Make a key")}
        </button>
        {made && (
          <p class="box good" role="status">
            {t("This key is shown once:")}
            <br />
            <code class="link">{made}</code>
          </p>
        )}
      </form>
    </Panel>
  );
}

export function Settings({ session }: PageProps) {
  const [fresh, setFresh] = useState(session);
  return (
    <Page title={t("My account")} actions={<button type="button" onClick={() => void get<Session>("/session").then(setFresh)}>{t("Refresh")}</button>}>
      <p class="sum">
        {fresh.name} · {word(fresh.role)}
        {fresh.member && ` · ${fresh.member}`}
      </p>
      <div class="panels">
        <Password />
        <Codes session={fresh} />
        <Tokens session={fresh} />
      </div>
    </Page>
  );
}
