// Japan's prefectures as tiles, each about where it lies: every one has the same size, so that small ones are seen too.
import { number } from "../format";
import { language, t } from "../texts";

// Column, row, Japanese and English name, in the order of JIS X 0401.
const tiles: [number, number, string, string][] = [
  [12, 0, "北海道", "Hokkaido"], [12, 2, "青森", "Aomori"], [12, 3, "岩手", "Iwate"], [12, 4, "宮城", "Miyagi"], [11, 3, "秋田", "Akita"], [11, 4, "山形", "Yamagata"], [12, 5, "福島", "Fukushima"],
  [12, 6, "茨城", "Ibaraki"], [11, 6, "栃木", "Tochigi"], [10, 6, "群馬", "Gunma"], [11, 7, "埼玉", "Saitama"], [12, 7, "千葉", "Chiba"], [11, 8, "東京", "Tokyo"], [11, 9, "神奈川", "Kanagawa"],
  [11, 5, "新潟", "Niigata"], [9, 5, "富山", "Toyama"], [8, 5, "石川", "Ishikawa"], [8, 6, "福井", "Fukui"], [10, 8, "山梨", "Yamanashi"], [10, 7, "長野", "Nagano"], [9, 7, "岐阜", "Gifu"],
  [10, 9, "静岡", "Shizuoka"], [9, 8, "愛知", "Aichi"], [8, 8, "三重", "Mie"], [8, 7, "滋賀", "Shiga"], [7, 7, "京都", "Kyoto"], [7, 8, "大阪", "Osaka"], [6, 7, "兵庫", "Hyogo"],
  [8, 9, "奈良", "Nara"], [7, 9, "和歌山", "Wakayama"], [5, 7, "鳥取", "Tottori"], [4, 7, "島根", "Shimane"], [5, 8, "岡山", "Okayama"], [4, 8, "広島", "Hiroshima"], [3, 8, "山口", "Yamaguchi"],
  [5, 10, "徳島", "Tokushima"], [5, 9, "香川", "Kagawa"], [4, 9, "愛媛", "Ehime"], [4, 10, "高知", "Kochi"], [1, 8, "福岡", "Fukuoka"], [0, 9, "佐賀", "Saga"], [0, 10, "長崎", "Nagasaki"],
  [1, 9, "熊本", "Kumamoto"], [2, 8, "大分", "Oita"], [2, 9, "宮崎", "Miyazaki"], [1, 10, "鹿児島", "Kagoshima"], [0, 12, "沖縄", "Okinawa"],
];
const size = 44;

export function prefectureName(prefecture: number): string {
  const tile = tiles[prefecture - 1];
  return tile ? (language() === "ja" ? tile[2] : tile[3]) : "";
}

export const prefectures = tiles.map((_, i) => i + 1);

/** `values` by prefecture (1 to 47); a darker tile has more. */
export function Japan({ values, label, onSelect, selected }: { values: Map<number, number>; label: string; onSelect?: (prefecture: number) => void; selected?: number }) {
  const most = Math.max(1, ...values.values());
  return (
    <svg class="japan" viewBox={`0 0 ${13 * size} ${13 * size}`} role="group" aria-label={label}>
      {tiles.map(([column, row], i) => {
        const prefecture = i + 1;
        const value = values.get(prefecture) ?? 0;
        const share = value === 0 ? 0 : 0.25 + (0.75 * value) / most;
        const text = `${prefectureName(prefecture)}: ${number(value)}`;
        return (
          <g
            class={selected === prefecture ? "tile selected" : "tile"}
            transform={`translate(${column * size + 2} ${row * size + 2})`}
            role={onSelect ? "button" : "img"}
            tabIndex={onSelect ? 0 : undefined}
            aria-label={text}
            aria-pressed={onSelect ? selected === prefecture : undefined}
            onClick={onSelect && (() => onSelect(prefecture))}
            onKeyDown={onSelect && ((e: KeyboardEvent) => (e.key === "Enter" || e.key === " ") && (e.preventDefault(), onSelect(prefecture)))}
          >
            <title>{text}</title>
            <rect class="back" width={size - 4} height={size - 4} rx="5" />
            <rect class="share" width={size - 4} height={size - 4} rx="5" fill-opacity={share} />
            <text class={share > 0.55 ? "over" : ""} x={(size - 4) / 2} y={(size - 4) / 2 + 4} text-anchor="middle" font-size={language() === "ja" ? 13 : 8.5}>
              {prefectureName(prefecture)}
            </text>
          </g>
        );
      })}
      <text class="legend" x={2} y={3 * size}>
        {t("darker: more")}
      </text>
    </svg>
  );
}
