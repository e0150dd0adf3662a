"use client";

import { CircleX, TriangleAlert } from "lucide-react";
import { useMemo } from "react";
import { Card } from "#components/ui/card.tsx";
import { Table, TableHead, Td, Th, Tr } from "#components/ui/table.tsx";
import { RelativeTime } from "#components/ui/time.tsx";
import { formatCount } from "#lib/format.ts";
import type { RunDetail } from "#lib/runs/schema.ts";
import { groupProblems, inertText } from "./prepare-problems.ts";
import { useRunEvents } from "./use-run-events.ts";

/** The newest thousand warnings and errors by cause. Nothing is shown where nothing went wrong. */
export function RunProblems({ run }: { run: RunDetail }) {
  const warnings = useRunEvents(run.id, { type: "log", level: "warn", tail: 1_000 });
  const errors = useRunEvents(run.id, { type: "log", level: "error", tail: 1_000 });
  const problems = useMemo(() => groupProblems([...warnings.items, ...errors.items]), [warnings.items, errors.items]);
  if (problems.length === 0) return null;
  return (
    <Card
      flush
      title="What went wrong, by cause"
      hint="Messages that differ only in figures and quoted text count as one."
    >
      <Table label="Problems by cause" maxHeight="20rem">
        <TableHead>
          <Th>Cause</Th>
          <Th numeric>Times</Th>
          <Th>Last</Th>
        </TableHead>
        <tbody>
          {problems.map((problem) => (
            <Tr key={`${problem.level} ${problem.cause}`}>
              <Td>
                <span className="flex items-start gap-2">
                  {problem.level === "error" ? (
                    <CircleX aria-label="Error" className="mt-0.5 size-4 shrink-0 text-bad" />
                  ) : (
                    <TriangleAlert aria-label="Warning" className="mt-0.5 size-4 shrink-0 text-attention" />
                  )}
                  <bdi className="[overflow-wrap:anywhere]">
                    {inertText(problem.count === 1 ? problem.example : problem.cause)}
                  </bdi>
                </span>
              </Td>
              <Td numeric>{formatCount(problem.count)}</Td>
              <Td>
                <RelativeTime at={problem.lastAt} />
              </Td>
            </Tr>
          ))}
        </tbody>
      </Table>
    </Card>
  );
}
