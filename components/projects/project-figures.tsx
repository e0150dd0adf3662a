"use client";

import Link from "next/link";
import { OriginMark } from "#components/ui/badge.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { evaluationList } from "#lib/evaluations/schema.ts";
import { formatMoney, formatPercent } from "#lib/format.ts";
import { useEndpoint } from "#lib/http/client.tsx";
import type { Project } from "#lib/projects/schema.ts";
import { savingsGet } from "#lib/savings/schema.ts";

const latestOf = (projectId: string) => ({ projectId, limit: 1 });

/** Student against teacher in the newest evaluation, with its interval; opens that evaluation. */
export function QualityFigure({ project }: { project: Project }) {
  const enabled = project.latestEvaluationId !== null;
  const { data, isPending } = useEndpoint(evaluationList, latestOf(project.id), { enabled });
  if (!enabled) return <Nothing>after the first evaluation</Nothing>;
  if (isPending) return <Skeleton className="h-9 w-36" />;
  const latest = data?.items[0];
  const student = latest?.report.quality.student;
  if (!latest || !student) return <Nothing>not measured</Nothing>;
  const { teacher } = latest.report.quality;
  return (
    <Link href={`/projects/${project.id}/evaluations/${latest.id}`} className="group block rounded-sm">
      <span className="tnum block text-sm underline-offset-4 group-hover:underline">
        <OriginMark origin="student">
          <span className="font-medium">{formatPercent(student.value)}</span>
        </OriginMark>
        <span className="ml-1.5 text-xs text-muted">
          {formatPercent(student.low)}–{formatPercent(student.high)}
        </span>
      </span>
      <span className="tnum block text-xs text-muted">
        {teacher ? (
          <OriginMark origin="teacher">Teacher {formatPercent(teacher.value)}</OriginMark>
        ) : (
          "no teacher compared"
        )}
      </span>
    </Link>
  );
}

/** Net saving a month at the stated traffic; opens the cost comparison. */
export function SavingFigure({ project }: { project: Project }) {
  const enabled = project.latestEvaluationId !== null;
  const { data, isPending } = useEndpoint(savingsGet, { projectId: project.id }, { enabled });
  if (!enabled) return <Nothing>after the first evaluation</Nothing>;
  if (isPending) return <Skeleton className="h-9 w-24" />;
  if (!data?.complete) return <Nothing>state the traffic in the task</Nothing>;
  const { net } = data.model.monthly;
  return (
    <Link href={`/projects/${project.id}/savings`} className="group block rounded-sm">
      <span className="tnum block text-sm font-medium underline-offset-4 group-hover:underline">
        {formatMoney(net.likely)}
      </span>
      <span className="tnum block text-xs text-muted">
        {formatMoney(net.low)} to {formatMoney(net.high)}
      </span>
    </Link>
  );
}

function Nothing({ children }: { children: string }) {
  return <span className="block text-xs text-faint">{children}</span>;
}
