"use client";

import type { UseQueryResult } from "@tanstack/react-query";
import { Check, Undo2, X } from "lucide-react";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { toast } from "sonner";
import { useViewer } from "#components/shell/viewer.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Kbd } from "#components/ui/kbd.tsx";
import { Progress } from "#components/ui/progress.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { formatCount, formatPercent } from "#lib/format.ts";
import { useEndpoint, useMutate } from "#lib/http/client.tsx";
import type { RunDetail } from "#lib/runs/schema.ts";
import { type ReviewFigures, type SynthesisRow, synthesisDecide, synthesisRows } from "#lib/synthesis/schema.ts";

type LookFirstProps = { run: RunDetail; review: UseQueryResult<ReviewFigures, unknown> };

/** Accept or reject with one key each; what is decided is sent at once and can be taken back. */
export function LookFirst({ run, review }: LookFirstProps) {
  const rows = useEndpoint(
    synthesisRows,
    { runId: run.id, review: true, undecided: true, limit: 200 },
    { staleTime: 0 },
  );
  if (rows.error) return <ErrorState error={rows.error} onRetry={() => void rows.refetch()} />;
  if (!rows.data || !review.data) return <Skeleton className="h-72" />;
  return (
    <Queue
      run={run}
      items={rows.data.items}
      figures={review.data}
      onMore={() => void rows.refetch()}
      onDecided={() => void review.refetch()}
    />
  );
}

type QueueProps = {
  run: RunDetail;
  items: readonly SynthesisRow[];
  figures: ReviewFigures;
  onMore: () => void;
  onDecided: () => void;
};
type Decided = { row: SynthesisRow; decision: "accepted" | "rejected" };

function Queue({ run, items, figures, onMore, onDecided }: QueueProps) {
  const viewer = useViewer();
  const box = useRef<HTMLDivElement>(null);
  const [decided, setDecided] = useState<Decided[]>([]);
  const done = new Set(decided.map(({ row }) => row.seq));
  const waiting = items.filter(({ seq }) => !done.has(seq));
  const [row] = waiting;
  const send = useMutate(synthesisDecide, {
    onError: (error) => void toast.error(error.message),
    onSuccess: onDecided,
  });
  const refused = viewer.whyNot("data.write") ?? (figures.madeVersionId ? "A version was made of these rows." : null);
  const empty = row === undefined;
  useEffect(() => {
    // The page behind the last of 200 rows.
    if (empty && items.length > 0) onMore();
  }, [empty, items.length, onMore]);

  function decide(decision: "accepted" | "rejected"): void {
    if (!row || refused) return;
    setDecided((before) => [...before, { row, decision }]);
    send.mutate({ runId: run.id, decisions: [{ seq: row.seq, decision }] });
  }
  function undo(): void {
    const last = decided.at(-1);
    if (!last || refused) return;
    setDecided((before) => before.slice(0, -1));
    send.mutate({ runId: run.id, decisions: [{ seq: last.row.seq, decision: null }] });
  }
  function onKeyDown(event: KeyboardEvent): void {
    if (event.metaKey || event.ctrlKey || event.altKey) return;
    const act = { a: () => decide("accepted"), r: () => decide("rejected"), u: undo }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }
  const all = figures.accepted + figures.rejected;
  return (
    <Card
      title="Are these as real people would write them, and is the answer right?"
      hint={
        figures.toReview === 0
          ? undefined
          : `${formatCount(Math.min(all, figures.toReview))} of ${formatCount(figures.toReview)} decided.`
      }
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: keys of the buttons inside */}
      <div ref={box} onKeyDown={onKeyDown} className="space-y-4">
        {figures.toReview > 0 ? (
          <Progress label="Decided" value={Math.min(1, all / figures.toReview)} tone="accent" />
        ) : null}
        {row ? (
          <>
            <div className="min-h-32 rounded-lg border p-4" aria-live="polite">
              <p className="whitespace-pre-wrap break-words">
                <bdi>{row.input}</bdi>
              </p>
              <p className="mt-3 flex flex-wrap items-center gap-2 text-sm text-muted">
                {row.output === null ? (
                  "No answer yet"
                ) : (
                  <Badge tone="gold">
                    <bdi>{row.output}</bdi>
                  </Badge>
                )}
                <span>
                  {formatPercent(row.nearest, 0)} like{" "}
                  <bdi className="italic">{row.nearestText.slice(0, 160) || "nothing"}</bdi>
                </span>
              </p>
            </div>
            <div className="flex flex-wrap gap-2">
              <Button
                autoFocus
                variant="primary"
                icon={<Check aria-hidden />}
                disabledReason={refused}
                onClick={() => decide("accepted")}
              >
                Accept <Kbd>a</Kbd>
              </Button>
              <Button icon={<X aria-hidden />} disabledReason={refused} onClick={() => decide("rejected")}>
                Reject <Kbd>r</Kbd>
              </Button>
              <Button
                icon={<Undo2 aria-hidden />}
                disabledReason={refused ?? (decided.length === 0 ? "Nothing to take back." : null)}
                onClick={undo}
              >
                Undo <Kbd>u</Kbd>
              </Button>
            </div>
          </>
        ) : (
          <EmptyState
            title={
              figures.toReview === 0
                ? "No share of these rows was set aside for a first look."
                : "All of them are decided."
            }
            hint={
              figures.toReview === 0 ? "All rows has them." : "Make the version above, or take the last decision back."
            }
            action={
              decided.length > 0 ? (
                <Button size="sm" disabledReason={refused} onClick={undo}>
                  Undo the last
                </Button>
              ) : undefined
            }
          />
        )}
      </div>
    </Card>
  );
}
