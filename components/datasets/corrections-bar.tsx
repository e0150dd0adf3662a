"use client";

import { Upload } from "lucide-react";
import { useRouter } from "next/navigation";
import { type ChangeEvent, useRef, useState } from "react";
import { toast } from "sonner";
import { useViewer } from "#components/shell/viewer.tsx";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Field, Input, Textarea } from "#components/ui/field.tsx";
import { versionCorrect } from "#lib/datasets/corrections-schema.ts";
import type { RejectedRow } from "#lib/datasets/schema.ts";
import { plural } from "#lib/format.ts";
import { useMutate } from "#lib/http/client.tsx";
import { type Correction, readCorrectedCsv } from "./corrected-csv.ts";
import type { VersionDetail } from "./version-detail.ts";

type CorrectionsBarProps = {
  version: VersionDetail;
  corrections: readonly Correction[];
  onChange: (corrections: Correction[]) => void;
};

/** Corrected lines that wait to become rows, by hand or from the downloaded CSV. */
export function CorrectionsBar({ version, corrections, onChange }: CorrectionsBarProps) {
  const router = useRouter();
  const viewer = useViewer();
  const file = useRef<HTMLInputElement>(null);
  const [reason, setReason] = useState("Rejected lines corrected");
  const send = useMutate(versionCorrect, {
    onSuccess: ({ datasetVersionId, number, added }) => {
      toast.success(`v${number} has ${plural(added, "more row")}.`);
      router.push(`/projects/${version.projectId}/data/${datasetVersionId}`);
    },
  });
  async function onFile(event: ChangeEvent<HTMLInputElement>): Promise<void> {
    const chosen = event.target.files?.[0];
    event.target.value = "";
    if (!chosen) return;
    try {
      onChange(readCorrectedCsv(await chosen.text()));
    } catch (error) {
      toast.error(error instanceof Error ? error.message : "The file cannot be read.");
    }
  }
  return (
    <div className="space-y-3 border-t p-4">
      <div className="flex flex-wrap items-end gap-3">
        {corrections.length > 0 ? (
          <>
            <Field label="Reason" className="min-w-56 flex-1">
              <Input value={reason} maxLength={500} onChange={(event) => setReason(event.target.value)} />
            </Field>
            <Button onClick={() => onChange([])}>Discard</Button>
            <Button
              variant="primary"
              pending={send.isPending}
              disabledReason={viewer.whyNot("data.write") ?? (reason.trim() === "" ? "Say why." : null)}
              onClick={() => send.mutate({ datasetVersionId: version.id, reason, lines: [...corrections] })}
            >
              Add {plural(corrections.length, "corrected line")} in a new version
            </Button>
          </>
        ) : (
          <p className="flex-1 text-sm text-muted">
            Correct a line here, or download all of them, correct the column "text", and bring the file back.
          </p>
        )}
        <input
          ref={file}
          type="file"
          accept=".csv,text/csv"
          className="sr-only"
          tabIndex={-1}
          aria-label="Corrected CSV"
          onChange={(event) => void onFile(event)}
        />
        <Button
          size={corrections.length > 0 ? "md" : "sm"}
          icon={<Upload aria-hidden />}
          disabledReason={viewer.whyNot("data.write")}
          onClick={() => file.current?.click()}
        >
          Corrected CSV …
        </Button>
      </div>
      {send.error ? <ErrorState error={send.error} /> : null}
    </div>
  );
}

type CorrectDialogProps = { row: RejectedRow; text: string; onKeep: (text: string) => void; onClose: () => void };

/** One line with its reason, to be put right. Mount it to open it. */
export function CorrectDialog({ row, text: before, onKeep, onClose }: CorrectDialogProps) {
  const [text, setText] = useState(before);
  const cut = row.text.length >= 2_000;
  return (
    <Dialog
      open
      onOpenChange={onClose}
      size="lg"
      title={`Line ${row.line}`}
      description={row.reason}
      footer={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button
            variant="primary"
            disabledReason={text === row.text ? "Change the text first." : null}
            onClick={() => {
              onKeep(text);
              onClose();
            }}
          >
            Keep this text
          </Button>
        </>
      }
    >
      <Field
        label="Text"
        hint={cut ? "Only the first 2,000 characters were kept: put the rest back." : "As it should stand in the file."}
      >
        <Textarea mono rows={10} value={text} onChange={(event) => setText(event.target.value)} />
      </Field>
    </Dialog>
  );
}
