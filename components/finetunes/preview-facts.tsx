"use client";

import { TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { OriginMark } from "#components/ui/badge.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import type { AppError } from "#lib/core/errors.ts";
import type { FinetunePreview } from "#lib/finetunes/schema.ts";
import { formatBytes, formatCount, formatDuration, plural } from "#lib/format.ts";
import type { LabelSource } from "#lib/jobs/kinds/finetune.ts";
import { shownLabel } from "../students/words.ts";

type PreviewFactsProps = {
  preview: FinetunePreview | undefined;
  error: AppError | null;
  source: LabelSource;
  onRetry: () => void;
};

/** What would be learnt from, counted, before anything starts. */
export function PreviewFacts({ preview, error, source, onRetry }: PreviewFactsProps) {
  if (error) return <ErrorState error={error} onRetry={onRetry} />;
  if (!preview) return <Skeleton className="h-24 w-full" />;
  const without = preview.trainRows - preview.labelledRows;
  return (
    <div className="space-y-2 rounded-md border bg-sunken p-3 text-sm" aria-live="polite">
      <div className="tnum flex flex-wrap items-baseline gap-x-4 gap-y-1">
        <strong className="font-semibold">{plural(preview.labelledRows, "row")} to learn from</strong>
        {source === "both" ? (
          <>
            <OriginMark origin="gold">{formatCount(preview.goldRows)} gold</OriginMark>
            <OriginMark origin="teacher">{formatCount(preview.teacherRows)} teacher</OriginMark>
          </>
        ) : null}
        <span className="text-muted">{plural(preview.labels, "label")}</span>
        <span className="text-muted">{formatCount(preview.holdoutRows)} held out</span>
      </div>
      <p className="tnum text-xs text-muted">
        About {formatDuration(preview.estimate.ms)} on two idle cores and {formatBytes(preview.estimate.memoryBytes)} of
        memory.
        {without > 0
          ? ` ${plural(without, "training row")} without such a label ${without === 1 ? "is" : "are"} left out.`
          : ""}
      </p>
      {preview.problem ? <Note>{preview.problem}</Note> : null}
      {preview.singleRowLabels.length > 0 ? (
        <Note>A single row for {list(preview.singleRowLabels)}: too little to learn the label.</Note>
      ) : null}
      {preview.unseenLabels.length > 0 ? (
        <Note>
          In the hold-out but not among these rows: {list(preview.unseenLabels)}. The student will get those wrong.
        </Note>
      ) : null}
    </div>
  );
}

function Note({ children }: { children: ReactNode }) {
  return (
    <p className="flex items-start gap-1.5 text-xs text-attention">
      <TriangleAlert aria-hidden className="mt-0.5 size-3.5 shrink-0" />
      <span className="min-w-0 break-words">{children}</span>
    </p>
  );
}

const SHOWN = 5;

function list(labels: readonly string[]): string {
  const shown = labels.slice(0, SHOWN).map((label) => `“${shownLabel(label)}”`);
  return shown.join(", ") + (labels.length > SHOWN ? ` and ${labels.length - SHOWN} more` : "");
}
