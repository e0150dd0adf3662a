"use client";

import type { z } from "zod";
import { Card } from "#components/ui/card.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { KeyValue } from "#components/ui/key-value.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { formatCount, formatDuration, plural } from "#lib/format.ts";
import { useEndpoint } from "#lib/http/client.tsx";
import { doubtReasons, type ReviewMix as Mix, reviewPreview } from "#lib/reviews/schema.ts";
import { reasonWords } from "./words.ts";

/** Decisions an hour that a practised person makes by keys. */
const rowsPerHour = 1_000;

type Choice = z.input<typeof reviewPreview.input>;

/** What the queue would hold, before it is made. */
export function MixPreview({ choice }: { choice: Choice }) {
  const preview = useEndpoint(reviewPreview, choice, { keepPrevious: true, staleTime: 30_000 });
  return (
    <Card title="The queue" className="lg:sticky lg:top-16">
      {preview.error ? (
        <ErrorState error={preview.error} onRetry={() => void preview.refetch()} />
      ) : !preview.data ? (
        <Skeleton className="h-40" />
      ) : (
        <div className="space-y-3" aria-live="polite">
          <p>
            <span className="tnum text-xl font-semibold">{plural(preview.data.itemCount, "row")}</span>{" "}
            <span className="text-muted">
              about {formatDuration((preview.data.itemCount / rowsPerHour) * 3_600_000)} at {formatCount(rowsPerHour)}{" "}
              rows an hour
            </span>
          </p>
          <MixFacts mix={preview.data.mix} />
        </div>
      )}
    </Card>
  );
}

/** Rows by reason: in the queue, of those found. */
export function MixFacts({ mix }: { mix: Mix }) {
  return (
    <>
      <KeyValue
        items={doubtReasons.map((reason) => [
          reasonWords[reason].word,
          <span key={reason} className="tnum">
            {formatCount(mix.queued[reason])}
            {mix.found[reason] > mix.queued[reason] ? (
              <span className="text-muted"> of {formatCount(mix.found[reason])} found</span>
            ) : null}
          </span>,
        ])}
      />
      <p className="mt-3 text-sm text-muted">
        The most doubtful come first; a row may have several reasons. Rows with the same input and answer are asked
        once. Random rows are spread evenly.
      </p>
    </>
  );
}
