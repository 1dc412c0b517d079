// Redemptions per day as bars, and the same as a table for whoever wants figures.

import { language, t } from "../texts";

interface Day {
  day: string;
  count: number;
}

const WIDTH = 720;
const HEIGHT = 160;
const FOOT = 20;

export function Chart({ days }: { days: Day[] }) {
  const most = Math.max(1, ...days.map((each) => each.count));
  const all = days.reduce((sum, each) => sum + each.count, 0);
  const step = WIDTH / Math.max(1, days.length);
  if (!all) return <p class="quiet">{t.overview.none}</p>;
  return (
    <>
      <svg class="chart" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`${t.overview.overTime}: ${all}`}>
        <line class="axis" x1="0" x2={WIDTH} y1={HEIGHT - FOOT} y2={HEIGHT - FOOT} />
        {days.map(({ day, count }, index) => {
          const height = ((HEIGHT - FOOT - 16) * count) / most;
          return (
            <g key={day}>
              <rect class="pillar" x={index * step + 2} width={step - 4} y={HEIGHT - FOOT - height} height={height} rx="3">
                <title>{`${shown(day)}: ${count}`}</title>
              </rect>
              {count === most && (
                <text x={(index + 0.5) * step} y={HEIGHT - FOOT - height - 4} text-anchor="middle">
                  {count}
                </text>
              )}
            </g>
          );
        })}
        <text x="0" y={HEIGHT - 4}>
          {shown(days[0]?.day ?? "")}
        </text>
        <text x={WIDTH} y={HEIGHT - 4} text-anchor="end">
          {shown(days.at(-1)?.day ?? "")}
        </text>
      </svg>
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
                  <td>{shown(day)}</td>
                  <td>{count}</td>
                </tr>
              ))}
          </tbody>
        </table>
      </details>
    </>
  );
}

function shown(day: string): string {
  return day && new Date(`${day}T00:00:00`).toLocaleDateString(language(), { day: "numeric", month: "short" });
}
