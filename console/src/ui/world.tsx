// The countries of the world, the Pacific in the middle, each shaded by its value; small ones that hold many servers are dots.
import { useEffect, useState } from "preact/hooks";
import { number } from "../format";
import { language, t } from "../texts";

interface Country {
  code: string; // ISO 3166-1 alpha-2; empty: land that has none
  path: string;
}

// What the atlas at this scale leaves out: longitude, latitude.
const dots: [string, number, number][] = [
  ["SG", 103.8, 1.35], ["HK", 114.2, 22.3], ["MO", 113.5, 22.1], ["BH", 50.6, 26.1], ["MT", 14.4, 35.9], ["MU", 57.6, -20.3], ["SC", 55.5, -4.7], ["MV", 73.5, 3.2], ["VG", -64.6, 18.4], ["KY", -81.3, 19.3],
  ["BB", -59.5, 13.2], ["CW", -69.0, 12.2], ["LI", 9.55, 47.15], ["MC", 7.4, 43.7], ["SM", 12.4, 43.9], ["AD", 1.5, 42.5], ["GI", -5.35, 36.1], ["IM", -4.5, 54.2], ["JE", -2.1, 49.2], ["GU", 144.8, 13.4],
];
const width = 960;
const cut = -30; // the map begins and ends in the Atlantic
const scale = width / 5.41; // of the projection: the equator is 5.41 long

/** Equal Earth (Šavrič, Patterson, Jenny 2018): areas compare. Degrees to dots. */
function project(longitude: number, latitude: number): [number, number] {
  const [a1, a2, a3, a4] = [1.340264, -0.081106, 0.000893, 0.003796];
  const theta = Math.asin((Math.sqrt(3) / 2) * Math.sin((latitude * Math.PI) / 180));
  const lambda = ((longitude - 180 - cut) * Math.PI) / 180;
  const s = theta * theta;
  const s3 = s * s * s;
  const x = (2 * Math.sqrt(3) * lambda * Math.cos(theta)) / (3 * (9 * a4 * s3 * s + 7 * a3 * s3 + 3 * a2 * s + a1));
  const y = theta * (a4 * s3 * s + a3 * s3 + a2 * s + a1);
  return [width / 2 + x * scale, 236 - y * scale];
}

/** "392" is "JP": the numbers of ISO 3166-1 are aliases in the locale data that every browser has. */
function codeOf(id: string | undefined): string {
  try {
    const region = id ? (new Intl.Locale(`und-${id}`).region ?? "") : "";
    return /^[A-Z]{2}$/.test(region) ? region : "";
  } catch {
    return "";
  }
}

export function countryName(code: string): string {
  if (!code) return t("(not known)");
  try {
    return new Intl.DisplayNames(language(), { type: "region" }).of(code) ?? code;
  } catch {
    return code;
  }
}

let loaded: Promise<Country[]> | undefined;

function load(): Promise<Country[]> {
  loaded ??= import("world-atlas/countries-110m.json").then(({ default: atlas }) => {
    const [scaleX, scaleY] = atlas.transform.scale;
    const [fromX, fromY] = atlas.transform.translate;
    // Points of an arc are differences to the one before.
    const arcs = atlas.arcs.map((arc) => {
      let [x, y] = [0, 0];
      return arc.map(([dx, dy]): [number, number] => [(x += dx) * scaleX + fromX, (y += dy) * scaleY + fromY]);
    });
    const ring = (numbers: number[]) => {
      const points = numbers.flatMap((n) => (n < 0 ? [...arcs[~n]!].reverse() : arcs[n]!));
      // A ring lies on one side of the cut as a whole; one that the atlas draws across the date line (Fiji) is put together again.
      const longitudes = points.map((p) => p[0]);
      const isTorn = Math.max(...longitudes) - Math.min(...longitudes) > 300;
      const middle = longitudes.reduce((sum, x) => sum + x, 0) / points.length;
      const shift = (x: number) => ((isTorn ? x : middle) < cut ? 360 : 0);
      return `M${points.map(([x, y]) => project(x + shift(x), y).map((v) => v.toFixed(1)).join(" ")).join("L")}Z`;
    };
    return atlas.objects.countries.geometries
      .filter((g) => g.id !== "010") // Antarctica
      .map((g) => ({ code: codeOf(g.id), path: (g.type === "Polygon" ? (g.arcs as number[][]) : (g.arcs as number[][][]).flat()).map(ring).join("") }));
  });
  return loaded;
}

/** `values` by country; the darker, the more, in steps of ten times. */
export function World({ values, label, onSelect, selected }: { values: Map<string, number>; label: string; onSelect: (code: string) => void; selected: string | undefined }) {
  const [countries, setCountries] = useState<Country[]>([]);
  useEffect(() => {
    let gone = false;
    load().then(
      (found) => gone || setCountries(found),
      () => undefined, // the table beside it says the same
    );
    return () => {
      gone = true;
    };
  }, []);
  const most = Math.log10(1 + Math.max(1, ...values.values()));
  const shade = (value: number) => (value === 0 ? 0 : 0.2 + (0.8 * Math.log10(1 + value)) / most);
  const part = (code: string) => {
    const value = code ? (values.get(code) ?? 0) : 0;
    if (value === 0) return { class: "land" };
    const text = `${countryName(code)}: ${number(value)}`;
    return {
      class: selected === code ? "land has selected" : "land has",
      role: "img" as const,
      "aria-label": text,
      onClick: () => onSelect(code), // with keys, countries are chosen in the table
      children: <title>{text}</title>,
      style: { "--shade": `${Math.round(shade(value) * 100)}%` },
    };
  };
  return (
    <svg class="world" viewBox={`0 0 ${width} 420`} role="group" aria-label={label}>
      {countries.map((c) => (
        <path d={c.path} {...part(c.code)} />
      ))}
      {dots
        .filter(([code]) => (values.get(code) ?? 0) > 0)
        .map(([code, longitude, latitude]) => {
          const [x, y] = project(longitude < cut ? longitude + 360 : longitude, latitude);
          return <circle cx={x} cy={y} r={4} {...part(code)} />;
        })}
      <text class="legend" x={4} y={414}>
        {t("darker: more, in steps of ten times")}
      </text>
    </svg>
  );
}
