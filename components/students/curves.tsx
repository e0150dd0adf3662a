"use client";

import { useMemo } from "react";
import { LineChart } from "#components/charts/line-chart.tsx";
import { formatFigure, formatPercent } from "#lib/format.ts";
import type { StudentDetail } from "#lib/students/schema.ts";
import { prepareCurves } from "./prepare-curves.ts";

const formatPass = (pass: number) => `pass ${pass}`;
// charts pass further arguments, which formatPercent would take for digits
const formatAccuracy = (rate: number) => formatPercent(rate);
const formatLoss = (loss: number) => formatFigure(loss);

/** How training went, pass by pass. */
export function Curves({ student }: { student: StudentDetail }) {
  const { epochs } = student.manifest.training;
  const { loss, accuracy, refitFrom } = useMemo(() => prepareCurves(epochs), [epochs]);
  const hint =
    refitFrom === null
      ? undefined
      : `From pass ${refitFrom} on it learns from the validation rows too, so they judge it no more.`;
  return (
    <div className="grid gap-4 lg:grid-cols-2">
      <LineChart
        title="How did the loss fall?"
        unit="cross-entropy, nats"
        {...(hint ? { hint } : {})}
        fileName={`student-${student.id}-loss`}
        series={loss}
        xLabel="Pass"
        formatX={formatPass}
        formatY={formatLoss}
        height={220}
      />
      <LineChart
        title="Did it get better on rows it had not seen?"
        unit="validation accuracy"
        fileName={`student-${student.id}-accuracy`}
        series={accuracy}
        xLabel="Pass"
        formatX={formatPass}
        formatY={formatAccuracy}
        fromZero={false}
        height={220}
        empty="There were too few rows to set some aside for validation."
      />
    </div>
  );
}
