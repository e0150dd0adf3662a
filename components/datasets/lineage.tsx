"use client";

import clsx from "clsx";
import Link from "next/link";
import { useMemo } from "react";
import { Badge, type Tone } from "#components/ui/badge.tsx";
import { Card } from "#components/ui/card.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { datasetLineage, type LineageKind } from "#lib/datasets/lineage-schema.ts";
import type { DatasetVersion } from "#lib/datasets/schema.ts";
import { useEndpoint } from "#lib/http/client.tsx";
import {
  cell,
  cellLeft,
  cellTop,
  type PlacedNode,
  type PreparedLineage,
  pathOf,
  prepareLineage,
} from "./prepare-lineage.ts";
import { oneLine } from "./visible.ts";

const kinds: Record<LineageKind, { word: string; tone: Tone }> = {
  file: { word: "File", tone: "neutral" },
  version: { word: "Version", tone: "accent" },
  labelling: { word: "Labelling", tone: "teacher" },
  synthesis: { word: "Synthesis", tone: "teacher" },
  training: { word: "Training", tone: "student" },
  student: { word: "Student", tone: "student" },
  evaluation: { word: "Evaluation", tone: "good" },
};

type Props = { version: Pick<DatasetVersion, "id" | "datasetId" | "projectId"> };

/** From the raw file to the student: what was made from what. */
export function LineageCard({ version }: Props) {
  const { datasetId, projectId } = version;
  const query = useEndpoint(datasetLineage, { datasetId }, { live: [`project:${projectId}`] });
  const prepared = useMemo(() => (query.data ? prepareLineage(query.data) : null), [query.data]);
  return (
    <Card
      title="What was made from what"
      hint={
        query.data?.cut
          ? "The newest 60 versions and 200 runs."
          : "Dashed: also went in, such as the hold-out of another version, or answers that became gold."
      }
    >
      {query.error && !query.data ? <ErrorState error={query.error} onRetry={() => void query.refetch()} /> : null}
      {!prepared && !query.error ? (
        <div role="status" aria-label="Loading the lineage">
          <Skeleton className="h-48 w-full" />
        </div>
      ) : null}
      {prepared ? (
        <>
          <Graph prepared={prepared} projectId={projectId} current={version.id} />
          <ul aria-label="Lineage" className="sm:hidden">
            {prepared.roots.map((root) => (
              <Branch key={root.id} node={root} prepared={prepared} projectId={projectId} current={version.id} />
            ))}
          </ul>
        </>
      ) : null}
    </Card>
  );
}

/** Where a node leads; a file to the version that was imported from it. */
function hrefOf(node: PlacedNode, projectId: string): string {
  const home = `/projects/${projectId}`;
  switch (node.kind) {
    case "file":
      return node.children[0] ? `${home}/data/${node.children[0]}?tab=source` : `${home}/data`;
    case "version":
      return `${home}/data/${node.id}`;
    case "student":
      return `${home}/students/${node.id}`;
    case "evaluation":
      return `${home}/evaluations/${node.id}`;
    default:
      return `/runs/${node.id}`;
  }
}

type ViewProps = { prepared: PreparedLineage; projectId: string; current: string };

function Graph({ prepared, projectId, current }: ViewProps) {
  const width = cellLeft(prepared.columns - 1) + cell.width + cell.gapX / 2;
  const height = cellTop(prepared.rows) - cell.gapY;
  return (
    <div className="-mx-4 hidden overflow-x-auto px-4 pb-1 sm:block">
      <div className="relative" style={{ width, height }}>
        <svg aria-hidden width={width} height={height} className="absolute inset-0 text-line-strong">
          {prepared.lines.map((line) => (
            <path
              key={`${line.from.id} ${line.to.id}`}
              d={pathOf(line)}
              fill="none"
              stroke="currentColor"
              strokeWidth={1.5}
              strokeDasharray={line.main ? undefined : "4 4"}
            />
          ))}
        </svg>
        <ul aria-label="Lineage">
          {prepared.nodes.map((node) => (
            <li key={node.id}>
              <Link
                href={hrefOf(node, projectId)}
                aria-current={node.id === current ? "page" : undefined}
                title={`${oneLine(node.title)}: ${node.detail}`}
                className={clsx(
                  "absolute flex flex-col justify-center rounded-md border bg-surface px-2 hover:bg-hover",
                  node.id === current && "border-accent shadow-[inset_2px_0_0_var(--accent)]",
                )}
                style={{ left: cellLeft(node.column), top: cellTop(node.row), width: cell.width, height: cell.height }}
              >
                <NodeText node={node} prepared={prepared} />
              </Link>
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}

function NodeText({ node, prepared }: { node: PlacedNode; prepared: PreparedLineage }) {
  const { word, tone } = kinds[node.kind];
  const sources = prepared.lines.flatMap(({ from, to }) => (to.id === node.id ? [oneLine(from.title)] : []));
  return (
    <>
      <span className="flex min-w-0 items-center gap-1.5">
        <Badge tone={tone}>{word}</Badge>
        <bdi className="min-w-0 truncate text-sm font-medium">{oneLine(node.title)}</bdi>
      </span>
      <span className="truncate text-xs text-muted">
        {node.state === "failed" || node.state === "cancelled" ? `${node.state} · ` : ""}
        {node.detail}
      </span>
      {sources.length > 0 ? <span className="sr-only">, made from {sources.join(" and ")}</span> : null}
    </>
  );
}

/** A node with what was made of it below; versions made from versions stand on one level, so that long histories stay on the screen. */
function Branch({ node, ...view }: ViewProps & { node: PlacedNode }) {
  const children = node.children.flatMap((id) => view.prepared.nodes.find((each) => each.id === id) ?? []);
  const level = node.kind === "version" ? children.filter(({ kind }) => kind === "version") : [];
  const below = children.filter((child) => !level.includes(child));
  return (
    <>
      <li>
        <Link
          href={hrefOf(node, view.projectId)}
          aria-current={node.id === view.current ? "page" : undefined}
          className={clsx(
            "my-1 flex min-w-0 flex-col rounded-md border px-2 py-1",
            node.id === view.current && "border-accent",
          )}
        >
          <NodeText node={node} prepared={view.prepared} />
        </Link>
        {below.length > 0 ? (
          <ul className="ml-1 border-l pl-2">
            {below.map((child) => (
              <Branch key={child.id} node={child} {...view} />
            ))}
          </ul>
        ) : null}
      </li>
      {level.map((child) => (
        <Branch key={child.id} node={child} {...view} />
      ))}
    </>
  );
}
