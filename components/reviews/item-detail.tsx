"use client";

import { useState } from "react";
import { toast } from "sonner";
import { useViewer } from "#components/shell/viewer.tsx";
import { OriginMark } from "#components/ui/badge.tsx";
import { Button } from "#components/ui/button.tsx";
import { KeyValue } from "#components/ui/key-value.tsx";
import { RelativeTime } from "#components/ui/time.tsx";
import { formatPercent } from "#lib/format.ts";
import { useMutate } from "#lib/http/client.tsx";
import { type ReviewItem, reviewSettle } from "#lib/reviews/queue-schema.ts";
import type { ReviewDetail } from "#lib/reviews/schema.ts";
import { AnswerEditor } from "./answer-editor.tsx";
import { LabelFinder } from "./label-finder.tsx";
import { actionWords, reasonWords } from "./words.ts";

/** One row: what is said about it, who decided what, and the last word. */
export function ItemDetail({ review, item }: { review: ReviewDetail; item: ReviewItem }) {
  const viewer = useViewer();
  return (
    <div className="space-y-4 p-4">
      <p className="max-h-72 overflow-y-auto rounded-md bg-sunken p-3 text-sm break-words whitespace-pre-wrap">
        <bdi>{item.input}</bdi>
      </p>
      <KeyValue
        items={[
          [<OriginMark key="g" origin="gold" />, <bdi key="gt">{item.gold ?? "no answer"}</bdi>],
          item.teacher !== null && [<OriginMark key="t" origin="teacher" />, <bdi key="tt">{item.teacher}</bdi>],
          item.student !== null && [
            <OriginMark key="s" origin="student" />,
            <span key="st">
              <bdi>{item.student}</bdi>
              {item.confidence === null ? "" : `, ${formatPercent(item.confidence, 0)} sure`}
            </span>,
          ],
          ["Why", item.reasons.map((reason) => reasonWords[reason].word).join(", ")],
          item.remark && ["Report", <bdi key="r">{item.remark}</bdi>],
          item.copies > 1 && ["Stands for", `${item.copies} equal rows`],
          item.outcome && [
            "Decided",
            <bdi key="d">{item.outcome === "reject" ? "rejected: the row goes" : item.answer}</bdi>,
          ],
          item.settledBy && ["Settled by", item.settledBy],
        ]}
      />
      {item.turns.length > 0 ? (
        <ul aria-label="Decisions" className="divide-y rounded-md border">
          {item.turns.map((turn) => (
            <li key={turn.userId} className="px-3 py-2 text-sm">
              <span className="font-medium">
                <bdi>{turn.name}</bdi>
              </span>{" "}
              {actionWords[turn.action]}
              {turn.action === "correct" ? (
                <>
                  {" "}
                  to <bdi className="font-mono text-xs">{turn.answer}</bdi>
                </>
              ) : null}
              , <RelativeTime at={turn.decidedAt} />
              {turn.comment ? (
                <p className="mt-1 break-words text-muted">
                  <bdi>{turn.comment}</bdi>
                </p>
              ) : null}
            </li>
          ))}
        </ul>
      ) : (
        <p className="text-sm text-muted">Nobody has decided this row.</p>
      )}
      {viewer.can("review.manage") ? <Settle review={review} item={item} /> : null}
    </div>
  );
}

/** Decides over the heads of those who were asked; mostly where they disagree. */
function Settle({ review, item }: { review: ReviewDetail; item: ReviewItem }) {
  const [choosing, setChoosing] = useState(false);
  const settle = useMutate(reviewSettle, {
    onError: (error) => void toast.error(`${error.message} ${error.detail.todo ?? ""}`),
  });
  const say = (action: "accept" | "correct" | "reject" | "ask", answer: string | null = null) =>
    settle.mutate({ reviewId: review.id, seq: item.seq, action, answer });
  const correct = (answer: string) => {
    setChoosing(false);
    say("correct", answer);
  };
  const { kind, labels } = review.task;
  return (
    <section aria-label="Decide for good" className="space-y-2">
      <h3 className="text-sm font-medium">
        {item.state === "disagreed" ? "They disagree: you decide" : "Decide for good"}
      </h3>
      <div className="flex flex-wrap gap-2">
        <Button disabled={item.current === null} pending={settle.isPending} onClick={() => say("accept")}>
          Keep the answer
        </Button>
        {item.turns
          .filter((turn) => turn.action === "correct" && turn.answer !== null)
          .map((turn) => (
            <Button key={turn.userId} pending={settle.isPending} onClick={() => say("correct", turn.answer)}>
              <bdi className="max-w-48 truncate">{`As ${turn.name} says`}</bdi>
            </Button>
          ))}
        <Button pending={settle.isPending} onClick={() => setChoosing(true)}>
          Another answer
        </Button>
        <Button pending={settle.isPending} onClick={() => say("reject")}>
          Take the row out
        </Button>
        {item.state === "disagreed" ? (
          <Button pending={settle.isPending} onClick={() => say("ask")}>
            Ask a third person
          </Button>
        ) : null}
      </div>
      {kind === "classification" ? (
        <LabelFinder
          labels={labels}
          typed={choosing ? "" : null}
          current={item.current}
          onPick={correct}
          onClose={() => setChoosing(false)}
        />
      ) : (
        <AnswerEditor
          open={choosing}
          kind={kind}
          start={item.current ?? ""}
          onSave={correct}
          onClose={() => setChoosing(false)}
        />
      )}
    </section>
  );
}
