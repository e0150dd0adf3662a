"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import { toast } from "sonner";
import { useViewer } from "#components/shell/viewer.tsx";
import { Button, LinkButton } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { Checkbox } from "#components/ui/choice.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Field, Input } from "#components/ui/field.tsx";
import { formatCount, formatPercent, plural } from "#lib/format.ts";
import { useMutate } from "#lib/http/client.tsx";
import type { RunDetail } from "#lib/runs/schema.ts";
import { type ReviewFigures, synthesisToVersion } from "#lib/synthesis/schema.ts";

type MakeVersionProps = { run: RunDetail; kept: number; review: ReviewFigures | undefined };

/** What the first look says about the rows, and the step to a version with them. */
export function MakeVersion({ run, kept, review }: MakeVersionProps) {
  const router = useRouter();
  const viewer = useViewer();
  const [reason, setReason] = useState("New rows for what the data lacked");
  const [without, setWithout] = useState(false);
  const make = useMutate(synthesisToVersion, {
    onSuccess: ({ datasetVersionId, number, added }) => {
      toast.success(`v${number} has ${plural(added, "new row")}.`);
      router.push(`/projects/${run.projectId}/data/${datasetVersionId}`);
    },
  });
  if (review?.madeVersionId) {
    return (
      <Card title="A version was made of these rows">
        <LinkButton href={`/projects/${run.projectId}/data/${review.madeVersionId}`}>Open it</LinkButton>
      </Card>
    );
  }
  const open = review ? review.toReview - Math.min(review.toReview, review.accepted + review.rejected) : 0;
  const rate = review?.rate;
  const rows = kept - (review?.rejected ?? 0);
  return (
    <Card title="Take them into the data?">
      <p className="text-sm text-muted">
        {rate
          ? `${formatPercent(rate.value, 0)} of the rows looked at were accepted (${formatPercent(rate.low, 0)} to ${formatPercent(rate.high, 0)}, 95 %); the same is to be expected of the others.`
          : "Nobody has looked at them yet."}{" "}
        They join the training side; rows without an answer can be labelled by the teacher afterwards.
      </p>
      <form
        className="mt-3 flex flex-wrap items-end gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          make.mutate({ runId: run.id, reason, withoutReview: without });
        }}
      >
        <Field label="Reason" className="min-w-56 flex-1">
          <Input value={reason} maxLength={500} onChange={(event) => setReason(event.target.value)} />
        </Field>
        <Button
          type="submit"
          variant="primary"
          pending={make.isPending}
          disabledReason={
            viewer.whyNot("data.write") ??
            (reason.trim() === ""
              ? "Say why."
              : open > 0 && !without
                ? `${formatCount(open)} rows wait for a first look.`
                : null)
          }
        >
          Make a version with {plural(rows, "row")}
        </Button>
      </form>
      {open > 0 ? (
        <div className="mt-3">
          <Checkbox
            checked={without}
            onCheckedChange={setWithout}
            label={`Without looking at the ${formatCount(open)} left`}
          />
        </div>
      ) : null}
      {make.error ? <ErrorState error={make.error} /> : null}
    </Card>
  );
}
