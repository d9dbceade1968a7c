// What one thing has to do with others: who said something of it, who met it, and the names and addresses beside it in passive DNS.
import { useMemo } from "preact/hooks";
import { go, subjectPath } from "../router";
import { language, t } from "../texts";
import { colorOf, useColors } from "./colors";
import { SubjectLink } from "./parts";
import { Picture } from "./picture";

export interface Relation {
  kind: "source" | "member" | "neighbour";
  name: string;
}

const most = 14; // of a kind in the picture: more would not be read; the list has all

const unit = 100; // of a row: ECharts rounds the ends of upright lines to whole units

const places = {
  source: { x: 0, color: "--warn", label: "left" },
  member: { x: 1, color: "--good", label: "bottom" },
  neighbour: { x: 2, color: "--blue", label: "right" },
} as const;

export function Relations({ subject, relations }: { subject: string; relations: Relation[] }) {
  const colors = useColors();
  const heads = { source: t("Said by"), member: t("Met by"), neighbour: t("Passive DNS") };
  const of = (kind: Relation["kind"]) => relations.filter((r) => r.kind === kind);
  const rows = Math.min(most, Math.max(of("source").length, of("neighbour").length, 3));
  const option = useMemo(() => {
    const text = colorOf("--text");
    const wide = unit * (rows + 1.5) * (innerWidth < 600 ? 0.25 : 0.6); // from the middle to a side, in rows: names stand outside
    const short = (s: string) => (s.length > 28 ? `${s.slice(0, 27)}…` : s);
    const nodes = (["source", "member", "neighbour"] as const).flatMap((kind) => {
      const { x, color, label } = places[kind];
      const shown = of(kind).slice(0, most);
      return shown.map((r, i) => ({
        id: `${kind} ${r.name}`,
        name: r.name,
        x: (kind === "member" ? (i + 0.5) * (2 / shown.length) : x) * wide,
        y: unit * (kind === "member" ? rows + 1.5 : (i + 0.5) * (rows / shown.length)),
        symbolSize: 14,
        itemStyle: { color: colorOf(color) },
        label: { show: true, position: label, color: text, formatter: short(r.name) },
      }));
    });
    return {
      animation: false,
      series: [
        {
          type: "graph",
          layout: "none",
          left: "center",
          top: 44,
          bottom: 36,
          data: [{ id: "subject", name: subject, x: wide, y: unit * (rows / 2), symbolSize: 26, itemStyle: { color: colorOf("--accent") }, label: { show: true, position: "top", color: text, fontWeight: "bold", formatter: short(subject) } }, ...nodes],
          links: nodes.map((n) => ({ source: "subject", target: n.id })),
          lineStyle: { color: colorOf("--muted"), width: 1, curveness: 0 },
          emphasis: { disabled: true },
        },
      ],
    };
  }, [subject, relations, colors, language()]);
  const pick = (name: string) => {
    const found = relations.find((r) => r.name === name);
    if (found?.kind === "neighbour") go(subjectPath(name));
    else if (found?.kind === "source") go("/sources");
  };
  return (
    <>
      <Picture option={option} height={Math.max(220, rows * 30 + 110)} label={`${t("Relations")}: ${subject}`} onPick={pick} />
      <details>
        <summary>{t("As a list")}</summary>
        <dl>
          {(["source", "member", "neighbour"] as const).map(
            (kind) =>
              of(kind).length > 0 && (
                <>
                  <dt class="muted">{heads[kind]}</dt>
                  {of(kind).map((r) => (
                    <dd>{kind === "neighbour" ? <SubjectLink of={r.name} /> : r.name}</dd>
                  ))}
                </>
              ),
          )}
        </dl>
      </details>
    </>
  );
}
