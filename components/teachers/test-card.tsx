"use client";

import { CircleCheck, CircleX, PlugZap } from "lucide-react";
import { useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Field, Input } from "#components/ui/field.tsx";
import { KeyValue } from "#components/ui/key-value.tsx";
import { RelativeTime } from "#components/ui/time.tsx";
import { formatCount, formatDuration, formatMoney } from "#lib/format.ts";
import { useMutate } from "#lib/http/client.tsx";
import { type Teacher, teacherTest } from "#lib/teachers/schema.ts";

/** One real call, with what came back: answer, latency, tokens, and what exactly is wrong. */
export function TestCard({ teacher, disabledReason }: { teacher: Teacher; disabledReason: string | null }) {
  const [text, setText] = useState("Answer with the single word: ready");
  const test = useMutate(teacherTest, { invalidates: ["teacher.get", "teacher.list"] });
  const last = test.data ?? teacher.lastTest;
  const cost =
    last?.inputTokens != null && last.outputTokens != null
      ? (last.inputTokens * teacher.inputPriceMicrosPerMtok + last.outputTokens * teacher.outputPriceMicrosPerMtok) /
        1e6
      : null;
  return (
    <Card title="Test" hint="One real call to the endpoint. It is billed like any other.">
      <form
        noValidate
        className="space-y-3"
        onSubmit={(event) => {
          event.preventDefault();
          test.mutate({ teacherId: teacher.id, text });
        }}
      >
        <Field label="Message">
          <Input value={text} onChange={(event) => setText(event.target.value)} maxLength={2000} />
        </Field>
        <Button
          type="submit"
          icon={<PlugZap aria-hidden />}
          pending={test.isPending}
          disabledReason={disabledReason ?? (text.trim() === "" ? "Type a message first." : null)}
        >
          Test
        </Button>
      </form>
      <div className="mt-4 min-h-36" aria-live="polite">
        {test.error ? (
          <ErrorState error={test.error} />
        ) : last ? (
          <div className="space-y-3">
            <p className={`flex items-start gap-2 ${last.ok ? "text-good" : "text-bad"}`}>
              {last.ok ? (
                <CircleCheck aria-hidden className="mt-0.5 size-4 shrink-0" />
              ) : (
                <CircleX aria-hidden className="mt-0.5 size-4 shrink-0" />
              )}
              <span className="min-w-0 break-words">{last.message}</span>
            </p>
            <KeyValue
              items={[
                last.answer !== null && [
                  "Answer",
                  <span key="a" className="font-mono text-xs whitespace-pre-wrap">
                    {last.answer || "(empty)"}
                  </span>,
                ],
                ["Latency", formatDuration(last.latencyMs)],
                last.inputTokens !== null && [
                  "Tokens",
                  `${formatCount(last.inputTokens)} in, ${formatCount(last.outputTokens)} out${last.estimated ? " (our estimate: the endpoint reports none)" : ""}`,
                ],
                cost !== null && ["Cost", formatMoney(cost)],
                ["When", <RelativeTime key="t" at={last.at} />],
              ]}
            />
          </div>
        ) : (
          <p className="text-sm text-muted">Not tested yet.</p>
        )}
      </div>
    </Card>
  );
}
