"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import { toast } from "sonner";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { Field, Input } from "#components/ui/field.tsx";
import { type Changed, type RowEdit, versionChange, versionChangeWhere } from "#lib/datasets/change-schema.ts";
import type { DatasetVersion } from "#lib/datasets/schema.ts";
import { formatCount } from "#lib/format.ts";
import { useMutate } from "#lib/http/client.tsx";
import { effectOf, type PlannedChange, verbOf } from "./change-words.ts";
import { rowsHref } from "./health-strip.tsx";
import { oneLine } from "./visible.ts";

type Props = {
  version: Pick<DatasetVersion, "id" | "projectId" | "number" | "rowCount" | "datasetName">;
  change: PlannedChange;
  /** what the field says at first, such as "Wrong label" */
  reason?: string;
  onClose: () => void;
  /** instead of opening the new version, or the run that makes it */
  onDone?: (made: Changed) => void;
};

const shownEdits = 5;

/** Says what a change will do, asks why, and makes the next version. Mount it to open it. */
export function ChangeDialog({ version, change, reason: suggested = "", onClose, onDone }: Props) {
  const router = useRouter();
  const [reason, setReason] = useState(suggested);
  const done = (made: Changed) => {
    onClose();
    if (onDone) return onDone(made);
    if (made.version) {
      toast.success(`${version.datasetName} v${made.version.number} is made.`);
      router.push(rowsHref(made.version));
    } else {
      toast.success("The change is under way; the new version appears when it is done.");
      router.push(`/runs/${made.runId}`);
    }
  };
  const edit = useMutate(versionChange, { onSuccess: done });
  const where = useMutate(versionChangeWhere, { onSuccess: done });
  const error = edit.error ?? where.error;
  const pending = edit.isPending || where.isPending;
  const submit = () => {
    if (pending || !reason.trim()) return;
    const to = { datasetVersionId: version.id, reason };
    if (change.kind === "rows") edit.mutate({ ...to, changes: [...change.changes] });
    else where.mutate({ ...to, filter: change.filter, action: change.action });
  };
  const verb = verbOf(change);
  const danger = verb.startsWith("Delete") || verb.startsWith("Keep");
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={`${verb} of v${version.number}?`}
      size="md"
      footer={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button
            variant={danger ? "danger" : "primary"}
            pending={pending}
            onClick={submit}
            disabledReason={reason.trim() ? null : "Say why first."}
          >
            {verb} in a new version
          </Button>
        </>
      }
    >
      <form
        noValidate
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Field
          label="Why"
          hint="Kept with the version, for who looks at it next year."
          error={error ? `${error.message} ${error.detail.todo ?? ""}` : null}
          required
        >
          <Input
            value={reason}
            maxLength={500}
            placeholder="Wrong label, found by hand"
            onChange={(event) => setReason(event.target.value)}
          />
        </Field>
        <ul className="list-disc space-y-1 pl-5 text-sm text-muted" aria-label="Effect">
          {effectOf(change, version).map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
        {change.kind === "rows" ? <Edits changes={change.changes} /> : null}
      </form>
    </Dialog>
  );
}

function Edits({ changes }: { changes: readonly RowEdit[] }) {
  const shown = changes.slice(0, shownEdits);
  return (
    <ul className="divide-y rounded-md border text-sm" aria-label="Changes">
      {shown.map((change, index) => (
        <li key={change.position ?? `new-${index}`} className="flex min-w-0 gap-3 px-3 py-1.5">
          <span className="tnum w-20 shrink-0 text-muted">
            {change.position === null ? "new" : `row ${formatCount(change.position)}`}
          </span>
          <span className="min-w-0 truncate">{editWords(change)}</span>
        </li>
      ))}
      {changes.length > shown.length ? (
        <li className="px-3 py-1.5 text-muted">and {formatCount(changes.length - shown.length)} more</li>
      ) : null}
    </ul>
  );
}

function editWords({ gone, input, output, side }: RowEdit) {
  if (gone) return "is taken away";
  return (
    <>
      {input === undefined ? null : (
        <>
          input <bdi>“{oneLine(input.slice(0, 300))}”</bdi>{" "}
        </>
      )}
      {output === undefined ? null : output === null ? (
        "no gold answer "
      ) : (
        <>
          gold answer <bdi>“{oneLine(output.slice(0, 300))}”</bdi>{" "}
        </>
      )}
      {side ? `to the ${side === "holdout" ? "hold-out" : "training side"}` : null}
    </>
  );
}
