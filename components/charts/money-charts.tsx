"use client";

import dynamic from "next/dynamic";
import { useMemo } from "react";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { formatMoney } from "#lib/format.ts";
import { ChartFrame, type ChartFrameProps } from "./chart-frame.tsx";
import { type CashPoint, prepareCash, prepareWaterfall, type WaterfallStep } from "./prepare-money.ts";

const loading = () => <Skeleton className="h-full" />;
const WaterfallPlot = dynamic(() => import("./money-plots.tsx").then((m) => m.WaterfallPlot), { ssr: false, loading });
const CashPlot = dynamic(() => import("./money-plots.tsx").then((m) => m.CashPlot), { ssr: false, loading });

type WaterfallProps = Omit<ChartFrameProps, "table" | "legend"> & { steps: readonly WaterfallStep[] };

/** From a baseline through its changes to what is left. Money in micro-dollars. */
export function Waterfall({ steps, ...frame }: WaterfallProps) {
  const height = frame.height ?? 280;
  const bars = useMemo(() => prepareWaterfall(steps), [steps]);
  const table = {
    columns: [
      { key: "label", label: "Step" },
      { key: "micros", label: "Amount", format: formatMoney },
      { key: "kind", label: "Kind" },
    ],
    rows: bars.map(({ label, micros, kind }) => ({ label, micros, kind })),
  };
  return (
    <ChartFrame
      {...frame}
      height={height}
      table={table}
      legend={[
        { label: "Total", color: "var(--baseline-mark)", shape: "bar" },
        { label: "Adds (+)", color: "var(--good-mark)", shape: "bar" },
        { label: "Takes (-)", color: "var(--bad-mark)", shape: "bar" },
      ]}
    >
      <div style={{ height }}>
        <WaterfallPlot bars={bars} height={height} title={frame.title} />
      </div>
    </ChartFrame>
  );
}

type CumulativeBandProps = Omit<ChartFrameProps, "table" | "legend"> & {
  points: readonly CashPoint[];
  xLabel: string;
  formatX: (x: number) => string;
};

/** Cumulative money over time with its likely range and the break-even. */
export function CumulativeBand({ points, xLabel, formatX, ...frame }: CumulativeBandProps) {
  const height = frame.height ?? 280;
  const cash = useMemo(() => prepareCash(points), [points]);
  const banded = cash.rows.some((row) => row.band);
  const table = {
    columns: [
      { key: "x", label: xLabel, format: formatX },
      { key: "micros", label: "Expected", format: formatMoney },
      ...(banded
        ? [
            { key: "low", label: "From", format: formatMoney },
            { key: "high", label: "To", format: formatMoney },
          ]
        : []),
    ],
    rows: cash.rows.map(({ x, micros, band }) => ({ x, micros, low: band?.[0], high: band?.[1] })),
  };
  return (
    <ChartFrame
      {...frame}
      height={height}
      table={table}
      legend={[
        { label: "Expected", color: "var(--student-mark)" },
        ...(banded ? [{ label: "Likely range", color: "var(--student-mark)", shape: "band" as const }] : []),
        ...(cash.breakEven === null ? [] : [{ label: breakEvenText(cash, formatX), color: "var(--ink)", dash: "3 3" }]),
      ]}
    >
      <div style={{ height }}>
        <CashPlot {...{ cash, height, xLabel, formatX }} title={frame.title} />
      </div>
    </ChartFrame>
  );
}

function breakEvenText(
  { breakEven, earliest, latest }: ReturnType<typeof prepareCash>,
  formatX: (x: number) => string,
) {
  if (breakEven === null) return "";
  const range =
    earliest === null || earliest === latest
      ? ""
      : ` (${formatX(earliest)} to ${latest === null ? "never" : formatX(latest)})`;
  return `Break-even ${formatX(breakEven)}${range}`;
}
