// Signing in: name, password, and the code of accounts that have one.
import { useState } from "preact/hooks";
import { post } from "../api";
import { useAct } from "../ask";
import { t } from "../texts";
import type { Session } from "../types";
import { ErrorBox } from "../ui/state";

export function SignIn({ enter }: { enter: (s: Session) => void }) {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const { act, busy, error } = useAct();
  const submit = (e: Event) => {
    e.preventDefault();
    void act(async () => enter(await post<Session>("/session", { name, password, ...(code ? { code } : {}) })));
  };
  return (
    <form class="card" onSubmit={submit}>
      <h1>{t("Sign in")}</h1>
      {error && <ErrorBox error={error} />}
      <label>
        {t("Name")}
        <input value={name} onInput={(e) => setName(e.currentTarget.value)} autocomplete="username" required autoFocus />
      </label>
      <label>
        {t("Password")}
        <input type="password" value={password} onInput={(e) => setPassword(e.currentTarget.value)} autocomplete="current-password" required />
      </label>
      <label>
        {t("Code")} <span class="muted">{t("(if your account has codes)")}</span>
        <input value={code} onInput={(e) => setCode(e.currentTarget.value)} autocomplete="one-time-code" inputMode="numeric" pattern="[0-9]{6}" />
      </label>
      <button type="submit" class="primary" disabled={busy}>
        {t("Sign in")}
      </button>
    </form>
  );
}
