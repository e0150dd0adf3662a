"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import { toast } from "sonner";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Field, Textarea } from "#components/ui/field.tsx";
import { Select } from "#components/ui/select.tsx";
import type { AppError } from "#lib/core/errors.ts";
import { plural } from "#lib/format.ts";
import { useMutate } from "#lib/http/client.tsx";
import { type ReviewDetail, reviewApply } from "#lib/reviews/schema.ts";

/** Makes a dataset version of what is decided. */
export function ApplyDialog({ review, open, onClose }: { review: ReviewDetail; open: boolean; onClose: () => void }) {
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => !next && onClose()}
      title="Make a version of the decisions"
      description="Corrections become the answer in the data, rejected rows go. The version that was reviewed stays as it is."
      size="md"
    >
      {open ? <Form review={review} onClose={onClose} /> : null}
    </Dialog>
  );
}

function Form({ review, onClose }: { review: ReviewDetail; onClose: () => void }) {
  const router = useRouter();
  const newest = review.targets[0]?.id ?? review.datasetVersionId;
  const [target, setTarget] = useState(newest);
  const [reason, setReason] = useState(`Decisions of the review "${review.name}"`.slice(0, 500));
  const [error, setError] = useState<AppError | null>(null);
  const apply = useMutate(reviewApply, {
    onSuccess: ({ name, corrected, removed, changedSince, datasetVersionId }) => {
      toast.success(`${name}: ${plural(corrected, "row")} corrected, ${removed} removed`);
      if (changedSince > 0) toast.warning(`${plural(changedSince, "row")} had changed since and stayed as they are.`);
      onClose();
      router.push(`/projects/${review.projectId}/data/${datasetVersionId}`);
    },
    onError: setError,
  });
  const { items } = review;
  const left = items.open + items.disagreed;
  return (
    <form
      noValidate
      className="space-y-4"
      onSubmit={(event) => {
        event.preventDefault();
        setError(null);
        apply.mutate({ reviewId: review.id, datasetVersionId: target, reason });
      }}
    >
      {review.targets.length > 1 ? (
        <Field label="On top of" hint="Rows that were changed since the review are left as they are.">
          <Select
            value={target}
            onValueChange={setTarget}
            options={review.targets.map(({ id, name }) => ({
              value: id,
              label: name,
              ...(id === review.datasetVersionId ? { hint: "the version that was reviewed" } : {}),
            }))}
          />
        </Field>
      ) : null}
      <Field label="Why" error={error?.detail.fields?.reason ?? null}>
        <Textarea rows={2} maxLength={500} value={reason} onChange={(event) => setReason(event.target.value)} />
      </Field>
      {left > 0 ? (
        <p className="text-sm text-attention">
          {plural(left, "row")} without a decision {left === 1 ? "stays as it is" : "stay as they are"}
          {items.disagreed > 0 ? `, ${items.disagreed} of them because people disagree` : ""}. You can make another
          version later.
        </p>
      ) : null}
      {error ? <ErrorState error={error} /> : null}
      <div className="flex justify-end">
        <Button type="submit" variant="primary" pending={apply.isPending}>
          Make a version of {plural(items.done + items.settled, "decision")}
        </Button>
      </div>
    </form>
  );
}
