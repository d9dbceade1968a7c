// A picture drawn by ECharts. What it shows stands beside it as text too: who does not see it, or whose browser could not load the drawing
// part, loses nothing.
import { useEffect, useRef } from "preact/hooks";
import type { EChartsCoreOption, ECharts } from "echarts/core";

export function Picture({ option, label, height, onPick }: { option: EChartsCoreOption; label: string; height: number; onPick?: (name: string) => void }) {
  const host = useRef<HTMLDivElement>(null);
  const picked = useRef(onPick);
  picked.current = onPick;
  useEffect(() => {
    const element = host.current;
    if (!element) return;
    let chart: ECharts | undefined;
    let gone = false;
    const sizes = new ResizeObserver(() => chart?.resize());
    import("./echarts").then(
      ({ init }) => {
        if (gone) return;
        chart = init(element);
        chart.setOption(option);
        chart.on("click", (e) => picked.current?.(e.name));
        sizes.observe(element);
      },
      () => undefined, // the text beside it stays
    );
    return () => {
      gone = true;
      sizes.disconnect();
      chart?.dispose();
    };
  }, [option]);
  return (
    <figure class="picture" role="img" aria-label={label}>
      <div ref={host} style={{ height: `${height}px` }} />
    </figure>
  );
}
