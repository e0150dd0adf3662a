"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import { toast } from "sonner";
import { Button } from "#components/ui/button.tsx";
import { RadioCards } from "#components/ui/choice.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Field, Input } from "#components/ui/field.tsx";
import type { DatasetVersion } from "#lib/datasets/schema.ts";
import { plural } from "#lib/format.ts";
import { useMutate } from "#lib/http/client.tsx";
import { checks, type FixAction, fixWords } from "#lib/quality/checks.ts";
import { type CheckSummary, qualityFix } from "#lib/quality/schema.ts";

type FixDialogProps = { version: DatasetVersion; summary: CheckSummary; onClose: () => void };

/** Chooses how findings are put right, and makes the version in which they are. Mount it to open it. */
export function FixDialog({ version, summary, onClose }: FixDialogProps) {
  const router = useRouter();
  const facts = checks[summary.check];
  const [action, setAction] = useState<FixAction>(summary.fixes[0] ?? "drop");
  const [reason, setReason] = useState(facts.title);
  const fix = useMutate(qualityFix, {
    onSuccess: ({ version: made, runId }) => {
      onClose();
      if (!made) {
        toast.success("The change is under way; the new version appears when it is done.");
        router.push(`/runs/${runId}`);
        return;
      }
      const { removed = 0, changed = 0 } = made.changes ?? {};
      toast.success(`v${made.number} is made: ${plural(removed, "row")} removed, ${plural(changed, "row")} changed.`);
      router.push(`/projects/${version.projectId}/data/${made.id}?tab=quality`);
    },
  });
  return (
    <Dialog
      open
      onOpenChange={onClose}
      size="md"
      title={facts.title}
      description={`About ${plural(summary.rows, "row")} of v${version.number}. A new version is made; v${version.number} stays as it is.`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="primary"
            pending={fix.isPending}
            disabledReason={reason.trim() === "" ? "Say why." : null}
            onClick={() => fix.mutate({ datasetVersionId: version.id, check: summary.check, action, reason })}
          >
            Make the version
          </Button>
        </>
      }
    >
      <div className="space-y-4">
        <Field label="What to do" group>
          <RadioCards
            value={action}
            onValueChange={setAction}
            options={summary.fixes.map((value) => ({ value, label: fixWords[value] }))}
          />
        </Field>
        <Field label="Reason" hint="Stands in the history of the dataset.">
          <Input value={reason} maxLength={500} onChange={(event) => setReason(event.target.value)} />
        </Field>
        {fix.error ? <ErrorState error={fix.error} /> : null}
      </div>
    </Dialog>
  );
}
