"use client";

import { useMemo, useState } from "react";
import { ChartFrame } from "#components/charts/chart-frame.tsx";
import { Button } from "#components/ui/button.tsx";
import { useUrlState } from "#components/ui/url-state.ts";
import { versionCharts } from "#lib/datasets/rows-schema.ts";
import { formatCount, plural } from "#lib/format.ts";
import { useEndpoint } from "#lib/http/client.tsx";
import { type LengthBar, type LengthUnit, prepareLengths } from "./prepare-lengths.ts";
import type { VersionDetail } from "./version-detail.ts";

const height = 180;
const axis = 20;
const train = "var(--gold-mark)";
const holdout = "var(--accent)";

/** How long the inputs are, in characters or estimated tokens; pressing a bar shows its rows. */
export function LengthChart({ version }: { version: VersionDetail }) {
  const url = useUrlState();
  const [unit, setUnit] = useState<LengthUnit>("characters");
  const query = useEndpoint(versionCharts, { datasetVersionId: version.id }, { staleTime: Number.POSITIVE_INFINITY });
  const bins = unit === "characters" ? query.data?.lengths : query.data?.tokens;
  const { bars, finding } = useMemo(() => prepareLengths(bins ?? [], unit), [bins, unit]);
  const isChosen = (bar: LengthBar) => url.get("min") === String(bar.min) && url.get("max") === String(bar.max);
  const choose = (bar: LengthBar) =>
    url.set(isChosen(bar) ? { min: null, max: null } : { tab: null, min: String(bar.min), max: String(bar.max) });
  return (
    <ChartFrame
      title={query.data ? `Lengths: ${finding}` : "Lengths"}
      hint={
        unit === "tokens"
          ? "Estimated at four characters a token. Press a bar to see its rows."
          : "Press a bar to see its rows."
      }
      unit="rows"
      fileName={`${version.datasetName} v${version.number} lengths`}
      height={height}
      loading={query.isPending && !query.error}
      error={query.data ? null : query.error}
      onRetry={() => void query.refetch()}
      empty="No rows to measure."
      legend={[
        { label: "train", color: train, shape: "bar" },
        { label: "hold-out", color: holdout, shape: "bar" },
      ]}
      actions={
        <Button
          size="sm"
          variant="ghost"
          aria-pressed={unit === "tokens"}
          onClick={() => setUnit(unit === "tokens" ? "characters" : "tokens")}
        >
          {unit === "tokens" ? "Characters" : "Tokens"}
        </Button>
      }
      table={{
        columns: [
          { key: "from", label: `From (${unit})`, format: formatCount },
          { key: "to", label: "Below", format: formatCount },
          { key: "rows", label: "Rows", format: formatCount },
          { key: "holdout", label: "Hold-out", format: formatCount },
        ],
        rows: bars.map((bar) => ({ from: bar.from, to: bar.to, rows: bar.rows, holdout: bar.holdout })),
      }}
    >
      <svg role="application" aria-label="Lengths" width="100%" height={height} className="block text-xs">
        {bars.map((bar, index) => (
          <Column
            key={bar.from}
            bar={bar}
            place={index}
            of={bars.length}
            unit={unit}
            chosen={isChosen(bar)}
            onChoose={() => choose(bar)}
          />
        ))}
      </svg>
    </ChartFrame>
  );
}

type ColumnProps = {
  bar: LengthBar;
  place: number;
  of: number;
  unit: LengthUnit;
  chosen: boolean;
  onChoose: () => void;
};

/** One bin: per cent of the width, so that it fits a phone without measuring. Every second bin has a tick where there are many. */
function Column({ bar, place, of, unit, chosen, onChoose }: ColumnProps) {
  const words = `${formatCount(bar.from)} to ${formatCount(bar.to - 1)} ${unit}: ${plural(bar.rows, "row")}, ${formatCount(bar.holdout)} held out`;
  const room = height - axis - 4;
  // A bin with rows is never invisible.
  const least = bar.rows > 0 ? 2 : 0;
  const high = Math.max(least, bar.trainShare * room);
  const held = bar.holdoutShare * room;
  const x = `${(place / of) * 100 + 10 / of}%`;
  const width = `${80 / of}%`;
  return (
    // biome-ignore lint/a11y/useSemanticElements: SVG has no button
    <g
      role="button"
      tabIndex={0}
      aria-label={words}
      aria-pressed={chosen}
      onClick={onChoose}
      onKeyDown={(event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        onChoose();
      }}
      className="group cursor-pointer focus-visible:outline-none"
    >
      <title>{words}</title>
      <rect
        x={`${(place / of) * 100}%`}
        y={0}
        width={`${100 / of}%`}
        height={height - axis}
        rx="3"
        className={
          chosen ? "fill-accent-soft" : "fill-transparent group-hover:fill-hover group-focus-visible:fill-accent-soft"
        }
      />
      <rect x={x} y={height - axis - high} width={width} height={high} fill={train} />
      <rect x={x} y={height - axis - high - held} width={width} height={held} fill={holdout} />
      {place % Math.ceil(of / 10) === 0 ? (
        <text x={`${(place / of) * 100}%`} y={height - 4} className="tnum fill-muted">
          {bar.tick}
        </text>
      ) : null}
    </g>
  );
}
