"use client";

import { Check, Download, X } from "lucide-react";
import { useState } from "react";
import { OriginMark } from "#components/ui/badge.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { Drawer } from "#components/ui/dialog.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { FilterBar, type FilterDef } from "#components/ui/filter-bar.tsx";
import { KeyValue } from "#components/ui/key-value.tsx";
import { Pagination } from "#components/ui/pagination.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import { Table, TableHead, Td, Th, Tr } from "#components/ui/table.tsx";
import { useUrlState } from "#components/ui/url-state.ts";
import {
  Correctness,
  type EvaluationDetail,
  type EvaluationRowItem,
  evaluationRows,
  NO_ANSWER,
  OUTSIDE,
} from "#lib/evaluations/schema.ts";
import { formatCount, formatDuration, formatPercent, missing } from "#lib/format.ts";
import { useEndpoint } from "#lib/http/client.tsx";

const correctnessWords: Record<Correctness, string> = {
  studentWrong: "student wrong",
  teacherOnly: "only the teacher right",
  studentOnly: "only the student right",
  both: "both right",
  neither: "both wrong",
  teacherWrong: "teacher wrong",
  disagree: "they disagree",
};
const orders = { doubt: "least confident first", sure: "most confident first" } as const;

/** The judged rows: input, gold, both answers; filters, order and page in the address. */
export function Rows({ evaluation }: { evaluation: EvaluationDetail }) {
  const url = useUrlState();
  const [open, setOpen] = useState<EvaluationRowItem | null>(null);
  const filters = filtersOf(url.get);
  const asked = url.get("order");
  const order: "position" | "doubt" | "sure" = asked === "doubt" || asked === "sure" ? asked : "position";
  const input = {
    evaluationId: evaluation.id,
    ...filters,
    sort: order,
    limit: 50,
    ...(url.get("cursor") ? { cursor: url.get("cursor") } : {}),
  };
  const { data, error, refetch } = useEndpoint(evaluationRows, input, { keepPrevious: true, staleTime: 60_000 });
  const query = new URLSearchParams({ ...filters, format: "csv" });
  return (
    <div className="space-y-3">
      <FilterBar filters={filterDefs(evaluation)} searchKey="q" searchPlaceholder="Search inputs …">
        <span className="tnum" role="status">
          {data
            ? `${data.capped ? "more than " : ""}${formatCount(data.total)} ${data.total === 1 ? "row" : "rows"}`
            : ""}
        </span>
        <Button
          size="sm"
          icon={<Download aria-hidden />}
          onClick={() => window.location.assign(`/api/v1/evaluations/${evaluation.id}/export?${query}`)}
        >
          CSV
        </Button>
      </FilterBar>
      <Card flush>
        {error ? (
          <ErrorState error={error} onRetry={() => void refetch()} />
        ) : !data ? (
          <SkeletonRows rows={12} columns={5} />
        ) : data.items.length === 0 ? (
          <EmptyState title="No row matches these filters." hint="Clear one of them to see more." />
        ) : (
          <RowTable items={data.items} evaluation={evaluation} onOpen={setOpen} />
        )}
        <Pagination nextCursor={data?.nextCursor} labels={{ back: "Back", next: "Next" }} />
      </Card>
      <Drawer
        open={open !== null}
        onOpenChange={(next) => !next && setOpen(null)}
        title={`Row ${formatCount(open?.position)}`}
      >
        {open ? <RowDetail row={open} /> : null}
      </Drawer>
    </div>
  );
}

function filtersOf(get: (key: string) => string) {
  const correctness = Correctness.safeParse(get("correctness"));
  return {
    view: get("view") === "answered" ? ("answered" as const) : ("all" as const),
    ...(get("gold") ? { gold: get("gold") } : {}),
    ...(get("student") ? { student: get("student") } : {}),
    ...(get("teacher") ? { teacher: get("teacher") } : {}),
    ...(correctness.success ? { correctness: correctness.data } : {}),
    ...(get("q") ? { search: get("q") } : {}),
  };
}

