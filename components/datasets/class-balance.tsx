"use client";

import { useMemo } from "react";
import { ChartFrame } from "#components/charts/chart-frame.tsx";
import { useUrlState } from "#components/ui/url-state.ts";
import { formatCount, plural } from "#lib/format.ts";
import { type BalanceBar, prepareBalance } from "./prepare-balance.ts";
import type { VersionDetail } from "./version-detail.ts";
import { oneLine } from "./visible.ts";

const barHeight = 24;
const boxHeight = 288;
const train = "var(--gold-mark)";
const holdout = "var(--accent)";

/** How the gold answers are spread; pressing a label shows its rows. */
export function ClassBalance({ version }: { version: VersionDetail }) {
  const url = useUrlState();
  const chosen = url.get("label");
  const { labels, manyAnswers } = version.report;
  const pureTestSet = version.holdoutFraction === 1;
  const { bars, finding } = useMemo(() => prepareBalance(labels, pureTestSet), [labels, pureTestSet]);
  if (version.labelledCount === 0 || manyAnswers) return null;
  const choose = (label: string) => url.set({ tab: null, label: chosen === label ? null : label });
  return (
    <ChartFrame
      title={`Class balance: ${finding}`}
      hint="Press a label to see its rows."
      unit="rows"
      fileName={`${version.datasetName} v${version.number} class balance`}
      height={Math.min(boxHeight, bars.length * barHeight)}
      legend={[
        { label: "train", color: train, shape: "bar" },
        { label: "hold-out", color: holdout, shape: "bar" },
      ]}
      table={{
        columns: [
          { key: "label", label: "Label" },
          { key: "rows", label: "Rows", format: formatCount },
          { key: "train", label: "Train", format: formatCount },
          { key: "holdout", label: "Hold-out", format: formatCount },
        ],
        rows: bars.map((bar) => ({ label: bar.label, rows: bar.rows, train: bar.train, holdout: bar.holdout })),
      }}
    >
      <div className="overflow-y-auto" style={{ maxHeight: boxHeight }}>
        <svg
          role="application"
          aria-label="Class balance"
          width="100%"
          height={bars.length * barHeight}
          className="block text-xs"
        >
          {bars.map((bar, index) => (
            <Bar
              key={bar.label}
              bar={bar}
              y={index * barHeight}
              chosen={chosen === bar.label}
              onChoose={() => choose(bar.label)}
            />
          ))}
        </svg>
      </div>
    </ChartFrame>
  );
}

type BarProps = { bar: BalanceBar; y: number; chosen: boolean; onChoose: () => void };

/** Label, stacked bar, count. Per cent of the width, so that it fits a phone without measuring. */
function Bar({ bar, y, chosen, onChoose }: BarProps) {
  const words = `${oneLine(bar.label)}: ${plural(bar.rows, "row")}, ${formatCount(bar.holdout)} held out${bar.untrained ? ", none to train on" : ""}`;
  const from = 36;
  const width = 52;
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
        x="0"
        y={y}
        width="100%"
        height={barHeight}
        rx="4"
        className={
          chosen ? "fill-accent-soft" : "fill-transparent group-hover:fill-hover group-focus-visible:fill-accent-soft"
        }
      />
      <svg x="0" y={y} width={`${from - 1}%`} height={barHeight} aria-hidden>
        <text x="8" y="16" fill="currentColor" className={bar.untrained ? "fill-bad" : "fill-ink"}>
          {oneLine(bar.label).slice(0, 60)}
        </text>
      </svg>
      <rect x={`${from}%`} y={y + 6} width={`${bar.trainShare * width}%`} height={barHeight - 12} fill={train} />
      <rect
        x={`${from + bar.trainShare * width}%`}
        y={y + 6}
        width={`${bar.holdoutShare * width}%`}
        height={barHeight - 12}
        fill={holdout}
      />
      <text x="99%" y={y + 16} textAnchor="end" className="tnum fill-muted">
        {formatCount(bar.rows)}
      </text>
    </g>
  );
}
