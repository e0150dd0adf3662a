"use client";

import clsx from "clsx";
import { ConfusionMatrix } from "#components/charts/confusion-matrix.tsx";
import { OriginMark } from "#components/ui/badge.tsx";
import { useUrlState } from "#components/ui/url-state.ts";
import type { EvaluationReport, Side, View } from "#lib/evaluations/report.ts";
import { NO_ANSWER, OUTSIDE } from "#lib/evaluations/schema.ts";
import type { ViewName } from "./comparison.tsx";
import { rowsPatch } from "./rows-link.tsx";

type Answerer = "student" | "teacher";

/** What is taken for what, by the student or the teacher; every cell opens its rows. */
export function ConfusionCard({ report, view, chosen }: { report: EvaluationReport; view: View; chosen: ViewName }) {
  const url = useUrlState();
  const who: Answerer = url.get("who") === "teacher" && view.teacher ? "teacher" : "student";
  const { labels, cells } = named(report.labels, view[who] ?? view.student);
  return (
    <div className="space-y-2">
      {view.teacher ? (
        <fieldset className="flex w-fit rounded-md border bg-surface text-sm" aria-label="Whose answers">
          {(["student", "teacher"] as const).map((origin) => (
            <button
              key={origin}
              type="button"
              aria-pressed={origin === who}
              onClick={() => url.set({ who: origin === "student" ? null : origin })}
              className={clsx(
                "h-7 rounded-md px-2",
                origin === who ? "bg-hover font-medium" : "text-muted hover:text-ink",
              )}
            >
              <OriginMark origin={origin} />
            </button>
          ))}
        </fieldset>
      ) : null}
      <ConfusionMatrix
        title={who === "student" ? "What does the student confuse?" : "What does the teacher confuse?"}
        unit="rows"
        hint={
          report.basis === "gold"
            ? "Rows by gold label and answer."
            : "Rows by the teacher's label and the student's answer: there are no gold labels."
        }
        labels={labels}
        cells={cells}
        answeredBy={who === "student" ? "Student" : "Teacher"}
        hrefFor={(gold, predicted) =>
          url.hrefFor(
            rowsPatch({ ...(report.basis === "gold" ? { gold } : { teacher: gold }), [who]: predicted, view: chosen }),
          )
        }
        fileName={`confusion-${who}`}
        empty="There are no rows to compare."
      />
    </div>
  );
}

/** Cells by name; the columns of answers outside the set and of no answer appear where they occur. */
function named(labels: readonly string[], side: Side) {
  const names = [...labels, OUTSIDE, NO_ANSWER];
  const cells = side.cells.map(({ gold, predicted, count }) => ({
    gold: names[gold] ?? "",
    predicted: names[predicted] ?? "",
    count,
  }));
  const extra = [OUTSIDE, NO_ANSWER].filter((name) => cells.some((cell) => cell.predicted === name));
  return { labels: [...labels, ...extra], cells };
}
