"use client";

import { Scale as ScaleIcon } from "lucide-react";
import Link from "next/link";
import { useParams } from "next/navigation";
import { IntervalTrack } from "#components/charts/interval-track.tsx";
import { type IntervalScale, intervalScale } from "#components/charts/prepare-intervals.ts";
import { PageTitle } from "#components/overview/page-title.tsx";
import { ActiveRunsCard } from "#components/projects/active-run.tsx";
import { OriginMark } from "#components/ui/badge.tsx";
import { Card } from "#components/ui/card.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Pagination } from "#components/ui/pagination.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import { Table, TableHead, Td, Th, Tr } from "#components/ui/table.tsx";
import { RelativeTime } from "#components/ui/time.tsx";
import { Tooltip } from "#components/ui/tooltip.tsx";
import { useUrlState } from "#components/ui/url-state.ts";
import { type EvaluationSummary, evaluationList } from "#lib/evaluations/schema.ts";
import {
  exactMoney,
  formatBytes,
  formatDuration,
  formatMoney,
  formatPercent,
  formatPoints,
  plural,
} from "#lib/format.ts";
import { useEndpoint } from "#lib/http/client.tsx";
import { projectGet } from "#lib/projects/schema.ts";
import { EvaluateButton, EvaluateDialog } from "./evaluate-form.tsx";
import { OutcomeBadge, VerdictBadge } from "./outcome.tsx";
import { formatP, leaderboardInput } from "./words.ts";

/** Every evaluation of a project, best student first unless sorted otherwise. */
export function Leaderboard() {
  const { projectId } = useParams<{ projectId: string }>();
  const url = useUrlState();
  const live = [`project:${projectId}`];
  const list = useEndpoint(evaluationList, leaderboardInput(projectId, url.get("cursor")), {
    live,
    keepPrevious: true,
  });
  const project = useEndpoint(projectGet, { projectId }, { live });
  const items = sorted(list.data?.items ?? [], url.get("sort") || "-quality");
  const scale = intervalScale(items.flatMap(tracksOf));
  const running = project.data?.activeRuns.filter((run) => run.kind === "evaluation") ?? [];

  return (
    <>
      <PageTitle
        title="Evaluations"
        hint="Student and teacher on the same held-out rows. Figures on different rows are not comparable: mind the data column."
        actions={<EvaluateButton />}
      />
      <EvaluateDialog projectId={projectId} />
      <ActiveRunsCard runs={running} />
      <Card flush>
        {list.error ? (
          <ErrorState error={list.error} onRetry={() => void list.refetch()} />
        ) : list.isPending ? (
          <SkeletonRows rows={4} columns={6} />
        ) : items.length === 0 ? (
          <EmptyState
            picture={<ScaleIcon />}
            title="An evaluation puts student and teacher to the same rows, none of which the student has seen."
            hint="It answers one question with an interval: is the student good enough to take over?"
            action={<EvaluateButton />}
          />
        ) : (
          <Ranking items={items} scale={scale} />
        )}
        <Pagination
          nextCursor={list.data?.nextCursor}
          count={items.length > 0 ? plural(items.length, "evaluation") : null}
        />
      </Card>
    </>
  );
}

const keys: Record<string, (item: EvaluationSummary) => number> = {
  quality: ({ report }) => report.quality.student?.value ?? -1,
  delta: ({ report }) => report.verdict?.difference.value ?? -2,
  latency: ({ report }) => report.latency.student?.p95Ms ?? Number.MAX_VALUE,
  memory: ({ report }) => report.memoryBytes,
  cost: ({ report }) => report.cost.studentPer1kMicros ?? Number.MAX_VALUE,
};

function sorted(items: readonly EvaluationSummary[], sort: string): EvaluationSummary[] {
  const key = keys[sort.replace(/^-/, "")];
  if (!key) return [...items];
  const direction = sort.startsWith("-") ? -1 : 1;
  return [...items].sort((a, b) => direction * (key(a) - key(b)));
}

