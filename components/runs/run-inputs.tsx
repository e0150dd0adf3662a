"use client";

import Link from "next/link";
import type { ReactNode } from "react";
import { Card } from "#components/ui/card.tsx";
import { CodeBlock } from "#components/ui/code-block.tsx";
import { KeyValue } from "#components/ui/key-value.tsx";
import { versionGet } from "#lib/datasets/schema.ts";
import { formatCount, formatFigure, formatMoney } from "#lib/format.ts";
import { useEndpoint } from "#lib/http/client.tsx";
import { type RunDetail, runGet } from "#lib/runs/schema.ts";
import { humanize } from "./words.ts";

/** Ids that have a page or a name of their own; everything else is shown as it is. */
const linked = new Set(["datasetVersionId", "teacherId", "generationRunId", "studentId", "uploadId"]);

/** What the run was started with: frozen, so that editing the task or the teacher never changes what is said here. */
export function RunInputs({ run }: { run: RunDetail }) {
  const { payload } = run;
  const id = (key: string) => (typeof payload[key] === "string" ? payload[key] : null);
  const facts = Object.entries(payload).flatMap(([key, value]) => {
    if (linked.has(key) || (key === "teacher" && payload.teacherId)) return [];
    const shown = factOf(key, value);
    return shown === null ? [] : [[humanize(key.replace(/Micros$/, "")), shown] as const];
  });
  const versionId = id("datasetVersionId");
  const teacherId = id("teacherId");
  const generationId = id("generationRunId");
  const studentId = id("studentId");
  return (
    <Card title="Frozen inputs" hint="As they were when the run was started.">
      <KeyValue
        items={[
          versionId && ["Dataset", <DatasetLink key="d" datasetVersionId={versionId} />],
          teacherId && [
            "Teacher",
            <Link key="t" className="link" href={`/teachers/${teacherId}`}>
              {teacherName(payload)}
            </Link>,
          ],
          generationId && ["Labels of", <RunLink key="g" runId={generationId} />],
          studentId && [
            "Student",
            <Link key="s" className="link" href={`/projects/${run.projectId}/students/${studentId}`}>
              Open the student
            </Link>,
          ],
          ...facts,
        ]}
      />
      <details className="mt-3 text-sm">
        <summary className="text-muted hover:text-ink">All of it as JSON</summary>
        <div className="mt-2">
          <CodeBlock code={JSON.stringify(payload, null, 2)} />
        </div>
      </details>
    </Card>
  );
}

/** One line for a setting; null for what only the JSON can show. */
function factOf(key: string, value: unknown): ReactNode | null {
  if (value === null) return key === "capMicros" ? "No cap" : null;
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number") return figureOf(key, value);
  if (typeof value === "string") return value === "" ? null : <bdi className="line-clamp-3 break-words">{value}</bdi>;
  if (Array.isArray(value)) return value.length === 0 ? null : `${formatCount(value.length)} values`;
  const entries = Object.entries(value as Record<string, unknown>);
  const plain = entries.filter(
    ([, each]) =>
      typeof each === "number" || typeof each === "boolean" || (typeof each === "string" && each.length <= 60),
  );
  if (plain.length === 0 || plain.length < entries.length / 2) return null;
  return (
    <ul>
      {plain.map(([name, each]) => (
        <li key={name} className="flex flex-wrap justify-between gap-x-3">
          <span className="text-muted">{humanize(name.replace(/Micros.*$/, ""))}</span>
          <span>{figureOf(name, each)}</span>
        </li>
      ))}
    </ul>
  );
}

function figureOf(name: string, value: unknown): string {
  if (typeof value !== "number") return String(value);
  if (name.endsWith("MicrosPerMtok")) return `${formatMoney(value)} per M tokens`;
  if (name.endsWith("Micros")) return formatMoney(value);
  return Number.isInteger(value) ? formatCount(value) : formatFigure(value);
}

function teacherName(payload: Record<string, unknown>): string {
  const teacher = payload.teacher as { name?: unknown; model?: unknown } | undefined;
  return typeof teacher?.name === "string"
    ? `${teacher.name}${typeof teacher.model === "string" ? ` (${teacher.model})` : ""}`
    : "Open the teacher";
}

function DatasetLink({ datasetVersionId }: { datasetVersionId: string }) {
  const version = useEndpoint(versionGet, { datasetVersionId }, { staleTime: 60_000 });
  if (!version.data) return <span className="text-muted">{version.error ? "deleted since" : "…"}</span>;
  const { projectId, datasetName, number, rowCount } = version.data;
  return (
    <>
      <Link className="link" href={`/projects/${projectId}/data/${datasetVersionId}`}>
        {datasetName} v{number}
      </Link>
      {rowCount > 0 ? <span className="text-muted">, {formatCount(rowCount)} rows</span> : null}
    </>
  );
}

function RunLink({ runId }: { runId: string }) {
  const run = useEndpoint(runGet, { runId }, { staleTime: 60_000 });
  return (
    <Link className="link" href={`/runs/${runId}`}>
      {run.data?.title ?? "the labelling run"}
    </Link>
  );
}
