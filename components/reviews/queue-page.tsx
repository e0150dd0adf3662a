"use client";

import { CircleCheck } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useViewer } from "#components/shell/viewer.tsx";
import { LinkButton } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { useEndpoint } from "#lib/http/client.tsx";
import { type Review, reviewGet } from "#lib/reviews/schema.ts";
import { AnswerEditor } from "./answer-editor.tsx";
import { CommentField, DecideBar } from "./decide-bar.tsx";
import { type KeyCommand, keyReader } from "./keys.ts";
import { LabelFinder } from "./label-finder.tsx";
import { LabelPad, slotsOf } from "./label-pad.tsx";
import { QueueHeader } from "./queue-header.tsx";
import { QueueHelp } from "./queue-help.tsx";
import { currentOf } from "./queue-state.ts";
import { AnswersCard, InputCard, otherAnswer } from "./row-card.tsx";
import { useQueue } from "./use-queue.ts";

/** The rows that a person is asked to decide, one after the other, by keys or by thumb. */
export function QueuePage({ reviewId }: { reviewId: string }) {
  const review = useEndpoint(reviewGet, { reviewId }, { staleTime: 60_000 });
  if (review.error) return <ErrorState error={review.error} onRetry={() => void review.refetch()} />;
  if (!review.data) return <QueueSkeleton />;
  if (!review.data.mine.assigned) return <NotAsked review={review.data} />;
  return <Queue review={review.data} />;
}

function NotAsked({ review }: { review: Review }) {
  const viewer = useViewer();
  return (
    <Card flush>
      <EmptyState
        title="You are not asked for this review."
        hint={
          viewer.can("review.manage")
            ? "Add yourself to the people who are asked, on the review's page."
            : "Ask an engineer of the team to add you."
        }
        action={
          viewer.can("data.read") ? (
            <LinkButton href={`/projects/${review.projectId}/review/${review.id}`}>Open the review's page</LinkButton>
          ) : (
            <LinkButton href="/reviews">To your reviews</LinkButton>
          )
        }
      />
    </Card>
  );
}

function QueueSkeleton() {
  return (
    <div role="status" aria-label="Loading" className="space-y-4">
      <Skeleton className="h-14" />
      <div className="grid gap-4 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <Skeleton className="h-64" />
        <Skeleton className="h-64" />
      </div>
    </div>
  );
}

/** What is open over the row. */
type Over = { what: "find"; typed: string } | { what: "edit" | "help" } | null;

function Queue({ review }: { review: Review }) {
  const viewer = useViewer();
  const queue = useQueue(review.id, viewer.userId);
  const [over, setOver] = useState<Over>(null);
  const [used, setUsed] = useState<readonly string[]>([]);
  const commentField = useRef<HTMLInputElement>(null);
  const { kind, labels } = review.task;
  const byLabel = kind === "classification";
  const slots = byLabel ? slotsOf(labels, used) : [];
  const entry = currentOf(queue.state);
  const item = entry?.item ?? null;

  function correct(answer: string) {
    setOver(null);
    if (byLabel) setUsed((was) => [...was.slice(-200), answer]);
    queue.act(answer === item?.current ? { action: "accept" } : { action: "correct", answer });
  }
  const edit = () => setOver(byLabel ? { what: "find", typed: "" } : { what: "edit" });
  const next = () => (entry?.done ? queue.go(1) : queue.act({ action: "skip" }));

  function run(command: KeyCommand): void {
    if (command.does === "back") queue.go(-1);
    else if (command.does === "undo") queue.takeBack();
    else if (command.does === "help") setOver({ what: "help" });
    else if (!item) return;
    else if (command.does === "accept") item.current === null ? edit() : queue.act({ action: "accept" });
    else if (command.does === "reject") queue.act({ action: "reject" });
    else if (command.does === "next") next();
    else if (command.does === "comment") commentField.current?.focus();
    else if (command.does === "edit") edit();
    else if (command.does === "find") setOver(byLabel ? { what: "find", typed: command.typed } : { what: "edit" });
    else if (command.does === "pick") {
      const label = slots[command.digit - 1];
      if (label !== undefined) correct(label);
    } else {
      const answer = otherAnswer(item, command.does);
      if (answer !== null) correct(answer);
    }
  }

  const latest = useRef(run);
  latest.current = run;
  useEffect(() => {
    const read = keyReader();
    function onKey(event: KeyboardEvent) {
      const typing =
        event.target instanceof HTMLElement && event.target.matches("input, textarea, select, [role=combobox]");
      if (typing || event.defaultPrevented || document.querySelector("[role=dialog], [role=menu], [role=listbox]"))
        return;
      const command = read(event);
      if (!command) return;
      event.preventDefault();
      // before the shell's own keys, which would open their help
      event.stopPropagation();
      if (!event.repeat) latest.current(command);
    }
    window.addEventListener("keydown", onKey, { capture: true });
    return () => window.removeEventListener("keydown", onKey, { capture: true });
  }, []);

  return (
    <div className="max-lg:pb-32">
      <QueueHeader review={review} queue={queue} onHelp={() => setOver({ what: "help" })} />
      {entry && item ? (
        <>
          <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
            <InputCard entry={entry} />
            <div className="min-w-0 space-y-4">
              <AnswersCard {...entry} />
              {byLabel ? (
                <LabelPad
                  slots={slots}
                  current={item.current}
                  many={labels.length > slots.length}
                  onPick={correct}
                  onFind={edit}
                />
              ) : null}
              <CommentField ref={commentField} value={queue.comment} onChange={queue.setComment} />
            </div>
          </div>
          <DecideBar
            canAccept={item.current !== null}
            canUndo={queue.state.entries.some(({ done }) => done !== null)}
            canGoBack={queue.state.at > 0}
            decided={entry.done !== null}
            run={run}
          />
          <LabelFinder
            labels={labels}
            typed={over?.what === "find" ? over.typed : null}
            current={item.current}
            onPick={correct}
            onClose={() => setOver(null)}
          />
          {byLabel ? null : (
            <AnswerEditor
              open={over?.what === "edit"}
              kind={kind}
              start={item.current ?? ""}
              onSave={correct}
              onClose={() => setOver(null)}
            />
          )}
        </>
      ) : (
        <NoRow queue={queue} reviewers={review.reviewers} />
      )}
      <QueueHelp open={over?.what === "help"} onClose={() => setOver(null)} />
    </div>
  );
}

type NoRowProps = { queue: ReturnType<typeof useQueue>; reviewers: number };

/** Nothing in front: still loading, all done, closed, or with others. */
function NoRow({ queue, reviewers }: NoRowProps) {
  if (queue.error) return <ErrorState error={queue.error} onRetry={queue.reload} />;
  if (queue.open === null) return <QueueSkeleton />;
  const waits = queue.open && (queue.remaining ?? 0) > 0;
  if (waits) return <QueueSkeleton />;
  return (
    <Card flush>
      <EmptyState
        picture={<CircleCheck />}
        title={queue.open ? "Nothing is left for you." : "This review is closed."}
        hint={
          queue.open
            ? `Thank you. ${reviewers > 1 ? "Every row is asked of two people; yours are done." : "Rows that somebody else has open come back here if they leave them."} With u you take your last decision back.`
            : "An engineer has closed it; no further decision is taken."
        }
        action={<LinkButton href="/reviews">To your reviews</LinkButton>}
      />
    </Card>
  );
}
