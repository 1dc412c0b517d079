// Redemptions per day as bars, and the same as a table.

import { getLocale, t } from "../texts";

interface Day {
  day: string;
  count: number;
}

const WIDTH = 720;
const HEIGHT = 140;
const GAP = 4;

export function Chart({ days }: { days: Day[] }) {
  const highest = Math.max(1, ...days.map((each) => each.count));
  const total = days.reduce((sum, each) => sum + each.count, 0);
  const step = WIDTH / Math.max(1, days.length);
  if (!total) return <p class="quiet">{t.overview.none}</p>;
  return (
    <>
      <svg
        class="chart"
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${t.overview.overTime}: ${total}`}
      >
        <line class="axis" x1="0" x2={WIDTH} y1={HEIGHT} y2={HEIGHT} />
        {days.map(({ day, count }, index) => {
          const height = (HEIGHT * count) / highest;
          return (
            <rect
              key={day}
              class="pillar"
              x={index * step + GAP / 2}
              width={step - GAP}
              y={HEIGHT - height}
              height={height}
            >
              <title>{`${formatDayOfMonth(day)}: ${count}`}</title>
            </rect>
          );
        })}
      </svg>
      <p class="chart-ends">
        <span>{formatDayOfMonth(days[0]?.day ?? "")}</span>
        <span>{t.overview.most(highest)}</span>
        <span>{formatDayOfMonth(days.at(-1)?.day ?? "")}</span>
      </p>
      <details>
        <summary>{t.overview.asTable}</summary>
        <table class="plain">
          <thead>
            <tr>
              <th scope="col">{t.overview.day}</th>
              <th scope="col">{t.overview.people}</th>
            </tr>
          </thead>
          <tbody>
            {days
              .filter((each) => each.count)
              .map(({ day, count }) => (
                <tr key={day}>
                  <td>{formatDayOfMonth(day)}</td>
                  <td>{count}</td>
                </tr>
              ))}
          </tbody>
        </table>
      </details>
    </>
  );
}

function formatDayOfMonth(day: string): string {
  return day && new Date(`${day}T00:00:00`).toLocaleDateString(getLocale(), { day: "numeric", month: "short" });
}
