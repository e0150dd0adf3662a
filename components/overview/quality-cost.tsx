"use client";

import { ParetoChart } from "#components/charts/pareto-chart.tsx";
import { formatMoney } from "#lib/format.ts";
import type { Overview } from "#lib/overview/schema.ts";

/** Each student and the teacher on the same rows: how good against how dear. */
export function QualityAgainstCost({ projectId, overview }: { projectId: string; overview: Overview }) {
  const { candidates, costBasis, verdict } = overview;
  const measure = verdict?.report.basis === "teacher" ? "Agreement with the teacher" : "Accuracy";
  return (
    <ParetoChart
      title="Quality against cost"
      hint={
        verdict
          ? `${measure} on ${verdict.data.name} with 95 % intervals. ${costBasis === "serving" ? "Students: serving at the stated traffic." : "Students: processor time alone, because the traffic is not known."}`
          : undefined
      }
      candidates={candidates.map((candidate) => ({
        id: `${candidate.kind} ${candidate.evaluationId}`,
        label: candidate.name,
        origin: candidate.kind,
        cost: candidate.per1kMicros,
        quality: candidate.quality,
        low: candidate.low,
        high: candidate.high,
        href: `/projects/${projectId}/evaluations/${candidate.evaluationId}`,
      }))}
      costLabel="Cost of 1,000 answers"
      formatCost={formatMoney}
      log
      fileName="quality-against-cost"
      empty="Each evaluated student becomes a point here, next to the teacher."
    />
  );
}
