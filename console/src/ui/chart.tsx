// Time series with zoom (drag; double click: back), drawn by uPlot in the colours of the page, with the same numbers as text for those who do
// not see it.
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { axisTime, number, time } from "../format";
import { language, t } from "../texts";
import { colorOf, useColors } from "./colors";

export interface Line {
  label: string;
  color: string; // a variable of the style sheet
  values: (number | null)[];
  fill?: boolean;
}

export function TimeChart({ at, lines, label, height = 220 }: { at: number[]; lines: Line[]; label: string; height?: number }) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>();
  const data = [at, ...lines.map((l) => l.values)] as uPlot.AlignedData;
  const shape = lines.map((l) => l.label + l.color).join() + language() + useColors();
  useEffect(() => {
    const element = host.current;
    if (!element) return;
    const axis = { stroke: colorOf("--muted"), grid: { stroke: colorOf("--line"), width: 1 }, ticks: { show: false }, font: "12px system-ui" };
    const made = new uPlot(
      {
        width: element.clientWidth || 600,
        height,
        cursor: { drag: { x: true, y: false } },
        legend: { live: true },
        scales: { y: { range: (_u, _min, max) => [0, max > 0 ? max * 1.05 : 1] } },
        axes: [{ ...axis, values: (_u, values, _axis, _space, step) => values.map((v, i) => axisTime(v, step, values[i - 1])) }, { ...axis, size: 56, values: (_u, values) => values.map((v) => number(v)) }],
        series: [
          { label: t("Time"), value: (_u, v) => (v == null ? "–" : time(v * 1e6)) },
          ...lines.map((l) => ({
            label: l.label,
            stroke: colorOf(l.color),
            width: 2,
            fill: l.fill ? `color-mix(in srgb, ${colorOf(l.color)} 18%, transparent)` : undefined,
            points: { show: false },
            value: (_u: uPlot, v: number | null) => (v == null ? "–" : number(v)),
          })),
        ],
      },
      data,
      element,
    );
    plot.current = made;
    const sizes = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    sizes.observe(element);
    return () => {
      sizes.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, [shape, height]);
  useEffect(() => plot.current?.setData(data), [at, lines]);
  const totals = lines.map((l) => `${l.label}: ${number(l.values.reduce<number>((sum, v) => sum + (v ?? 0), 0))}`).join(", ");
  return (
    <figure class="chart" role="img" aria-label={`${label}. ${totals}`}>
      <div ref={host} />
    </figure>
  );
}