function filterDefs({ report, teacher }: EvaluationDetail): FilterDef[] {
  const labels = report.labels.map((label) => ({ value: label, label }));
  const outside = { value: OUTSIDE, label: "outside the label set" };
  return [
    {
      key: "correctness",
      label: "Right",
      options: Correctness.options.map((value) => ({ value, label: correctnessWords[value] })),
    },
    { key: "gold", label: "Gold", options: labels },
    { key: "student", label: "Student", options: [...labels, outside] },
    ...(teacher
      ? [{ key: "teacher", label: "Teacher", options: [...labels, outside, { value: NO_ANSWER, label: "no answer" }] }]
      : []),
    { key: "order", label: "Order", options: Object.entries(orders).map(([value, label]) => ({ value, label })) },
    ...(report.views.answered
      ? [{ key: "view", label: "Rows", options: [{ value: "answered", label: "answered by the teacher" }] }]
      : []),
  ];
}

type RowTableProps = {
  items: readonly EvaluationRowItem[];
  evaluation: EvaluationDetail;
  onOpen: (row: EvaluationRowItem) => void;
};

function RowTable({ items, evaluation, onOpen }: RowTableProps) {
  const byGold = evaluation.report.basis === "gold";
  return (
    <Table label="Judged rows">
      <TableHead>
        <Th numeric>Row</Th>
        <Th>Input</Th>
        {byGold ? (
          <Th>
            <OriginMark origin="gold" />
          </Th>
        ) : null}
        <Th>
          <OriginMark origin="student" />
        </Th>
        <Th numeric>Confidence</Th>
        {evaluation.teacher ? (
          <Th>
            <OriginMark origin="teacher" />
          </Th>
        ) : null}
      </TableHead>
      <tbody>
        {items.map((row) => {
          const reference = byGold ? row.gold : row.teacher;
          return (
            <Tr key={row.position}>
              <Td numeric className="text-muted">
                {formatCount(row.position)}
              </Td>
              <Td className="w-full max-w-0 min-w-64">
                <button
                  type="button"
                  className="block w-full truncate text-left hover:underline"
                  onClick={() => onOpen(row)}
                >
                  {row.input}
                </button>
              </Td>
              {byGold ? (
                <Td>
                  <Label text={row.gold} />
                </Td>
              ) : null}
              <Td>
                <Answer text={row.student} reference={reference} />
              </Td>
              <Td numeric>{formatPercent(row.confidence, 0)}</Td>
              {evaluation.teacher ? (
                <Td>{byGold ? <Answer text={row.teacher} reference={row.gold} /> : <Label text={row.teacher} />}</Td>
              ) : null}
            </Tr>
          );
        })}
      </tbody>
    </Table>
  );
}

function Label({ text }: { text: string | null }) {
  return (
    <span className="block max-w-44 truncate font-mono text-xs">
      {text ?? <span className="text-faint">{missing}</span>}
    </span>
  );
}

/** An answer with a check or a cross where there is something to compare it with. */
function Answer({ text, reference }: { text: string | null; reference: string | null }) {
  const right = text === reference;
  const Mark = right ? Check : X;
  return (
    <span className="flex items-center gap-1.5">
      {reference === null ? null : (
        <>
          <Mark aria-hidden className={right ? "size-3.5 shrink-0 text-good" : "size-3.5 shrink-0 text-bad"} />
          <span className="sr-only">{right ? "right: " : "wrong: "}</span>
        </>
      )}
      {text === null ? <span className="text-xs text-faint">no answer</span> : <Label text={text} />}
    </span>
  );
}

function RowDetail({ row }: { row: EvaluationRowItem }) {
  return (
    <div className="space-y-4 p-4">
      <p className="rounded-md bg-sunken p-3 text-sm break-words whitespace-pre-wrap">{row.input}</p>
      <KeyValue
        items={[
          [<OriginMark key="g" origin="gold" />, <Label key="gl" text={row.gold} />],
          [
            <OriginMark key="s" origin="student" />,
            <Answer key="sa" text={row.student} reference={row.gold ?? row.teacher} />,
          ],
          [
            "Confidence",
            <span key="c" className="tnum">
              {formatPercent(row.confidence)}
            </span>,
          ],
          ["Student's time", formatDuration(row.studentLatencyMs)],
          [<OriginMark key="t" origin="teacher" />, <Answer key="ta" text={row.teacher} reference={row.gold} />],
          ["Teacher's time", formatDuration(row.teacherLatencyMs)],
        ]}
      />
    </div>
  );
}
