"use client";

import { Database } from "lucide-react";
import { Badge } from "#components/ui/badge.tsx";
import { Card } from "#components/ui/card.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Table, TableHead, Td, Th, Tr } from "#components/ui/table.tsx";
import type { Preview } from "#lib/datasets/preview-schema.ts";
import { formatCount, plural } from "#lib/format.ts";
import { oneLine } from "./visible.ts";

/** Which side a row is on, as a word. */
export function SideMark({ holdout }: { holdout: boolean }) {
  return holdout ? <Badge tone="accent">hold-out</Badge> : <span className="text-muted">train</span>;
}

type PreviewRowsProps = { preview: Preview; mapped: boolean; fraction: number; updating: boolean };

/** The first rows as the import would store them, and the first lines it would reject. */
export function PreviewRows({ preview, mapped, fraction, updating }: PreviewRowsProps) {
  const { rows, rejected, sampledLabels } = preview;
  return (
    <Card
      flush
      title="The first rows, as they will be stored"
      hint={mapped ? labelSentence(sampledLabels) : "Choose the column with the input to see rows."}
      aria-busy={updating}
    >
      {rows.length === 0 ? (
        <EmptyState
          picture={<Database />}
          title={
            mapped ? "None of the rows looked at can be stored with these columns." : "No input column is chosen yet."
          }
        />
      ) : (
        <Table label="First rows" maxHeight="24rem" className={updating ? "opacity-60" : undefined}>
          <TableHead>
            <Th numeric>Line</Th>
            <Th>Input</Th>
            <Th>Gold answer</Th>
            <Th>Side</Th>
          </TableHead>
          <tbody>
            {rows.map(({ line, input, output, unit }, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a conversation gives several rows of one line, in a fixed order
              <Tr key={`${line}.${index}`}>
                <Td numeric className="w-14 text-muted">
                  {line}
                </Td>
                <Td className="sm:w-full sm:max-w-0">
                  <span className="block w-56 truncate sm:w-auto" title={input.slice(0, 500)}>
                    <bdi>{oneLine(input.slice(0, 400))}</bdi>
                  </span>
                </Td>
                <Td className="max-w-40 truncate sm:max-w-64">
                  {output === null ? (
                    <span className="text-faint">none</span>
                  ) : (
                    <bdi>{oneLine(output.slice(0, 200))}</bdi>
                  )}
                </Td>
                <Td className="whitespace-nowrap">
                  <SideMark holdout={unit < fraction} />
                </Td>
              </Tr>
            ))}
          </tbody>
        </Table>
      )}
      {rejected.length > 0 ? <PreviewRejected rejected={rejected} /> : null}
    </Card>
  );
}

function labelSentence(labels: Preview["sampledLabels"]): string {
  if (labels.length === 0) return "No gold answers: the teacher will label every row.";
  const shown = labels.slice(0, 6).map(({ label, rows }) => `${oneLine(label.slice(0, 40))} (${formatCount(rows)})`);
  const more = labels.length - shown.length;
  return `${plural(labels.length, "different gold answer")} so far: ${shown.join(", ")}${more > 0 ? ` and ${more} more` : ""}.`;
}

function PreviewRejected({ rejected }: { rejected: Preview["rejected"] }) {
  return (
    <details className="border-t px-4 py-3" open={rejected.length <= 3}>
      <summary className="cursor-pointer text-sm text-attention">
        {plural(rejected.length, "line")} of the beginning would be rejected
      </summary>
      <ul className="mt-2 space-y-1 text-sm">
        {rejected.map(({ line, reason, text }) => (
          <li key={`${line} ${reason}`} className="min-w-0">
            <span className="tnum text-muted">line {line}:</span> {reason}
            <code className="mt-0.5 block truncate font-mono text-xs text-muted">{oneLine(text.slice(0, 300))}</code>
          </li>
        ))}
      </ul>
    </details>
  );
}
