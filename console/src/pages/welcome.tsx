// An invitation: makes the account it is good for, and signs in.
import { useEffect, useState } from "preact/hooks";
import { ApiError, post } from "../api";
import { useAct } from "../ask";
import { time } from "../format";
import { go } from "../router";
import { t, word as wordOf } from "../texts";
import type { Session } from "../types";
import { ErrorBox, Loading } from "../ui/state";

interface Invitation {
  role: string;
  member: string;
  until_us: number;
}

export function Welcome({ enter }: { enter: (s: Session) => void }) {
  const [word] = useState(location.hash.slice(1));
  const [invitation, setInvitation] = useState<Invitation>();
  const [refused, setRefused] = useState<ApiError>();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const { act, busy, error } = useAct();
  useEffect(() => {
    history.replaceState(null, "", "/welcome"); // the word is a secret: it does not stay in the address bar
    post<Invitation>("/invitations/lookup", { word }).then(setInvitation, (e: unknown) => e instanceof ApiError && setRefused(e));
  }, []);
  const submit = (e: Event) => {
    e.preventDefault();
    void act(async () => {
      enter(await post<Session>("/invitations/accept", { word, name, password }));
      go("/", true);
    });
  };
  if (refused) return <ErrorBox error={refused} />;
  if (!invitation) return <Loading />;
  return (
    <form class="card" onSubmit={submit}>
      <h1>{t("Make your account")}</h1>
      <p>
        {t("Role")}: {wordOf(invitation.role)}
        {invitation.member && `, ${invitation.member}`}
        <br />
        <span class="muted">
          {t("This link is good until")} {time(invitation.until_us)}
        </span>
      </p>
      {error && <ErrorBox error={error} />}
      <label>
        {t("Name")}
        <input value={name} onInput={(e) => setName(e.currentTarget.value)} autocomplete="username" required autoFocus pattern="[A-Za-z0-9._@+\-]{1,63}" />
      </label>
      <label>
        {t("Password")} <span class="muted">{t("(12 characters or more)")}</span>
        <input type="password" value={password} onInput={(e) => setPassword(e.currentTarget.value)} autocomplete="new-password" required minLength={12} />
      </label>
      <button type="submit" class="primary" disabled={busy}>
        {t("Make the account")}
      </button>
    </form>
  );
}
