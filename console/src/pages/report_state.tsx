// What became of a report, for who has its reference: without signing in.
import { useAsk } from "../ask";
import { t } from "../texts";
import { When } from "../ui/parts";
import { ErrorBox, Loading } from "../ui/state";

interface StateOfReport {
  state: "open" | "released" | "refused";
  reason: string;
  made_us: number;
  decided_us: number;
}

export function ReportState({ reference }: { reference: string }) {
  const asked = useAsk<StateOfReport>(`/reports/${encodeURIComponent(reference)}`, {}, 30000);
  const texts = {
    open: t("It waits for a person to look at it."),
    released: t("It was released: the page can be opened now, at the latest a minute later."),
    refused: t("It was looked at and stays blocked."),
  };
  const data = asked.data;
  return (
    <section class="card" aria-label={t("State of the report")}>
      <h1>{t("State of the report")}</h1>
      <p class="subject">{reference}</p>
      {asked.error && <ErrorBox error={asked.error} again={asked.again} />}
      {!data && !asked.error && <Loading />}
      {data && (
        <>
          <p class={`box ${data.state === "released" ? "good" : "warn"}`} role="status">
            {texts[data.state]}
          </p>
          {data.reason && <p>{data.reason}</p>}
          <p class="muted">
            {t("Reported")}: <When us={data.made_us} />
          </p>
        </>
      )}
    </section>
  );
}
