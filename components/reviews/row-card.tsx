import { MessageSquare } from "lucide-react";
import type { ReactNode } from "react";
import { Badge, OriginMark } from "#components/ui/badge.tsx";
import { Kbd } from "#components/ui/kbd.tsx";
import { formatCount, formatPercent, plural } from "#lib/format.ts";
import type { QueueItem } from "#lib/reviews/queue-schema.ts";
import type { Entry } from "./queue-state.ts";
import { actionWords, reasonWords } from "./words.ts";

/** The input, with why it is asked about. */
export function InputCard({ entry }: { entry: Entry }) {
  const { item, done } = entry;
  return (
    <section aria-label="Input" className="min-w-0 rounded-lg border bg-surface">
      <header className="flex flex-wrap items-center gap-2 border-b px-4 py-2 text-sm text-muted">
        <span className="tnum" data-testid="review-row">
          Row {formatCount(item.position)}
        </span>
        {item.reasons.map((reason) => (
          <Badge key={reason} tone={reason === "audit" ? "neutral" : "attention"}>
            {reasonWords[reason].word}
          </Badge>
        ))}
        {item.copies > 1 ? <span>stands for {plural(item.copies, "equal row")}</span> : null}
        {done ? (
          <Badge tone="accent" className="ml-auto">
            {`You ${actionWords[done.action === "undo" ? "skip" : done.action]} this`}
          </Badge>
        ) : null}
      </header>
      <p
        aria-live="polite"
        className="max-h-[42dvh] min-h-24 overflow-y-auto p-4 text-lg leading-7 break-words whitespace-pre-wrap"
      >
        <bdi>{item.input}</bdi>
        {item.cut ? <span className="text-sm text-faint"> … cut here: the text is longer</span> : null}
      </p>
      {item.reasons.length > 0 ? (
        <ul className="border-t px-4 py-2 text-sm text-muted">
          {item.reasons.map((reason) => (
            <li key={reason}>
              {reasonWords[reason].says} {reason === "noise" && item.remark ? <bdi>({item.remark})</bdi> : null}
            </li>
          ))}
        </ul>
      ) : null}
    </section>
  );
}

/** The answer in question, and what teacher and student say. */
export function AnswersCard({ item, done }: Entry) {
  const correctedTo = done?.action === "correct" ? done.answer : null;
  return (
    <section aria-label="Answers" className="min-w-0 space-y-3 rounded-lg border bg-surface p-4">
      <Answer
        mark={
          item.gold === null ? (
            <OriginMark origin="teacher">Answer in question</OriginMark>
          ) : (
            <OriginMark origin="gold">Answer in question</OriginMark>
          )
        }
        text={correctedTo ?? item.current}
        large
      />
      {correctedTo === null ? null : (
        <p className="text-sm text-muted">
          was <bdi>{item.current ?? "no answer"}</bdi>
        </p>
      )}
      {item.teacher !== null && item.gold !== null ? (
        <Answer
          mark={<OriginMark origin="teacher" />}
          text={item.teacher}
          hotkey="t"
          same={item.teacher === item.current}
        />
      ) : null}
      {item.student === null ? null : (
        <Answer
          mark={<OriginMark origin="student" />}
          text={item.student}
          hotkey="s"
          same={item.student === item.current}
          aside={item.confidence === null ? null : `${formatPercent(item.confidence, 0)} sure`}
        />
      )}
      {item.suggested === null ? null : (
        <Answer mark="Quality report" text={item.suggested} hotkey="m" same={item.suggested === item.current} />
      )}
      {done?.comment ? (
        <p className="flex gap-2 text-sm text-muted">
          <MessageSquare aria-hidden className="mt-0.5 size-4 shrink-0" />
          <bdi className="min-w-0 break-words">{done.comment}</bdi>
        </p>
      ) : null}
    </section>
  );
}

type AnswerProps = {
  mark: ReactNode;
  text: string | null;
  large?: boolean;
  hotkey?: string;
  /** equal to the answer in question */
  same?: boolean;
  aside?: ReactNode;
};

function Answer({ mark, text, large = false, hotkey, same = false, aside }: AnswerProps) {
  return (
    <div className="min-w-0">
      <div className="flex items-center justify-between gap-2 text-xs text-muted">
        <span className="flex items-center gap-2">
          {mark}
          {same ? "says the same" : aside}
        </span>
        {hotkey && !same ? (
          <span className="max-lg:hidden">
            <Kbd>{hotkey}</Kbd>
          </span>
        ) : null}
      </div>
      <p
        className={`mt-0.5 max-h-60 overflow-y-auto break-words whitespace-pre-wrap ${large ? "text-lg font-semibold" : ""}`}
      >
        {text === null ? <span className="text-faint">no answer</span> : <bdi>{text}</bdi>}
      </p>
    </div>
  );
}

/** The answer that a key takes, or null where there is none that differs. */
export function otherAnswer(item: QueueItem, from: "teacher" | "student" | "suggested"): string | null {
  const answer = item[from];
  return answer === null || answer === item.current ? null : answer;
}
