"use client";

import clsx from "clsx";
import type { ReactNode } from "react";
import { OriginMark } from "#components/ui/badge.tsx";
import { Card } from "#components/ui/card.tsx";
import { Table, TableHead, Td, Th, Tr } from "#components/ui/table.tsx";
import { Tooltip } from "#components/ui/tooltip.tsx";
import { useUrlState } from "#components/ui/url-state.ts";
import type { EvaluationReport, Figure, View } from "#lib/evaluations/report.ts";
import {
  exactMoney,
  formatBytes,
  formatCount,
  formatDuration,
  formatFigure,
  formatMoney,
  formatPercent,
  missing,
} from "#lib/format.ts";
import { RowsLink } from "./rows-link.tsx";
import { formatP } from "./words.ts";

export type ViewName = "all" | "answered";

const qualities = [
  {
    id: "accuracy",
    name: "Accuracy",
    agreement: "Agreement",
    hint: "Share of rows whose answer equals the reference.",
  },
  {
    id: "macroF1",
    name: "Macro-F1",
    hint: "Mean of the F1 of every label: rare labels weigh as much as frequent ones.",
  },
  {
    id: "kappa",
    name: "Cohen's kappa",
    hint: "Agreement beyond chance: 1 is perfect, 0 is guessing by label frequency.",
  },
] as const;

/** Student and teacher side by side: quality with intervals, the paired test, latency, memory, cost. */
export function Comparison({ report, view, chosen }: { report: EvaluationReport; view: View; chosen: ViewName }) {
  const { latency, cost } = report;
  return (
    <Card
      title="Student and teacher on the same rows"
      hint={
        report.basis === "teacher"
          ? "No gold labels: these figures are agreement with the teacher, not accuracy."
          : `Against ${formatCount(view.n)} gold labels, 95 % intervals.`
      }
      actions={<ViewSwitch report={report} chosen={chosen} />}
      flush
    >
      <Table label="Student and teacher">
        <TableHead>
          <Th>Measure</Th>
          <Th numeric>
            <OriginMark origin="student" />
          </Th>
          <Th numeric>
            <OriginMark origin="teacher" />
          </Th>
        </TableHead>
        <tbody>
          {qualities.map(({ id, hint, ...names }) => (
            <Line
              key={id}
              name={report.basis === "teacher" && "agreement" in names ? names.agreement : names.name}
              hint={hint}
              student={<Quality figure={view.student.figures[id]} kappa={id === "kappa"} />}
              teacher={<Quality figure={view.teacher?.figures[id]} kappa={id === "kappa"} />}
            />
          ))}
          <Line
            name="Latency, median"
            hint="Student: one prediction at a time in process, after a warm-up. Teacher: whole request as the labelling run saw it."
            student={formatDuration(latency.student?.p50Ms)}
            teacher={formatDuration(latency.teacher?.p50Ms)}
          />
          <Line
            name="Latency, p95"
            hint="Nearest rank: 95 of 100 took this long or less."
            student={formatDuration(latency.student?.p95Ms)}
            teacher={formatDuration(latency.teacher?.p95Ms)}
          />
          <Line
            name="Memory"
            hint="What the loaded student holds in memory."
            student={formatBytes(report.memoryBytes)}
            teacher={missing}
          />
          <Line
            name="Cost of 1,000 answers"
            hint="Student: processor time at $0.034 an hour, without an idle server. Teacher: what its answers cost."
            student={<Money micros={cost.studentPer1kMicros} />}
            teacher={<Money micros={cost.teacherPer1kMicros} />}
          />
        </tbody>
      </Table>
      <Paired report={report} view={view} chosen={chosen} />
    </Card>
  );
}

function Line({
  name,
  hint,
  student,
  teacher,
}: {
  name: string;
  hint: string;
  student: ReactNode;
  teacher: ReactNode;
}) {
  return (
    <Tr>
      <Td>
        <Tooltip label={hint}>
          <button
            type="button"
            className="cursor-help rounded-sm text-left underline decoration-line-strong decoration-dotted underline-offset-4"
          >
            {name}
          </button>
        </Tooltip>
      </Td>
      <Td numeric>{student}</Td>
      <Td numeric>{teacher}</Td>
    </Tr>
  );
}

function Quality({ figure, kappa }: { figure: Figure | null | undefined; kappa: boolean }) {
  if (!figure) return <span className="text-faint">{missing}</span>;
  const show = (value: number): string => (kappa ? formatFigure(value, 3) : formatPercent(value));
  return (
    <Tooltip label={figure.method}>
      <span>
        <span className="font-medium">{show(figure.value)}</span>
        <span className="block text-xs whitespace-nowrap text-muted sm:ml-2 sm:inline">
          {show(figure.low)} to {show(figure.high)}
        </span>
      </span>
    </Tooltip>
  );
}

function Money({ micros }: { micros: number | null }) {
  return (
    <Tooltip label={exactMoney(micros)}>
      <span>{formatMoney(micros)}</span>
    </Tooltip>
  );
}

function ViewSwitch({ report, chosen }: { report: EvaluationReport; chosen: ViewName }) {
  const url = useUrlState();
  if (!report.views.answered) return null;
  const names = {
    all: `All ${formatCount(report.views.all.n)} rows`,
    answered: `${formatCount(report.views.answered.n)} answered`,
  };
  return (
    <fieldset className="flex rounded-md border text-sm" aria-label="Rows">
      {(["all", "answered"] as const).map((name) => (
        <button
          key={name}
          type="button"
          aria-pressed={name === chosen}
          onClick={() => url.set({ view: name === "all" ? null : name })}
          className={clsx(
            "h-7 rounded-md px-2",
            name === chosen ? "bg-hover font-medium" : "text-muted hover:text-ink",
          )}
        >
          {names[name]}
        </button>
      ))}
    </fieldset>
  );
}

/** The test behind the verdict, with its rows. */
function Paired({ report, view, chosen }: { report: EvaluationReport; view: View; chosen: ViewName }) {
  const { verdict, agreement } = view;
  const missingAnswers = report.rows.judged - (report.views.answered?.n ?? report.rows.judged);
  if (!verdict && !agreement) return null;
  return (
    <div className="space-y-1 border-t px-4 py-3 text-sm text-muted">
      {verdict ? (
        <p>
          Only the student is right on{" "}
          <RowsLink filters={{ correctness: "studentOnly", view: chosen }}>
            {formatCount(verdict.counts.studentOnly)} rows
          </RowsLink>
          , only the teacher on{" "}
          <RowsLink filters={{ correctness: "teacherOnly", view: chosen }}>
            {formatCount(verdict.counts.teacherOnly)}
          </RowsLink>
          : McNemar's test,{" "}
          <Tooltip label={`mid-p; exact conditional ${formatP(verdict.mcnemar.exact)}`}>
            <span className="tnum text-ink">{formatP(verdict.mcnemar.p)}</span>
          </Tooltip>
          .
        </p>
      ) : null}
      {agreement && report.basis === "gold" ? (
        <p className="tnum">
          They give the same answer on {formatPercent(agreement.value)} of {formatCount(agreement.n)} rows;{" "}
          <RowsLink filters={{ correctness: "disagree" }}>see where they differ</RowsLink>.
        </p>
      ) : null}
      {chosen === "all" && missingAnswers > 0 && view.teacher ? (
        <p>
          The teacher gave no usable answer to{" "}
          <RowsLink filters={{ teacher: "(none)" }}>{formatCount(missingAnswers)} rows</RowsLink>; here they count as
          wrong for it.
        </p>
      ) : null}
    </div>
  );
}
