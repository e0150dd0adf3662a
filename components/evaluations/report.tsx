"use client";

import { useUrlState } from "#components/ui/url-state.ts";
import type { EvaluationDetail } from "#lib/evaluations/schema.ts";
import { Checklist } from "./checklist.tsx";
import { Comparison } from "./comparison.tsx";
import { ConfusionCard } from "./confusion.tsx";
import { Notes } from "./notes.tsx";
import { PerClass } from "./per-class.tsx";
import { Reliability } from "./reliability.tsx";

/** The verdict first, then what it stands on, each part leading to the rows behind it. */
export function Report({ evaluation }: { evaluation: EvaluationDetail }) {
  const url = useUrlState();
  const { report } = evaluation;
  const chosen = url.get("view") === "answered" && report.views.answered ? "answered" : "all";
  const view = report.views[chosen] ?? report.views.all;
  return (
    <div className="space-y-6">
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,5fr)_minmax(0,6fr)]">
        <Checklist report={report} />
        <Comparison report={report} view={view} chosen={chosen} />
      </div>
      <Notes evaluation={evaluation} />
      {report.labels.length > 0 && view.n > 0 ? (
        <>
          <ConfusionCard report={report} view={view} chosen={chosen} />
          <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
            <PerClass view={view} chosen={chosen} unseen={report.unseen.labels} />
            {report.calibration ? <Reliability calibration={report.calibration} basis={report.basis} /> : null}
          </div>
        </>
      ) : null}
    </div>
  );
}
