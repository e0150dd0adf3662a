"use client";

import { Cpu } from "lucide-react";
import Link from "next/link";
import { useParams } from "next/navigation";
import { TrainButton } from "#components/finetunes/train-button.tsx";
import { PageTitle } from "#components/overview/page-title.tsx";
import { ActiveRunsCard } from "#components/projects/active-run.tsx";
import { OriginMark, SimulatedBadge } from "#components/ui/badge.tsx";
import { Card } from "#components/ui/card.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Pagination } from "#components/ui/pagination.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import { Table, TableHead, Td, Th, Tr } from "#components/ui/table.tsx";
import { RelativeTime } from "#components/ui/time.tsx";
import { useUrlState } from "#components/ui/url-state.ts";
import { type EvaluationSummary, evaluationList } from "#lib/evaluations/schema.ts";
import { formatBytes, formatCount, formatDuration, formatPercent, formatPercentInterval, plural } from "#lib/format.ts";
import { useEndpoint } from "#lib/http/client.tsx";
import { projectGet } from "#lib/projects/schema.ts";
import { type Student, studentList } from "#lib/students/schema.ts";
import { labelSourceWords, studentListInput } from "./words.ts";

/** Students of a project with what is known of their quality. Judged ones first, best first, unless sorted otherwise. */
export function StudentList() {
  const { projectId } = useParams<{ projectId: string }>();
  const url = useUrlState();
  const live = [`project:${projectId}`];
  const list = useEndpoint(studentList, studentListInput(projectId, url.get("cursor")), { live, keepPrevious: true });
  const evaluations = useEndpoint(evaluationList, { projectId, limit: 200 }, { live });
  const project = useEndpoint(projectGet, { projectId }, { live });
  const judged = newestByStudent(evaluations.data?.items ?? []);
  const items = sorted(list.data?.items ?? [], judged, url.get("sort") || "-quality");
  const running = project.data?.activeRuns.filter((run) => run.kind === "finetune") ?? [];
  return (
    <>
      <PageTitle
        title="Students"
        hint="Small models trained for this task. Quality is the newest evaluation on held-out rows; until there is one, the trainer's own validation is shown, which is no proof."
        actions={<TrainButton projectId={projectId} byAddress />}
      />
      <ActiveRunsCard runs={running} />
      <Card flush>
        {list.error ? (
          <ErrorState error={list.error} onRetry={() => void list.refetch()} />
        ) : list.isPending ? (
          <SkeletonRows rows={4} columns={6} />
        ) : items.length === 0 ? (
          <EmptyState
            picture={<Cpu />}
            title="A student learns to answer like the teacher, for next to nothing a request."
            hint="The CPU student takes seconds on this machine. It is the number that any larger model has to beat."
            action={<TrainButton projectId={projectId} />}
          />
        ) : (
          <Ranking items={items} judged={judged} />
        )}
        <Pagination
          nextCursor={list.data?.nextCursor}
          count={items.length > 0 ? plural(items.length, "student") : null}
        />
      </Card>
    </>
  );
}

function newestByStudent(evaluations: readonly EvaluationSummary[]): Map<string, EvaluationSummary> {
  // the list is newest first: the first of a student is its newest
  const newest = new Map<string, EvaluationSummary>();
  for (const evaluation of evaluations)
    if (!newest.has(evaluation.student.id)) newest.set(evaluation.student.id, evaluation);
  return newest;
}

function sorted(items: readonly Student[], judged: ReadonlyMap<string, EvaluationSummary>, sort: string): Student[] {
  const keys: Record<string, (student: Student) => number> = {
    quality: ({ id, validationAccuracy }) =>
      judged.get(id)?.report.quality.student?.value ?? (validationAccuracy ?? 0) - 1,
    rows: ({ trainRows }) => trainRows,
    time: ({ trainMs }) => trainMs,
    size: ({ sizeBytes }) => sizeBytes,
  };
  const key = keys[sort.replace(/^-/, "")];
  if (!key) return [...items];
  const direction = sort.startsWith("-") ? -1 : 1;
  return [...items].sort((a, b) => direction * (key(a) - key(b)));
}

function Ranking({ items, judged }: { items: readonly Student[]; judged: ReadonlyMap<string, EvaluationSummary> }) {
  return (
    <Table label="Students">
      <TableHead>
        <Th>Student</Th>
        <Th numeric sortKey="quality">
          Quality
        </Th>
        <Th>Trained on</Th>
        <Th numeric sortKey="rows">
          Rows
        </Th>
        <Th numeric sortKey="time" firstSort="asc">
          Training
        </Th>
        <Th numeric sortKey="size" firstSort="asc">
          Size
        </Th>
        <Th numeric>Made</Th>
      </TableHead>
      <tbody>
        {items.map((student) => (
          <Line key={student.id} student={student} evaluation={judged.get(student.id)} />
        ))}
      </tbody>
    </Table>
  );
}

function Line({ student, evaluation }: { student: Student; evaluation: EvaluationSummary | undefined }) {
  const home = `/projects/${student.projectId}`;
  return (
    <Tr>
      <Td className="min-w-44">
        <Link href={`${home}/students/${student.id}`} className="font-medium break-words hover:underline">
          <OriginMark origin="student">{student.name}</OriginMark>
        </Link>
        <span className="flex flex-wrap items-center gap-1.5 text-xs text-muted">
          {plural(student.labels, "label")}
          {student.simulated ? <SimulatedBadge /> : null}
        </span>
      </Td>
      <Td numeric className="whitespace-nowrap">
        <Quality student={student} evaluation={evaluation} home={home} />
      </Td>
      <Td className="min-w-40">
        {student.datasetName}
        <span className="block text-xs text-muted">{labelSourceWords[student.labelSource]}</span>
      </Td>
      <Td numeric>{formatCount(student.trainRows)}</Td>
      <Td numeric>{formatDuration(student.trainMs)}</Td>
      <Td numeric>{formatBytes(student.sizeBytes)}</Td>
      <Td numeric className="whitespace-nowrap text-muted">
        <RelativeTime at={student.createdAt} />
      </Td>
    </Tr>
  );
}

function Quality({
  student,
  evaluation,
  home,
}: {
  student: Student;
  evaluation: EvaluationSummary | undefined;
  home: string;
}) {
  const figure = evaluation?.report.quality.student;
  if (evaluation && figure) {
    return (
      <Link href={`${home}/evaluations/${evaluation.id}`} className="hover:underline">
        <span className="block font-medium">{formatPercent(figure.value)}</span>
        <span className="block text-xs text-muted">{formatPercentInterval(figure.value, figure)}</span>
      </Link>
    );
  }
  return (
    <>
      <span className="block text-muted">{formatPercent(student.validationAccuracy)}</span>
      <Link href={`${home}/evaluations?evaluate=${student.id}`} className="link block text-xs">
        validation only: evaluate
      </Link>
    </>
  );
}
