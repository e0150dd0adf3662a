"use client";

import { CircleCheck, Download } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { useViewer } from "#components/shell/viewer.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import { Table, TableHead, Td, Th, Tr } from "#components/ui/table.tsx";
import { useUrlState } from "#components/ui/url-state.ts";
import { RejectCode, type RejectedRow, versionRejected, versionRejectedDownload } from "#lib/datasets/schema.ts";
import { formatCount, plural } from "#lib/format.ts";
import { usePages } from "#lib/http/client.tsx";
import { urlOf } from "#lib/http/request.ts";
import type { Correction } from "./corrected-csv.ts";
import { CorrectDialog, CorrectionsBar } from "./corrections-bar.tsx";
import type { VersionDetail } from "./version-detail.ts";
import { oneLine } from "./visible.ts";

const names: Record<RejectCode, string> = {
  invalid_text: "not valid UTF-8",
  nul: "NUL character",
  too_long: "too long",
  ragged: "wrong number of cells",
  quote: "unclosed quote",
  json: "not valid JSON",
  not_object: "no JSON object",
  several_objects: "several objects on one line",
  missing_input: "no input",
  missing_output: "no answer",
  shape: "not as the other rows",
  skipped: "left out",
  member: "file of the archive",
};

/** Lines that did not become rows, grouped by cause. */
export function RejectedTable({ version }: { version: VersionDetail }) {
  const url = useUrlState();
  const code = RejectCode.safeParse(url.get("code")).data;
  const query = usePages(versionRejected, { datasetVersionId: version.id, limit: 100, ...(code ? { code } : {}) });
  const rows = query.data?.pages.flatMap((page) => page.items);
  const viewer = useViewer();
  const [corrections, setCorrections] = useState<Correction[]>([]);
  const [opened, setOpened] = useState<RejectedRow | null>(null);
  const textOf = (row: RejectedRow) => corrections.find(({ seq }) => seq === row.seq)?.text ?? row.text;
  const keep = (row: RejectedRow, text: string) =>
    setCorrections((before) => [...before.filter(({ seq }) => seq !== row.seq), { seq: row.seq, text }]);
  if (version.rejectedCount === 0) {
    return (
      <Card flush>
        <EmptyState picture={<CircleCheck />} title="Every line of the file became a row." />
      </Card>
    );
  }
  return (
    <Card
      flush
      title={`${plural(version.rejectedCount, "line")} did not become ${version.rejectedCount === 1 ? "a row" : "rows"}`}
      hint={version.rejectedCount > 10_000 ? "The first 10,000 are kept; the counts are exact." : undefined}
      actions={
        <Button
          size="sm"
          icon={<Download aria-hidden />}
          onClick={() => window.location.assign(urlOf(versionRejectedDownload, { datasetVersionId: version.id }))}
        >
          Download CSV
        </Button>
      }
    >
      <Reasons version={version} code={code} onChoose={(next) => url.set({ code: next })} />
      {query.error && !rows ? <ErrorState error={query.error} onRetry={() => void query.refetch()} /> : null}
      {!rows && !query.error ? <SkeletonRows columns={3} /> : null}
      {rows ? (
        <Table label="Rejected lines" maxHeight="60vh">
          <TableHead>
            <Th numeric>Line</Th>
            <Th numeric>Byte</Th>
            <Th>Reason</Th>
            <Th>Text</Th>
            <Th>
              <span className="sr-only">Correct</span>
            </Th>
          </TableHead>
          <tbody>
            {rows.map((row) => (
              <Tr key={row.seq}>
                <Td numeric>{formatCount(row.line)}</Td>
                <Td numeric className="text-muted">
                  {formatCount(row.byteOffset)}
                </Td>
                <Td className="min-w-56">{row.reason}</Td>
                <Td mono className="sm:w-1/2 sm:max-w-0">
                  <span className="block w-64 truncate sm:w-auto" title={row.text.slice(0, 1_000)}>
                    <bdi>{oneLine(textOf(row).slice(0, 400))}</bdi>
                  </span>
                </Td>
                <Td className="text-right whitespace-nowrap">
                  {row.correctedInId ? (
                    <Link className="link" href={`/projects/${version.projectId}/data/${row.correctedInId}`}>
                      corrected
                    </Link>
                  ) : (
                    <Button size="sm" disabledReason={viewer.whyNot("data.write")} onClick={() => setOpened(row)}>
                      {textOf(row) === row.text ? "Correct" : "Corrected"}
                    </Button>
                  )}
                </Td>
              </Tr>
            ))}
          </tbody>
        </Table>
      ) : null}
      {opened ? (
        <CorrectDialog
          row={opened}
          text={textOf(opened)}
          onKeep={(text) => keep(opened, text)}
          onClose={() => setOpened(null)}
        />
      ) : null}
      {query.hasNextPage ? (
        <div className="border-t p-3">
          <Button size="sm" pending={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            Show more
          </Button>
        </div>
      ) : null}
      <CorrectionsBar version={version} corrections={corrections} onChange={setCorrections} />
    </Card>
  );
}

type ReasonsProps = {
  version: VersionDetail;
  code: RejectCode | undefined;
  onChoose: (code: RejectCode | null) => void;
};

/** The causes with their counts; pressing one shows only its lines. */
function Reasons({ version, code, onChoose }: ReasonsProps) {
  const counts = Object.entries(version.report.rejectedByCode) as [RejectCode, number][];
  if (counts.length === 0) return null;
  return (
    <fieldset className="flex flex-wrap gap-2 px-4 pb-3">
      <legend className="sr-only">Reason</legend>
      {counts
        .sort((a, b) => b[1] - a[1])
        .map(([name, count]) => (
          <Button
            key={name}
            size="sm"
            variant={code === name ? "primary" : "secondary"}
            aria-pressed={code === name}
            onClick={() => onChoose(code === name ? null : name)}
          >
            {names[name]} <span className="tnum ml-1">{formatCount(count)}</span>
          </Button>
        ))}
    </fieldset>
  );
}