function Ranking({ items, scale }: { items: readonly EvaluationSummary[]; scale: IntervalScale }) {
  return (
    <Table label="Evaluations">
      <TableHead>
        <Th>Student</Th>
        <Th>Data</Th>
        <Th numeric sortKey="quality">
          Quality
        </Th>
        <Th className="min-w-40">
          <span className="flex justify-between font-normal text-faint tnum">
            <span>{formatPercent(scale.min, 0)}</span>
            <span>95 % interval</span>
            <span>{formatPercent(scale.max, 0)}</span>
          </span>
        </Th>
        <Th numeric sortKey="delta">
          To the teacher
        </Th>
        <Th numeric sortKey="latency" firstSort="asc">
          p95
        </Th>
        <Th numeric sortKey="memory" firstSort="asc">
          Memory
        </Th>
        <Th numeric sortKey="cost" firstSort="asc">
          $ per 1,000
        </Th>
        <Th>Verdict</Th>
      </TableHead>
      <tbody>
        {items.map((item) => (
          <Line key={item.id} item={item} scale={scale} />
        ))}
      </tbody>
    </Table>
  );
}

function Line({ item, scale }: { item: EvaluationSummary; scale: IntervalScale }) {
  const { report } = item;
  const { student, teacher } = report.quality;
  const cost = report.cost.studentPer1kMicros;
  return (
    <Tr>
      <Td className="min-w-44">
        <Link href={`/projects/${item.projectId}/evaluations/${item.id}`} className="font-medium hover:underline">
          {item.student.name}
        </Link>
        <span className="block text-xs whitespace-nowrap text-muted">
          {labelSources[item.student.labelSource] ?? item.student.labelSource} · <RelativeTime at={item.createdAt} />
        </span>
      </Td>
      <Td className="whitespace-nowrap">
        {item.data.name}
        <span className="tnum block text-xs text-muted">
          {plural(report.rows.judged, "row")}, {item.data.rows === "holdout" ? "hold-out" : "test set"}
        </span>
      </Td>
      <Td numeric>
        <span className="block font-medium">
          <OriginMark origin="student">{formatPercent(student?.value)}</OriginMark>
        </span>
        {teacher ? (
          <span className="block text-xs text-muted">
            <OriginMark origin="teacher">{formatPercent(teacher.value)}</OriginMark>
          </span>
        ) : null}
        {report.basis === "teacher" ? <span className="block text-xs text-attention">agreement</span> : null}
      </Td>
      <Td>
        {tracksOf(item).map((row) => (
          <IntervalTrack key={row.id} row={row} scale={scale} />
        ))}
      </Td>
      <Td numeric>
        {report.verdict ? (
          <>
            {formatPoints(report.verdict.difference.value)}
            <span className="block text-xs text-muted">{formatP(report.verdict.mcnemar.p)}</span>
          </>
        ) : (
          <span className="text-faint">–</span>
        )}
      </Td>
      <Td numeric>{formatDuration(report.latency.student?.p95Ms)}</Td>
      <Td numeric>{formatBytes(report.memoryBytes)}</Td>
      <Td numeric>
        <Tooltip label={`Processor time of 1,000 predictions: ${exactMoney(cost)}`}>
          <span>{formatMoney(cost)}</span>
        </Tooltip>
      </Td>
      <Td>
        <span className="flex flex-col items-start gap-1">
          {report.verdict ? <VerdictBadge verdict={report.verdict} /> : null}
          <OutcomeBadge outcome={report.outcome} whole />
        </span>
      </Td>
    </Tr>
  );
}

/** Student and teacher of an evaluation as rows of an interval plot. */
function tracksOf({ id, report: { quality } }: EvaluationSummary) {
  return (["student", "teacher"] as const).flatMap((origin) => {
    const figure = quality[origin];
    return figure ? [{ id: `${id} ${origin}`, label: origin, origin, ...figure }] : [];
  });
}

const labelSources: Record<string, string> = {
  teacher: "teacher labels",
  gold: "gold labels",
  both: "teacher and gold labels",
};
