import { ChartFrame } from "#components/charts/chart-frame.tsx";
import type { EvaluationReport } from "#lib/evaluations/report.ts";
import { formatCount, formatPercent } from "#lib/format.ts";

type Calibration = NonNullable<EvaluationReport["calibration"]>;

const percent = (value: number): string => formatPercent(value, 0);

/** Right answers against stated confidence, bin by bin with intervals: on the diagonal the student can be taken at its word. */
export function Reliability({ calibration, basis }: { calibration: Calibration; basis: EvaluationReport["basis"] }) {
  const bins = calibration.bins.filter((bin) => bin.n > 0);
  const height = 300;
  return (
    <ChartFrame
      title="Can its confidence be trusted?"
      hint={`Expected calibration error ${formatPercent(calibration.ece)} over ${formatCount(calibration.n)} rows. Above the line it is too modest, below it too sure.`}
      fileName="reliability"
      height={height}
      legend={[
        {
          label: basis === "gold" ? "Share right, 95 % interval" : "Share that agrees, 95 % interval",
          color: "var(--student-mark)",
          shape: "circle",
        },
        { label: "As sure as it says", color: "var(--line-strong)", dash: "4 3" },
      ]}
      table={{
        columns: [
          { key: "confidence", label: "Mean confidence", format: formatPercent },
          { key: "right", label: "Right", format: formatPercent },
          { key: "low", label: "From", format: formatPercent },
          { key: "high", label: "To", format: formatPercent },
          { key: "n", label: "Rows", format: formatCount },
        ],
        rows: bins.map(({ confidence, accuracy, n }) => ({
          confidence,
          right: accuracy?.value,
          low: accuracy?.low,
          high: accuracy?.high,
          n,
        })),
      }}
    >
      <Drawing bins={bins} total={calibration.n} height={height} />
    </ChartFrame>
  );
}

const [left, top, size] = [40, 8, 250];
const x = (value: number): number => left + value * size;
const y = (value: number): number => top + (1 - value) * size;

/** Square by nature, so that the diagonal is one: drawn to a fixed box and scaled. */
function Drawing({ bins, total, height }: { bins: Calibration["bins"]; total: number; height: number }) {
  const ticks = [0, 0.25, 0.5, 0.75, 1];
  return (
    <svg
      role="img"
      aria-label="Share right by stated confidence"
      viewBox={`0 0 ${left + size + 16} ${top + size + 38}`}
      style={{ height }}
      className="mx-auto block max-w-full"
    >
      {ticks.map((tick) => (
        <g key={tick} className="tnum fill-muted" fontSize="11">
          <line x1={x(0)} x2={x(1)} y1={y(tick)} y2={y(tick)} stroke="var(--line)" />
          <text x={left - 6} y={y(tick) + 4} textAnchor="end">
            {percent(tick)}
          </text>
          <text x={x(tick)} y={y(0) + 16} textAnchor="middle">
            {percent(tick)}
          </text>
        </g>
      ))}
      <text x={x(0.5)} y={y(0) + 34} textAnchor="middle" fontSize="11" className="fill-muted">
        stated confidence
      </text>
      <line x1={x(0)} y1={y(0)} x2={x(1)} y2={y(1)} stroke="var(--line-strong)" strokeDasharray="4 3" />
      {bins.map(({ from, confidence, accuracy, n }) =>
        confidence === null || accuracy === null ? null : (
          <g key={from}>
            <title>{`${formatCount(n)} rows at ${percent(confidence)} confidence: ${percent(accuracy.value)} right`}</title>
            <line
              x1={x(confidence)}
              x2={x(confidence)}
              y1={y(accuracy.low)}
              y2={y(accuracy.high)}
              stroke="var(--student-mark)"
              strokeWidth="1.5"
            />
            <circle
              cx={x(confidence)}
              cy={y(accuracy.value)}
              r={3 + 6 * Math.sqrt(n / total)}
              fill="var(--student-mark)"
              fillOpacity="0.75"
              stroke="var(--surface)"
            />
          </g>
        ),
      )}
    </svg>
  );
}
