"use client";

import clsx from "clsx";
import { CircleAlert, CircleCheck, CircleDashed, CircleMinus, Info, OctagonX } from "lucide-react";
import type { ReactNode } from "react";
import { Card } from "#components/ui/card.tsx";
import { useUrlState } from "#components/ui/url-state.ts";
import { formatCount, formatPercent } from "#lib/format.ts";
import { checks } from "#lib/quality/checks.ts";
import type { CheckSummary, QualityReport } from "#lib/quality/schema.ts";
import { orderChecks } from "./words.ts";

const levelMarks: Record<CheckSummary["level"], { word: string; tone: string; mark: ReactNode }> = {
  block: { word: "Blocks", tone: "text-bad", mark: <OctagonX aria-hidden className="size-4" /> },
  warn: { word: "Warning", tone: "text-attention", mark: <CircleAlert aria-hidden className="size-4" /> },
  info: { word: "For your information", tone: "text-running", mark: <Info aria-hidden className="size-4" /> },
  off: { word: "Off", tone: "text-faint", mark: <CircleMinus aria-hidden className="size-4" /> },
};
const restMarks: Record<CheckSummary["status"], { mark: ReactNode }> = {
  clean: { mark: <CircleCheck aria-hidden className="size-4 text-good" /> },
  allowed: { mark: <CircleCheck aria-hidden className="size-4 text-good" /> },
  skipped: { mark: <CircleDashed aria-hidden className="size-4 text-faint" /> },
  off: { mark: <CircleMinus aria-hidden className="size-4 text-faint" /> },
  found: { mark: null },
};

/** Every check with its finding in a sentence; one with rows opens them. */
export function CheckList({ report, opened }: { report: QualityReport; opened: string | null }) {
  const { found, rest } = orderChecks(report.checks);
  return (
    <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
      <Card flush title={found.length === 0 ? "Nothing was found" : "What was found"}>
        {found.length === 0 ? (
          <p className="px-4 pb-4 text-sm text-muted">
            All checks of the policy passed on {formatCount(report.rowCount)} rows.
          </p>
        ) : (
          <ul className="divide-y">
            {found.map((summary) => (
              <FoundCheck key={summary.check} summary={summary} opened={opened === summary.check} />
            ))}
          </ul>
        )}
      </Card>
      <OtherChecks rest={rest} />
    </div>
  );
}

/** What was not found in short, what was not looked at with its reason. */
function OtherChecks({ rest }: { rest: readonly CheckSummary[] }) {
  const clean = rest.filter(({ status }) => status === "clean" || status === "allowed");
  const others = rest.filter(({ status }) => status !== "clean" && status !== "allowed");
  return (
    <Card flush title="The other checks">
      <ul className="divide-y text-sm">
        {clean.length > 0 ? (
          <li className="flex items-start gap-2 px-4 py-2.5">
            <span className="mt-0.5 shrink-0">{restMarks.clean.mark}</span>
            <span className="min-w-0">
              Nothing found
              <span className="block text-muted">
                {clean
                  .map(
                    ({ check, status }) =>
                      `${checks[check].title}${status === "allowed" ? " (within what is allowed)" : ""}`,
                  )
                  .join(" · ")}
              </span>
            </span>
          </li>
        ) : null}
        {others.map((summary) => (
          <li key={summary.check} className="flex items-start gap-2 px-4 py-2.5">
            <span className="mt-0.5 shrink-0">{restMarks[summary.status].mark}</span>
            <span className="min-w-0">
              {checks[summary.check].title}
              <span className="block text-muted">
                {summary.status === "off" ? "Switched off in the policy" : summary.sentence}
              </span>
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function FoundCheck({ summary, opened }: { summary: CheckSummary; opened: boolean }) {
  const url = useUrlState();
  const { word, tone, mark } = levelMarks[summary.level];
  const facts = checks[summary.check];
  const openable = summary.kept > 0;
  const body = (
    <>
      <span className={clsx("mt-0.5 shrink-0", tone)} title={word}>
        {mark}
        <span className="sr-only">{word}</span>
      </span>
      <span className="min-w-0 flex-1">
        <span className="font-medium">{facts.title}</span>
        <span className="block text-sm text-muted">{summary.sentence}</span>
      </span>
      {summary.rows > 0 ? (
        <span className="shrink-0 text-right">
          <span className="tnum font-semibold">{formatCount(summary.rows)}</span>
          <span className="block text-xs text-muted">
            {summary.rows === 1 ? "row" : "rows"}, {formatPercent(summary.share)}
          </span>
        </span>
      ) : null}
    </>
  );
  return (
    <li>
      {openable ? (
        <button
          type="button"
          aria-expanded={opened}
          onClick={() => url.set({ check: opened ? null : summary.check })}
          className={clsx(
            "flex w-full items-start gap-3 px-4 py-3 text-left hover:bg-hover/60",
            opened && "bg-accent-soft",
          )}
        >
          {body}
        </button>
      ) : (
        <div className="flex items-start gap-3 px-4 py-3">{body}</div>
      )}
    </li>
  );
}
