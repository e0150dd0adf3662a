"use client";

import { Play } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import { useViewer } from "#components/shell/viewer.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { Field, NumberInput } from "#components/ui/field.tsx";
import { Stat } from "#components/ui/stat.tsx";
import { exactMoney, formatCount, formatDuration, formatMoney, formatTokens, plural } from "#lib/format.ts";
import { generationUpdate } from "#lib/generation/schema.ts";
import { useMutate } from "#lib/http/client.tsx";
import type { PayloadOf } from "#lib/jobs/catalog.ts";
import { type RunDetail, runResume } from "#lib/runs/schema.ts";
import { bandWords, confirmWords, estimateOf } from "./words.ts";

const titles = {
  confirm: "The smoke test is done: go on?",
  budget: "The cap is reached",
  funds: "The teacher's account has no funds left",
  user: "Paused",
  held: "Some rows wait for you",
  space: "A disk is full",
} as const;

type WaitCardProps = {
  run: RunDetail;
  payload: Pick<PayloadOf<"generation">, "capMicros" | "concurrency">;
  /** what is asked one by one */
  noun?: "row" | "request";
};

/** What a paused run waits for, and the button that lets it go on. */
export function WaitCard({ run, payload, noun = "row" }: WaitCardProps) {
  const viewer = useViewer();
  const [dollars, setDollars] = useState<number | null>(
    payload.capMicros === null ? null : payload.capMicros / 1_000_000,
  );
  const onError = (error: Error) => void toast.error(error.message);
  const invalidates = ["run.get", "run.list", "project.get"];
  const resume = useMutate(runResume, { onError, invalidates });
  const update = useMutate(generationUpdate, { onError, onSuccess: () => resume.mutate({ runId: run.id }) });
  const reason = run.pauseReason ?? "user";
  const estimate = estimateOf(run);
  const left = (run.progress.total ?? 0) - run.progress.done;
  const cap = dollars === null ? null : Math.round(dollars * 1_000_000);
  const spentUp = reason === "budget" && cap !== null && cap <= run.costMicros;

  function goOn(): void {
    if (cap === payload.capMicros) resume.mutate({ runId: run.id });
    else update.mutate({ runId: run.id, capMicros: cap });
  }
  return (
    <Card title={titles[reason]} className="border-attention-mark">
      {reason === "confirm" && estimate ? (
        <div className="mb-4 grid grid-cols-2 gap-4 sm:grid-cols-4">
          <Stat
            label="The rest costs, about"
            value={formatMoney(estimate.costMicros.mid)}
            interval={`${bandWords(estimate.costMicros)}, 95 %`}
            exact={exactMoney(estimate.costMicros.mid)}
            hint={`from ${formatCount(estimate.basedOn)} real answers`}
          />
          <Stat label={noun === "row" ? "Rows left" : "Requests left"} value={formatCount(estimate.rows)} />
          <Stat
            label="Tokens, about"
            value={formatTokens(estimate.inputTokens.mid + estimate.outputTokens.mid)}
            hint={`${formatTokens(estimate.inputTokens.mid)} in, ${formatTokens(estimate.outputTokens.mid)} out`}
          />
          <Stat
            label="Takes at least"
            value={formatDuration(estimate.durationMs)}
            hint={`with ${payload.concurrency} requests in flight`}
          />
        </div>
      ) : null}
      <div className="flex flex-wrap items-end gap-3">
        <Field
          label="Spend at most"
          className="w-40"
          error={spentUp ? `${formatMoney(run.costMicros)} is spent already.` : null}
        >
          <NumberInput prefix="$" min={0} step="any" value={dollars} onValueChange={setDollars} placeholder="no cap" />
        </Field>
        <Button
          variant="primary"
          icon={<Play aria-hidden />}
          pending={resume.isPending || update.isPending}
          disabledReason={viewer.whyNot("run.write") ?? (spentUp ? "Raise the cap first." : null)}
          onClick={goOn}
        >
          {reason === "confirm" ? confirmWords(estimate, left, noun) : `Go on with ${plural(left, noun)}`}
        </Button>
      </div>
      {reason === "confirm" ? (
        <p className="mt-3 text-sm text-muted">
          {noun === "row"
            ? "Read the answers below first: they are real, kept, and not paid for twice."
            : "What it wrote so far is kept and not paid for twice."}
        </p>
      ) : null}
    </Card>
  );
}
