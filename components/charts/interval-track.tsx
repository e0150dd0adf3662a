import type { Origin } from "#components/ui/badge.tsx";
import type { IntervalRow, IntervalScale } from "./prepare-intervals.ts";

const shapes: Record<Origin, string> = {
  teacher: "M0-5 4.5 3.5h-9z",
  student: "M4.5 0A4.5 4.5 0 1 1-4.5 0 4.5 4.5 0 1 1 4.5 0z",
  gold: "M0-5.5 5.5 0 0 5.5-5.5 0z",
  baseline: "M-4-4h8v8h-8z",
};

type TrackProps = { row: IntervalRow; scale: IntervalScale; limit?: number | undefined };

/**
 * One row of a forest plot or leaderboard: the figure as a mark (shape and colour of its origin), its interval as a bar, and the limit as a
 * dashed line. Say the figures beside it: the drawing is hidden from screen readers.
 */
export function IntervalTrack({ row, scale, limit }: TrackProps) {
  const at = (value: number) => `${(scale.share(value) * 100).toFixed(2)}%`;
  const color = `var(--${row.origin ?? "baseline"}-mark)`;
  const { low, high, value } = row;
  return (
    <svg aria-hidden className="h-6 w-full min-w-24 overflow-visible">
      <line x1="0" x2="100%" y1="12" y2="12" stroke="var(--line)" />
      {limit === undefined ? null : (
        <line x1={at(limit)} x2={at(limit)} y1="-4" y2="28" stroke="var(--ink)" strokeDasharray="2 3" />
      )}
      {low == null || high == null ? null : (
        <>
          <line x1={at(low)} x2={at(high)} y1="12" y2="12" stroke={color} strokeWidth="6" strokeOpacity="0.35" />
          <line x1={at(low)} x2={at(low)} y1="7" y2="17" stroke={color} strokeWidth="1.5" />
          <line x1={at(high)} x2={at(high)} y1="7" y2="17" stroke={color} strokeWidth="1.5" />
        </>
      )}
      <svg aria-hidden x={at(value)} y="12" className="overflow-visible">
        <path d={shapes[row.origin ?? "baseline"]} fill={color} stroke="var(--surface)" />
      </svg>
    </svg>
  );
}
