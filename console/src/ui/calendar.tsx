// When something happened: a square for each day of the last weeks, darker for more; and the answers of a week by day and hour.
import { useMemo } from "preact/hooks";
import { date, monthNames, number, weekdayNames } from "../format";
import { language, t } from "../texts";
import { colorOf, useColors } from "./colors";
import { Picture } from "./picture";

const dayUs = 86400e6;
const days = 182;

function dayOf(us: number): string {
  const d = new Date(us / 1000);
  return `${d.getFullYear()}-${String(d.getMonth() + 1).padStart(2, "0")}-${String(d.getDate()).padStart(2, "0")}`;
}

/** Counts by time (us), of about half a year. */
export function DayCalendar({ events, label }: { events: { us: number; count: number }[]; label: string }) {
  const colors = useColors();
  const [option, told] = useMemo(() => {
    const byDay = new Map<string, number>();
    for (const e of events) byDay.set(dayOf(e.us), (byDay.get(dayOf(e.us)) ?? 0) + e.count);
    const most = Math.max(1, ...byDay.values());
    const text = { color: colorOf("--muted"), fontSize: 11 };
    const now = Date.now() * 1000;
    const busiest = [...byDay].sort((a, b) => b[1] - a[1])[0];
    return [
      {
        animation: false,
        visualMap: { show: false, min: 0, max: most, inRange: { color: [colorOf("--warn-soft"), colorOf("--bad")] } },
        calendar: {
          range: [dayOf(now - days * dayUs), dayOf(now)],
          left: 36,
          right: 8,
          top: 24,
          bottom: 6,
          cellSize: ["auto", 15],
          itemStyle: { color: colorOf("--ground"), borderColor: colorOf("--line"), borderWidth: 1 },
          splitLine: { show: false },
          yearLabel: { show: false },
          dayLabel: { ...text, firstDay: 1, nameMap: weekdayNames("narrow") },
          monthLabel: { ...text, nameMap: monthNames() },
        },
        series: [{ type: "heatmap", coordinateSystem: "calendar", data: [...byDay] }],
      },
      busiest ? `${t("Days it was met")}: ${number(byDay.size)}. ${t("Most on")} ${date(Date.parse(busiest[0]) * 1000)}: ${number(busiest[1])}` : "",
    ];
  }, [events, colors, language()]);
  return (
    <>
      <Picture option={option} height={140} label={`${label}: ${told}`} />
      <p class="muted">{told}</p>
    </>
  );
}

/** Sums by hour of the week in local time; rows: at_s and what is counted. Plain cells: nothing is loaded for it. */
export function WeekHours({ rows, label }: { rows: { at_s: number; count: number }[]; label: string }) {
  const sums = useMemo(() => {
    const all = Array.from({ length: 7 }, () => new Array<number>(24).fill(0));
    for (const r of rows) {
      const d = new Date(r.at_s * 1000);
      const week = all[d.getDay()]!;
      week[d.getHours()] = (week[d.getHours()] ?? 0) + r.count;
    }
    return all;
  }, [rows]);
  const most = Math.max(1, ...sums.flat());
  const names = weekdayNames("short");
  return (
    <div class="table-scroll" tabIndex={0} role="group" aria-label={label}>
      <table class="week">
        <caption class="hidden">{label}</caption>
        <thead>
          <tr>
            <td />
            {Array.from({ length: 24 }, (_, h) => (
              <th scope="col">
                {h % 6 === 0 ? h : <span class="hidden">{h}</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {[1, 2, 3, 4, 5, 6, 0].map((day) => (
            <tr>
              <th scope="row">{names[day]}</th>
              {sums[day]!.map((n, h) => (
                <td title={`${names[day]} ${h}:00 · ${number(n)}`}>
                  <span class="cell" style={{ opacity: n === 0 ? 0 : 0.15 + (0.85 * n) / most }} />
                  <span class="hidden">{number(n)}</span>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
