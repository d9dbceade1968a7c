// Accounts of others: invitations, locks, removal. For administrators.
import { useState } from "preact/hooks";
import { patch, post, remove } from "../api";
import { useAct, useAskAll } from "../ask";
import { time } from "../format";
import { t, word } from "../texts";
import { LongTable, Page, Panel, When } from "../ui/parts";
import { ErrorBox, State } from "../ui/state";
import type { PageProps } from ".";

interface Account {
  id: number;
  name: string;
  role: string;
  member: string;
  codes: boolean;
  disabled: boolean;
  failures: number;
  locked_us: number;
  made_us: number;
  seen_us: number;
}

const roles = ["administrator", "analyst", "auditor", "operator", "reader", "feed-client"];

function Invite() {
  const [role, setRole] = useState("analyst");
  const [member, setMember] = useState("");
  const [link, setLink] = useState<{ word: string; until_us: number }>();
  const { act, busy, error } = useAct();
  const ofMember = role === "operator" || role === "reader";
  return (
    <Panel title={t("Invite somebody")}>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          void act(async () => setLink(await post("/invitations", { role, ...(ofMember ? { member } : {}) })));
        }}
      >
        {error && <ErrorBox error={error} />}
        <label>
          {t("Role")}
          <select value={role} onChange={(e) => setRole(e.currentTarget.value)}>
            {roles.map((r) => (
              <option value={r}>{word(r)}</option>
            ))}
          </select>
        </label>
        {ofMember && (
          <label>
            {t("Member")}
            <input value={member} onInput={(e) => setMember(e.currentTarget.value)} required maxLength={63} />
          </label>
        )}
        <button type="submit" class="primary" disabled={busy}>
          {t("Make a link")}
        </button>
        {link && (
          <p class="box good" role="status">
            {t("Give this link to whom it is for; it works once, until")} {time(link.until_us)}:<br />
            <code class="link">{`${location.origin}/welcome#${link.word}`}</code>
          </p>
        )}
      </form>
    </Panel>
  );
}

export function Accounts({ session }: PageProps) {
  const asked = useAskAll<Account>("/accounts", { limit: 1000 });
  const { act, busy, error } = useAct();
  const change = (work: () => Promise<unknown>) => void act(work).then((fine) => fine && asked.again());
  return (
    <Page title={t("Accounts")}>
      <div class="panels">
        <Invite />
        <Panel wide title={t("Accounts")}>
          {error && <ErrorBox error={error} />}
          <State asked={asked}>
            {(data) => (
              <LongTable
                label={t("Accounts")}
                rows={data.rows}
                rowKey={(a) => a.id}
                columns={[
                  { head: t("Name"), cell: (a) => a.name },
                  { head: t("Role"), cell: (a) => word(a.role) },
                  { head: t("Member"), cell: (a) => a.member, minor: true },
                  { head: t("Codes"), cell: (a) => (a.codes ? "✓" : "–"), minor: true },
                  { head: t("Last sign-in"), cell: (a) => <When us={a.seen_us} />, minor: true },
                  { head: t("State"), cell: (a) => (a.disabled ? t("disabled") : a.locked_us > Date.now() * 1000 ? t("locked") : t("open")) },
                  {
                    head: t("Change"),
                    cell: (a) =>
                      a.id === session.id ? (
                        <span class="muted">{t("you")}</span>
                      ) : (
                        <span class="buttons">
                          <button type="button" disabled={busy} onClick={() => change(() => patch(`/accounts/${a.id}`, { disabled: !a.disabled }))}>
                            {a.disabled ? t("Enable") : t("Disable")}
                          </button>
                          {a.failures > 0 && (
                            <button type="button" disabled={busy} onClick={() => change(() => patch(`/accounts/${a.id}`, { unlock: true }))}>
                              {t("Unlock")}
                            </button>
                          )}
                          <button type="button" class="danger" disabled={busy} onClick={() => confirm(`${t("Remove this account?")} ${a.name}`) && change(() => remove(`/accounts/${a.id}`))}>
                            {t("Remove")}
                          </button>
                        </span>
                      ),
                  },
                ]}
              />
            )}
          </State>
        </Panel>
      </div>
    </Page>
  );
}
