"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import { toast } from "sonner";
import { useViewer } from "#components/shell/viewer.tsx";
import { Button } from "#components/ui/button.tsx";
import { Checkbox } from "#components/ui/choice.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { Field, Input } from "#components/ui/field.tsx";
import { formatCount, plural } from "#lib/format.ts";
import { generationToVersion } from "#lib/generation/to-version-schema.ts";
import { useMutate } from "#lib/http/client.tsx";
import type { RunDetail } from "#lib/runs/schema.ts";

/** Offers to make a version in which the usable answers of a finished run are the gold answers. */
export function TakeAsGold({ run, teacher }: { run: RunDetail; teacher: string }) {
  const viewer = useViewer();
  const [open, setOpen] = useState(false);
  const ok = run.progress.counts.ok ?? 0;
  const over = run.state === "succeeded" || run.state === "failed" || run.state === "cancelled";
  if (!over || ok === 0) return null;
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 rounded-lg border bg-surface px-4 py-3">
      <p className="text-sm text-muted">
        {plural(ok, "usable answer")} can become the gold answers of a new version of the data.
      </p>
      <Button size="sm" disabledReason={viewer.whyNot("data.write")} onClick={() => setOpen(true)}>
        Take as gold …
      </Button>
      {open ? <TakeDialog run={run} teacher={teacher} ok={ok} onClose={() => setOpen(false)} /> : null}
    </div>
  );
}

type DialogProps = { run: RunDetail; teacher: string; ok: number; onClose: () => void };

function TakeDialog({ run, teacher, ok, onClose }: DialogProps) {
  const router = useRouter();
  const [reason, setReason] = useState(`Answers of ${teacher}`.slice(0, 500));
  const [keepGold, setKeepGold] = useState(true);
  const take = useMutate(generationToVersion, {
    onSuccess: ({ version, runId }) => {
      onClose();
      toast.success(version ? `${version.datasetName} v${version.number} is made.` : "The change is under way.");
      router.push(version ? `/projects/${version.projectId}/data/${version.id}?tab=changes` : `/runs/${runId}`);
    },
  });
  const submit = () => take.mutate({ runId: run.id, reason, onlyWithoutGold: keepGold });
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Take the answers as gold?"
      description="A new version is made; the labelled one and everything made with it stay as they are."
      footer={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button
            variant="primary"
            pending={take.isPending}
            onClick={submit}
            disabledReason={reason.trim() ? null : "Say why first."}
          >
            Take up to {formatCount(ok)} answers
          </Button>
        </>
      }
    >
      <form
        noValidate
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (reason.trim() && !take.isPending) submit();
        }}
      >
        <Field label="Why" required error={take.error ? `${take.error.message} ${take.error.detail.todo ?? ""}` : null}>
          <Input value={reason} maxLength={500} onChange={(event) => setReason(event.target.value)} />
        </Field>
        <Checkbox
          checked={keepGold}
          onCheckedChange={setKeepGold}
          label="Keep gold answers that are there"
          hint="Only rows without one get the teacher's answer."
        />
      </form>
    </Dialog>
  );
}
