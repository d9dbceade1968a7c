// The notices of a mail, for who has its link: without signing in, as much as the mail said.
import { useEffect, useState } from "preact/hooks";
import { post } from "../api";
import { useAct } from "../ask";
import { language, setLanguage, t } from "../texts";
import type { Language } from "../texts";
import type { Notice, NoticeSubject } from "../types";
import { Tag } from "../ui/parts";
import { ErrorBox, Loading } from "../ui/state";
import { noticeTitle, Steps, Subjects } from "./notices";

interface Opened {
  member: string;
  language: Language;
  made_us: number;
  rows: (Notice & { rows: NoticeSubject[] })[];
}

export function NoticeLink() {
  const [opened, setOpened] = useState<Opened>();
  const { act, error } = useAct();
  const open = () =>
    void act(async () => {
      const answer = await post<Opened>("/notices/open", { word: location.hash.slice(1) });
      if (localStorage.getItem("language") === null && answer.language !== language()) setLanguage(answer.language);
      setOpened(answer);
    });
  useEffect(open, []);
  return (
    <section class="card" aria-label={t("Notices")}>
      <h1>
        {t("Notices")} {opened && `– ${opened.member}`}
      </h1>
      {error && <ErrorBox error={error} again={open} />}
      {!opened && !error && <Loading />}
      {opened?.rows.map((n) => (
        <article>
          <h2>
            {noticeTitle(n)} <Tag of={n.state} />
          </h2>
          <Steps of={n} />
          <Subjects rows={n.rows} links={false} />
        </article>
      ))}
      {opened && (
        <p>
          <a href="/notices">{t("Sign in to say what was done, and to see all of them.")}</a>
        </p>
      )}
    </section>
  );
}
