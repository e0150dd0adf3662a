"use client";

import { useRouter } from "next/navigation";
import { useMemo, useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { formatCount, formatPercent, plural } from "#lib/format.ts";
import { ChartFrame, type ChartFrameProps } from "./chart-frame.tsx";
import { ConfusedPairs } from "./confused-pairs.tsx";
import { ConfusionGrid } from "./confusion-grid.tsx";
import { type ConfusionCell, confusedPairs, mostConfused, prepareConfusion } from "./prepare-confusion.ts";

type ConfusionMatrixProps = Omit<ChartFrameProps, "table" | "legend" | "actions" | "height"> & {
  cells: readonly ConfusionCell[];
  /** all labels, in the task's order */
  labels: readonly string[];
  /** who answered: "Student" */
  answeredBy: string;
  /** the rows behind a cell */
  hrefFor: (gold: string, predicted: string) => string;
};

/** From this many classes on the most confused come first. */
const manyClasses = 24;
const focusClasses = 16;

/** Gold against answered. Arrow keys move, Enter opens the rows; beside it the pairs most often confused. */
export function ConfusionMatrix({ cells, labels, answeredBy, hrefFor, ...frame }: ConfusionMatrixProps) {
  const router = useRouter();
  const many = labels.length > manyClasses;
  const [all, setAll] = useState(!many);
  const shown = useMemo(() => (all ? [...labels] : mostConfused(cells, labels, focusClasses)), [all, cells, labels]);
  const matrix = useMemo(() => prepareConfusion(cells, shown), [cells, shown]);
  const pairs = useMemo(() => confusedPairs(cells), [cells]);
  const [at, setAt] = useState({ row: 0, col: 0 });
  const row = Math.min(at.row, Math.max(0, shown.length - 1));
  const col = Math.min(at.col, Math.max(0, shown.length - 1));
  const cell = matrix.at(row, col);
  const gold = shown[row] ?? "";
  const predicted = shown[col] ?? "";

  const table = {
    columns: [
      { key: "gold", label: "Gold" },
      { key: "predicted", label: answeredBy },
      { key: "count", label: "Rows", format: formatCount },
    ],
    rows: [...cells].filter((each) => each.count > 0).sort((a, b) => b.count - a.count),
  };

  return (
    <ChartFrame
      {...frame}
      height={340}
      table={table}
      legend={[
        { label: "Right, share of the gold label", color: "var(--good-mark)", shape: "bar" },
        { label: "Confused (off the diagonal)", color: "var(--bad-mark)", shape: "bar" },
      ]}
      actions={
        many ? (
          <Button size="sm" variant="ghost" onClick={() => setAll(!all)}>
            {all ? `Most confused ${focusClasses}` : `All ${labels.length} classes`}
          </Button>
        ) : null
      }
    >
      <div className="grid gap-4 px-2 lg:grid-cols-[minmax(0,40rem)_minmax(16rem,26rem)]">
        <div className="min-w-0 overflow-x-auto">
          <ConfusionGrid
            matrix={matrix}
            row={row}
            col={col}
            answeredBy={answeredBy}
            onMove={(nextRow, nextCol) => setAt({ row: nextRow, col: nextCol })}
            onOpen={(openRow, openCol) => router.push(hrefFor(shown[openRow] ?? "", shown[openCol] ?? ""))}
          />
          <p aria-live="polite" className="sticky left-0 mt-2 min-h-10 text-xs text-muted">
            Gold <b className="font-mono font-medium text-ink">{gold}</b>{" "}
            {gold === predicted ? "answered right" : "answered as "}
            {gold === predicted ? null : <b className="font-mono font-medium text-ink">{predicted}</b>}:{" "}
            {plural(cell.count, "row")}, {formatPercent(cell.share)} of this gold label.{" "}
            {cell.count > 0 ? "Enter or click opens them." : ""}
          </p>
        </div>
        <ConfusedPairs pairs={pairs} hrefFor={hrefFor} />
      </div>
    </ChartFrame>
  );
}
