"use client";

import type { KeyboardEvent, PointerEvent } from "react";
import { formatCount } from "#lib/format.ts";
import type { MatrixCell, PreparedConfusion } from "./prepare-confusion.ts";

type ConfusionGridProps = {
  matrix: PreparedConfusion;
  /** the cell under the cursor */
  row: number;
  col: number;
  answeredBy: string;
  onMove: (row: number, col: number) => void;
  onOpen: (row: number, col: number) => void;
};

/** Units of the drawing, which scales to the width it has. */
const side = 640;
const space = 150;
/** room at the right for the last slanted name */
const overhang = 70;
/** Figures and names are legible up to this many classes. */
const legible = 20;

const steps: Record<string, readonly [number, number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** The drawing: only cells with rows are elements, one cursor moves over all, so that 300 classes stay quick. */
export function ConfusionGrid({ matrix, row, col, answeredBy, onMove, onOpen }: ConfusionGridProps) {
  const count = matrix.labels.length;
  const named = count <= legible;
  const left = named ? space : 24;
  const unit = (side - left - (named ? overhang : 0)) / Math.max(1, count);
  const height = left + unit * count;

  function onKeyDown(event: KeyboardEvent) {
    const step = steps[event.key];
    if (step) {
      event.preventDefault();
      const clamp = (value: number) => Math.min(count - 1, Math.max(0, value));
      onMove(clamp(row + step[0]), clamp(col + step[1]));
    } else if (event.key === "Enter") onOpen(row, col);
  }

  function placeOf(event: PointerEvent<SVGSVGElement>): [number, number] | null {
    const box = event.currentTarget.getBoundingClientRect();
    const scale = side / box.width;
    const x = Math.floor(((event.clientX - box.left) * scale - left) / unit);
    const y = Math.floor(((event.clientY - box.top) * scale - left) / unit);
    return x < 0 || y < 0 || x >= count || y >= count ? null : [y, x];
  }

  return (
    <svg
      role="application"
      aria-label={`Confusion matrix of ${count} classes: rows gold, columns ${answeredBy.toLowerCase()}. Arrow keys move, Enter opens the rows.`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: one stop for all cells; the arrows move inside
      tabIndex={0}
      viewBox={`0 0 ${side} ${height}`}
      className="w-full min-w-144 max-w-160 cursor-pointer rounded-sm select-none"
      onKeyDown={onKeyDown}
      onPointerMove={(event) => {
        const place = placeOf(event);
        if (place && (place[0] !== row || place[1] !== col)) onMove(...place);
      }}
      onPointerUp={(event) => {
        const place = placeOf(event);
        if (place) onOpen(...place);
      }}
    >
      <rect x={left} y={left} width={unit * count} height={unit * count} fill="var(--sunken)" stroke="var(--line)" />
      <text x={left} y={12} fontSize={12} fill="var(--faint)">
        {answeredBy} →
      </text>
      <text x={named ? 4 : 12} y={left - 6} fontSize={12} fill="var(--faint)">
        {named ? "Gold ↓" : "↓"}
      </text>
      {named
        ? matrix.labels.map((label, index) => (
            <g key={label} fontSize={11} fill={index === row || index === col ? "var(--ink)" : "var(--muted)"}>
              <text x={left - 6} y={left + unit * (index + 0.5)} dominantBaseline="middle" textAnchor="end">
                {shorten(label)}
              </text>
              <text transform={`translate(${left + unit * (index + 0.5)} ${left - 6}) rotate(-50)`}>
                {shorten(label)}
              </text>
            </g>
          ))
        : null}
      {matrix.cells.map((cell) => (
        <Cell key={cell.row * count + cell.col} cell={cell} left={left} unit={unit} withFigure={named} />
      ))}
      <rect
        x={left + unit * col}
        y={left + unit * row}
        width={unit}
        height={unit}
        fill="none"
        stroke="var(--ink)"
        strokeWidth={1.5}
      />
    </svg>
  );
}

function shorten(label: string): string {
  return label.length > 20 ? `${label.slice(0, 19)}…` : label;
}

type CellProps = { cell: MatrixCell; left: number; unit: number; withFigure: boolean };

/** Darker is more. A confusion of one row in a hundred must still be seen, hence the root and the floor. */
function Cell({ cell, left, unit, withFigure }: CellProps) {
  const right = cell.row === cell.col;
  const strength = right ? 0.12 + 0.55 * cell.share : 0.2 + 0.6 * Math.sqrt(cell.share);
  const x = left + unit * cell.col;
  const y = left + unit * cell.row;
  return (
    <>
      <rect
        x={x}
        y={y}
        width={unit}
        height={unit}
        fill={right ? "var(--good-mark)" : "var(--bad-mark)"}
        fillOpacity={strength}
      />
      {withFigure ? (
        <text
          x={x + unit / 2}
          y={y + unit / 2}
          fontSize={Math.min(13, unit / 2.4)}
          textAnchor="middle"
          dominantBaseline="middle"
          fill="var(--ink)"
        >
          {formatCount(cell.count)}
        </text>
      ) : null}
    </>
  );
}
