"use client";

import { ClipboardPaste, Plus, X } from "lucide-react";
import { type KeyboardEvent, useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { Field, Input, Textarea } from "#components/ui/field.tsx";
import { plural } from "#lib/format.ts";
import { checkLabels, labelKey, splitLabels } from "#lib/tasks/labels.ts";
import { LabelsFromData } from "./labels-from-data.tsx";

type LabelsEditorProps = {
  projectId: string;
  labels: readonly string[];
  onChange: (labels: string[]) => void;
  error: string | undefined;
  readOnly: boolean;
};

/** The allowed answers: typed one by one, pasted as a list, or taken from a dataset. */
export function LabelsEditor({ projectId, labels, onChange, error, readOnly }: LabelsEditorProps) {
  const [typed, setTyped] = useState("");
  const [pasting, setPasting] = useState(false);
  const wrong = new Set(checkLabels(labels).map(({ index }) => index));

  function add(added: readonly string[]) {
    const known = new Set(labels.map(labelKey));
    onChange([...labels, ...added.filter((label) => label !== "" && !known.has(labelKey(label)))]);
  }
  function onKeyDown(event: KeyboardEvent<HTMLInputElement>) {
    if (event.key === "Enter") {
      // Enter adds a label; it must not save the whole form.
      event.preventDefault();
      add([typed.trim()]);
      setTyped("");
    } else if (event.key === "Backspace" && typed === "" && labels.length > 0) onChange(labels.slice(0, -1));
  }

  return (
    <div className="space-y-3">
      {readOnly ? null : (
        <div className="flex flex-wrap items-start gap-x-2 gap-y-3">
          <Field
            label="Labels"
            error={error ?? null}
            hint="Type one and press Enter. Labels that differ only by case or spaces count as one."
            className="w-full sm:w-80"
          >
            <Input
              name="labels"
              value={typed}
              placeholder="card_delivery"
              maxLength={200}
              autoComplete="off"
              onChange={(event) => setTyped(event.target.value)}
              onKeyDown={onKeyDown}
              onPaste={(event) => {
                const parts = splitLabels(event.clipboardData.getData("text"));
                if (parts.length < 2) return;
                event.preventDefault();
                add(parts);
              }}
            />
          </Field>
          <div className="flex flex-wrap gap-2 sm:mt-6">
            <Button
              icon={<Plus aria-hidden />}
              disabled={typed.trim() === ""}
              onClick={() => {
                add([typed.trim()]);
                setTyped("");
              }}
            >
              Add
            </Button>
            <Button icon={<ClipboardPaste aria-hidden />} onClick={() => setPasting(true)}>
              Paste many
            </Button>
            <LabelsFromData projectId={projectId} current={labels} onTake={onChange} />
          </div>
        </div>
      )}
      <LabelChips
        labels={labels}
        wrong={wrong}
        onRemove={readOnly ? null : (index) => onChange(labels.filter((_, at) => at !== index))}
      />
      <p className="flex flex-wrap items-center gap-x-3 text-xs text-muted">
        <span className="tnum" aria-live="polite">
          {labels.length === 0
            ? "No labels yet: they can also come from the data, after the first upload."
            : plural(labels.length, "label")}
        </span>
        {labels.length > 0 && !readOnly ? (
          <Button variant="ghost" size="sm" onClick={() => onChange([])}>
            Remove all
          </Button>
        ) : null}
      </p>
      {pasting ? <PasteDialog onClose={() => setPasting(false)} onAdd={add} /> : null}
    </div>
  );
}

type LabelChipsProps = {
  labels: readonly string[];
  wrong: ReadonlySet<number>;
  onRemove: ((index: number) => void) | null;
};

function LabelChips({ labels, wrong, onRemove }: LabelChipsProps) {
  if (labels.length === 0) return null;
  return (
    <ul aria-label="Labels" className="flex max-h-64 flex-wrap gap-1.5 overflow-y-auto rounded-md border bg-sunken p-2">
      {labels.map((label, index) => (
        <li
          key={label}
          className={`inline-flex h-6 max-w-full items-center gap-0.5 rounded-sm border bg-surface pl-1.5 font-mono text-xs ${wrong.has(index) ? "border-bad text-bad" : ""} ${onRemove ? "" : "pr-1.5"}`}
        >
          <span className="truncate whitespace-pre">{label}</span>
          {onRemove ? (
            <button
              type="button"
              aria-label={`Remove ${label}`}
              onClick={() => onRemove(index)}
              className="grid size-6 place-items-center rounded-sm text-faint hover:text-ink"
            >
              <X aria-hidden className="size-3" />
            </button>
          ) : null}
        </li>
      ))}
    </ul>
  );
}

function PasteDialog({ onClose, onAdd }: { onClose: () => void; onAdd: (labels: string[]) => void }) {
  const [text, setText] = useState("");
  const labels = splitLabels(text);
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Paste labels"
      description="One label a line, or one line with commas, semicolons or tabs between them."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="primary"
            disabled={labels.length === 0}
            onClick={() => {
              onAdd(labels);
              onClose();
            }}
          >
            Add {plural(labels.length, "label")}
          </Button>
        </>
      }
    >
      <Field label="Labels">
        <Textarea rows={10} mono value={text} onChange={(event) => setText(event.target.value)} />
      </Field>
    </Dialog>
  );
}
