import { Card } from "#components/ui/card.tsx";
import { Tooltip } from "#components/ui/tooltip.tsx";
import type { Check, EvaluationReport } from "#lib/evaluations/report.ts";
import {
  exactMoney,
  formatBytes,
  formatDuration,
  formatMoney,
  formatPercent,
  formatPoints,
  missing,
} from "#lib/format.ts";
import { OutcomeBadge } from "./outcome.tsx";

const formats: Record<Check["unit"], (value: number | null) => string> = {
  points: formatPoints,
  rate: formatPercent,
  ms: formatDuration,
  bytes: formatBytes,
  micros: formatMoney,
};

/** Every limit of the task: figure, interval, limit, and what came of it, in words. */
export function Checklist({ report }: { report: EvaluationReport }) {
  return (
    <Card title="Verdict" hint="Against the limits of the task as they stood when this was measured." flush>
      <ul className="divide-y border-t">
        {report.checks.map((check) => (
          <CheckLine key={check.id} check={check} />
        ))}
      </ul>
    </Card>
  );
}

function CheckLine({ check }: { check: Check }) {
  const format = formats[check.unit];
  const exact = check.unit === "micros" ? exactMoney(check.value) : null;
  return (
    <li className="px-4 py-3">
      <div className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
        <span className="font-medium">{check.label}</span>
        <Tooltip label={exact}>
          <span className="tnum">{check.value === null ? missing : format(check.value)}</span>
        </Tooltip>
        {check.interval ? (
          <span className="tnum text-sm text-muted">
            {format(check.interval.low)} to {format(check.interval.high)}
          </span>
        ) : null}
        {check.limit === null ? null : (
          <span className="tnum text-sm text-muted">
            {check.id === "quality" ? "at least" : check.id === "teacher" ? "margin" : "at most"} {format(check.limit)}
          </span>
        )}
        <span className="ml-auto">
          <OutcomeBadge outcome={check.outcome} />
        </span>
      </div>
      <p className="mt-1 max-w-[72ch] text-sm text-muted">{check.says}</p>
    </li>
  );
}
