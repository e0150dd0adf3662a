"use client";

import { Wrench, X } from "lucide-react";
import Link from "next/link";
import { useEffect, useMemo, useRef, useState } from "react";
import { useViewer } from "#components/shell/viewer.tsx";
import { Button, IconButton } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { type DataColumn, DataTable } from "#components/ui/data-table.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import { useUrlState } from "#components/ui/url-state.ts";
import type { DatasetVersion } from "#lib/datasets/schema.ts";
import { formatCount, formatFigure } from "#lib/format.ts";
import { usePages } from "#lib/http/client.tsx";
import { checks } from "#lib/quality/checks.ts";
import { type CheckSummary, type Finding, qualityFindings } from "#lib/quality/schema.ts";
import { FixDialog } from "./fix-dialog.tsx";

type FindingsCardProps = { version: DatasetVersion; summary: CheckSummary };

const rowHref = (projectId: string, versionId: string, position: number) =>
  `/projects/${projectId}/data/${versionId}?row=${position}`;

/** The rows behind one check, the worst first, with the step that puts them right. */
export function FindingsCard({ version, summary }: FindingsCardProps) {
  const url = useUrlState();
  const viewer = useViewer();
  const box = useRef<HTMLDivElement>(null);
  const [fixing, setFixing] = useState(false);
  const facts = checks[summary.check];
  const query = usePages(qualityFindings, { datasetVersionId: version.id, check: summary.check, limit: 100 });
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const columns = useMemo(() => columnsFor(version, rows), [version, rows]);
  useEffect(() => {
    // in braces: newer browsers answer with a promise, which an effect must not return
    void box.current?.scrollIntoView({ block: "nearest", behavior: "smooth" });
  }, []);
  return (
    <div ref={box}>
      <Card
        flush
        title={`${facts.title}: ${formatCount(summary.rows)} ${summary.rows === 1 ? "row" : "rows"}`}
        hint={`${facts.summary}${summary.kept < summary.rows ? ` The first ${formatCount(summary.kept)} can be opened.` : ""}`}
        actions={
          <>
            {summary.fixes.length > 0 ? (
              <Button
                size="sm"
                variant="primary"
                icon={<Wrench aria-hidden />}
                disabledReason={viewer.whyNot("data.write")}
                onClick={() => setFixing(true)}
              >
                Put it right …
              </Button>
            ) : null}
            <IconButton label="Close" onClick={() => url.set({ check: null })}>
              <X aria-hidden />
            </IconButton>
          </>
        }
      >
        {query.error && rows.length === 0 ? (
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        ) : null}
        {query.isPending && !query.error ? <SkeletonRows rows={8} columns={4} /> : null}
        {rows.length > 0 ? (
          <DataTable
            label={facts.title}
            columns={columns}
            rows={rows}
            rowKey={(row) => String(row.seq)}
            grow="input"
            height="50vh"
            onEnd={() => {
              if (query.hasNextPage && !query.isFetchingNextPage) void query.fetchNextPage();
            }}
          />
        ) : null}
      </Card>
      {fixing ? <FixDialog version={version} summary={summary} onClose={() => setFixing(false)} /> : null}
    </div>
  );
}

function columnsFor(version: DatasetVersion, rows: readonly Finding[]): readonly DataColumn<Finding>[] {
  const scored = rows.some(({ score }) => score !== null);
  const paired = rows.some(({ other }) => other !== null);
  return [
    {
      id: "position",
      header: "Row",
      width: 80,
      numeric: true,
      pinned: true,
      cell: (row) => (
        <Link className="link tnum" href={rowHref(version.projectId, version.id, row.position)}>
          {formatCount(row.position)}
        </Link>
      ),
    },
    {
      id: "input",
      header: "Input",
      width: 260,
      pinned: true,
      cell: (row) => <Text text={row.row?.input ?? null} absent="gone" />,
    },
    {
      id: "output",
      header: "Answer",
      width: 160,
      cell: (row) => <Text text={row.row?.output ?? null} absent="none" />,
    },
    { id: "side", header: "Side", width: 90, cell: (row) => (row.row?.holdout ? "Hold-out" : "Train") },
    { id: "note", header: "What", width: 240, cell: (row) => <Text text={row.note} absent="" /> },
    ...(scored
      ? [
          {
            id: "score",
            header: "Score",
            width: 90,
            numeric: true,
            cell: (row: Finding) => (row.score === null ? null : formatFigure(row.score)),
          },
        ]
      : []),
    ...(paired
      ? [
          {
            id: "other",
            header: "Compared with",
            width: 260,
            cell: (row: Finding) =>
              row.other ? (
                <span className="flex min-w-0 gap-2">
                  <Link
                    className="link tnum shrink-0"
                    href={rowHref(version.projectId, row.other.datasetVersionId, row.other.position)}
                  >
                    {row.other.datasetVersionId === version.id
                      ? `row ${row.other.position}`
                      : `${row.other.name}, row ${row.other.position}`}
                  </Link>
                  <Text text={row.other.row?.input ?? null} absent="gone" />
                </span>
              ) : null,
          },
        ]
      : []),
  ];
}

function Text({ text, absent }: { text: string | null; absent: string }) {
  if (text === null) return <span className="text-faint">{absent}</span>;
  return (
    <bdi className="block truncate" title={text}>
      {text}
    </bdi>
  );
}
