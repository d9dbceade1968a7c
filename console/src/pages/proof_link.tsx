// The question of a mail, for who has its link: is this network or name the organisation's? Without signing in; only a button answers.
import { useEffect, useState } from "preact/hooks";
import { post } from "../api";
import { useAct } from "../ask";
import { time } from "../format";
import { language, setLanguage, t } from "../texts";
import type { Language } from "../texts";
import { ErrorBox, Loading } from "../ui/state";

interface Question {
  value: string;
  kind: string;
  title: string;
  language: Language;
  until_us: number;
}

export function ProofLink() {
  const [question, setQuestion] = useState<Question>();
  const [answered, setAnswered] = useState<string>();
  const { act, busy, error } = useAct();
  const word = location.hash.slice(1);
  const open = () =>
    void act(async () => {
      const q = await post<Question>("/proofs/open", { word });
      if (localStorage.getItem("language") === null && q.language !== language()) setLanguage(q.language);
      setQuestion(q);
    });
  useEffect(open, []);
  const answer = (said: "yes" | "no") => void act(() => post("/proofs/answer", { word, answer: said })).then((fine) => fine && setAnswered(said));
  return (
    <section class="card" aria-label={t("A question of the centre")}>
      <h1>{t("A question of the centre")}</h1>
      {error && <ErrorBox error={error} again={question ? undefined : open} />}
      {!question && !error && <Loading />}
      {question && (
        <>
          <p>
            <strong class="subject">{question.value}</strong>
          </p>
          <p>
            {t("is entered as belonging to the organisation")} <strong>{question.title}</strong>
          </p>
        </>
      )}
      {question && !answered && (
        <>
          <p>{t("Is that so?")}</p>
          <p class="buttons">
            <button type="button" class="primary" disabled={busy} onClick={() => answer("yes")}>
              {t("Yes, it is")}
            </button>
            <button type="button" class="danger" disabled={busy} onClick={() => answer("no")}>
              {t("No, it is not")}
            </button>
          </p>
          <p class="muted">
            {t("Until")} {time(question.until_us)}
          </p>
        </>
      )}
      {answered && (
        <p class="box good" role="status">
          {answered === "yes" ? t("Thank you: it is proved now.") : t("Thank you: the centre sees that it is not so.")}
        </p>
      )}
    </section>
  );
}
