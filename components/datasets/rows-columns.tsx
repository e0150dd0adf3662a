import { Checkbox } from "#components/ui/choice.tsx";
import type { DataColumn } from "#components/ui/data-table.tsx";
import type { Row } from "#lib/datasets/schema.ts";
import { formatCount } from "#lib/format.ts";
import { SideMark } from "./preview-rows.tsx";
import { originWords } from "./row-history.tsx";
import { oneLine } from "./visible.ts";

type Options = {
  onOpen: (position: number) => void;
  /** null: the viewer may not change rows */
  pick: { isPicked: (position: number) => boolean; onPick: (position: number, on: boolean) => void } | null;
};

/** Columns of the table of rows. */
export function rowColumns({ onOpen, pick }: Options): DataColumn<Row>[] {
  const picking: DataColumn<Row>[] = pick
    ? [
        {
          id: "pick",
          header: "Pick",
          width: 56,
          pinned: true,
          cell: (row) => (
            <Checkbox
              label={`Pick row ${formatCount(row.position)}`}
              hideLabel
              checked={pick.isPicked(row.position)}
              onCheckedChange={(on) => pick.onPick(row.position, on)}
            />
          ),
        },
      ]
    : [];
  return [
    ...picking,
    {
      id: "position",
      header: "Row",
      width: 84,
      numeric: true,
      pinned: true,
      sortKey: "position",
      cell: (row) => <span className="text-muted">{formatCount(row.position)}</span>,
    },
    {
      id: "input",
      header: "Input",
      width: 260,
      pinned: true,
      cell: (row) => (
        <button
          type="button"
          onClick={() => onOpen(row.position)}
          className="block w-full truncate text-left underline-offset-4 hover:underline"
        >
          <bdi>{oneLine(row.input)}</bdi>
        </button>
      ),
    },
    {
      id: "output",
      header: "Gold answer",
      width: 200,
      cell: (row) =>
        row.output === null ? <span className="text-faint">none</span> : <bdi>{oneLine(row.output)}</bdi>,
    },
    { id: "side", header: "Side", width: 100, cell: (row) => <SideMark holdout={row.holdout} /> },
    {
      id: "chars",
      header: "Length",
      width: 96,
      numeric: true,
      sortKey: "length",
      cell: (row) => formatCount(row.chars),
    },
    {
      id: "origin",
      header: "Made",
      width: 150,
      cell: (row) => <span className="text-muted">{originWords(row.origin)}</span>,
    },
  ];
}
