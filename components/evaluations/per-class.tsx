"use client";

import { useState } from "react";
import { Badge } from "#components/ui/badge.tsx";
import { Card } from "#components/ui/card.tsx";
import { Table, TableHead, Td, Th, Tr } from "#components/ui/table.tsx";
import { useUrlState } from "#components/ui/url-state.ts";
import type { ClassScore, View } from "#lib/evaluations/report.ts";
import { formatCount, formatPercent, missing } from "#lib/format.ts";
import type { ViewName } from "./comparison.tsx";
import { RowsLink } from "./rows-link.tsx";

type Line = { label: string; student: ClassScore; teacher: ClassScore | undefined };

const keys: Record<string, (line: Line) => number | string> = {
  label: ({ label }) => label.toLowerCase(),
  rows: ({ student }) => student.support,
  precision: ({ student }) => student.precision?.value ?? -1,
  recall: ({ student }) => student.recall?.value ?? -1,
  f1: ({ student }) => student.f1?.value ?? -1,
  teacher: ({ teacher }) => teacher?.f1?.value ?? -1,
};

/** Precision, recall and F1 of every label, worst first unless sorted otherwise; each label opens its rows. */
export function PerClass({ view, chosen, unseen }: { view: View; chosen: ViewName; unseen: readonly string[] }) {
  const url = useUrlState();
  const [all, setAll] = useState(false);
  const teachers = new Map(view.teacher?.perClass.map((score) => [score.label, score]));
  const lines = sorted(
    view.student.perClass.map((student) => ({ label: student.label, student, teacher: teachers.get(student.label) })),
    url.get("sort") || "f1",
  );
  const shown = all ? lines : lines.slice(0, 25);
  return (
    <Card
      title="Which labels go wrong?"
      hint="The student label by label, with 95 % intervals. A label opens its rows."
      flush
    >
      <Table label="Labels" maxHeight="32rem" compact>
        <TableHead>
          <Th sortKey="label">Label</Th>
          <Th numeric sortKey="rows">
            Rows
          </Th>
          <Th numeric sortKey="precision" firstSort="asc">
            Precision
          </Th>
          <Th numeric sortKey="recall" firstSort="asc">
            Recall
          </Th>
          <Th numeric sortKey="f1" firstSort="asc">
            F1
          </Th>
          {view.teacher ? (
            <Th numeric sortKey="teacher" firstSort="asc">
              Teacher's F1
            </Th>
          ) : null}
        </TableHead>
        <tbody>
          {shown.map(({ label, student, teacher }) => (
            <Tr key={label}>
              <Td className="max-w-64 truncate font-mono text-xs">
                <RowsLink filters={{ gold: label, view: chosen }}>{label}</RowsLink>
                {unseen.includes(label) ? (
                  <Badge tone="attention" className="ml-2">
                    not in training
                  </Badge>
                ) : null}
              </Td>
              <Td numeric>{formatCount(student.support)}</Td>
              <Td numeric>
                <Rate figure={student.precision} />
              </Td>
              <Td numeric>
                <Rate figure={student.recall} />
              </Td>
              <Td numeric>
                <Rate figure={student.f1} />
              </Td>
              {view.teacher ? <Td numeric>{formatPercent(teacher?.f1?.value, 0)}</Td> : null}
            </Tr>
          ))}
        </tbody>
      </Table>
      {lines.length > shown.length ? (
        <button type="button" className="link w-full border-t px-4 py-2 text-left text-sm" onClick={() => setAll(true)}>
          Show all {formatCount(lines.length)} labels
        </button>
      ) : null}
    </Card>
  );
}

function sorted(lines: Line[], sort: string): Line[] {
  const key = keys[sort.replace(/^-/, "")] ?? ((line: Line) => line.student.f1?.value ?? -1);
  const direction = sort.startsWith("-") ? -1 : 1;
  return [...lines].sort((a, b) => {
    const [x, y] = [key(a), key(b)];
    return direction * (x < y ? -1 : x > y ? 1 : 0);
  });
}

function Rate({ figure }: { figure: { value: number; low: number; high: number } | null }) {
  if (!figure) return <span className="text-faint">{missing}</span>;
  return (
    <>
      {formatPercent(figure.value, 0)}
      <span className="ml-1.5 inline-block min-w-14 text-xs text-muted">
        {Math.round(figure.low * 100)}–{Math.round(figure.high * 100)}
      </span>
    </>
  );
}
