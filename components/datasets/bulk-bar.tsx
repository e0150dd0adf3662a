"use client";

import { X } from "lucide-react";
import { useState } from "react";
import { Button, IconButton } from "#components/ui/button.tsx";
import { Combobox } from "#components/ui/combobox.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { Field } from "#components/ui/field.tsx";
import { mostChanges, type RowEdit } from "#lib/datasets/change-schema.ts";
import type { RowFilter } from "#lib/datasets/schema.ts";
import { formatCount, plural } from "#lib/format.ts";
import { ChangeDialog } from "./change-dialog.tsx";
import type { PlannedChange } from "./change-words.ts";
import type { VersionDetail } from "./version-detail.ts";
import { oneLine } from "./visible.ts";

export type Picked = {
  positions: ReadonlySet<number>;
  /** every row of the filter, loaded or not */
  all: boolean;
};

type Action =
  | { kind: "delete" }
  | { kind: "keep" }
  | { kind: "label"; output: string }
  | { kind: "move"; side: "train" | "holdout" };

/** What an action on the picked rows changes: row by row, or by the filter. */
export function changeOf(action: Action, picked: Picked, filter: RowFilter, rows: number | null): PlannedChange {
  if (picked.all) {
    const where = (how: Extract<PlannedChange, { kind: "where" }>["action"]): PlannedChange => ({
      kind: "where",
      filter,
      action: how,
      rows,
    });
    if (action.kind === "label") return where({ kind: "setOutput", output: action.output });
    if (action.kind === "move") return where({ kind: "moveTo", side: action.side });
    return where({ kind: action.kind });
  }
  const positions = [...picked.positions].sort((a, b) => a - b);
  const edit = (position: number): RowEdit => {
    if (action.kind === "label") return { position, output: action.output };
    if (action.kind === "move") return { position, side: action.side };
    return { position, gone: true };
  };
  return { kind: "rows", changes: positions.map(edit) };
}

type Props = {
  version: VersionDetail;
  filter: RowFilter;
  picked: Picked;
  /** rows of the filter where known, and whether that is exact */
  count: { rows: number | null; exact: boolean } | null;
  onPickAll: () => void;
  onClear: () => void;
};

/** How many rows are picked, and what can be done to them; each action says what it will do before it does it. */
export function BulkBar({ version, filter, picked, count, onPickAll, onClear }: Props) {
  const [change, setChange] = useState<PlannedChange | null>(null);
  const [labelling, setLabelling] = useState(false);
  const rows = count?.exact ? count.rows : null;
  const plan = (action: Action) => setChange(changeOf(action, picked, filter, rows));
  const tooMany =
    !picked.all && picked.positions.size > mostChanges && `More than ${formatCount(mostChanges)}: pick all that match.`;
  const words = picked.all
    ? `All ${count?.rows == null ? "" : `${formatCount(count.rows, { approximate: !count.exact })} `}rows that match`
    : `${plural(picked.positions.size, "row")} picked`;
  return (
    <div
      role="toolbar"
      aria-label="Picked rows"
      className="flex flex-wrap items-center gap-2 rounded-lg border bg-accent-soft px-3 py-2 text-sm"
    >
      <span className="tnum font-medium" role="status">
        {words}
      </span>
      {picked.all ? null : (
        <Button size="sm" variant="ghost" onClick={onPickAll}>
          Pick all{count?.rows == null ? "" : ` ${formatCount(count.rows, { approximate: !count.exact })}`} that match
        </Button>
      )}
      <span className="ml-auto flex flex-wrap items-center gap-2">
        <Button size="sm" disabledReason={tooMany} onClick={() => setLabelling(true)}>
          Set gold answer …
        </Button>
        <Button size="sm" disabledReason={tooMany} onClick={() => plan({ kind: "move", side: "train" })}>
          To train
        </Button>
        <Button size="sm" disabledReason={tooMany} onClick={() => plan({ kind: "move", side: "holdout" })}>
          To hold-out
        </Button>
        <Button
          size="sm"
          disabledReason={
            picked.all
              ? Object.keys(filter).length === 0 && "These are all rows already."
              : "Pick all that match first."
          }
          onClick={() => plan({ kind: "keep" })}
        >
          Keep only these
        </Button>
        <Button
          size="sm"
          variant="danger"
          disabledReason={tooMany || (picked.all && Object.keys(filter).length === 0 && "No row would be left.")}
          onClick={() => plan({ kind: "delete" })}
        >
          Delete
        </Button>
        <IconButton size="sm" label="Pick none" onClick={onClear}>
          <X aria-hidden />
        </IconButton>
      </span>
      {labelling ? (
        <LabelDialog
          version={version}
          onClose={() => setLabelling(false)}
          onLabel={(output) => {
            setLabelling(false);
            plan({ kind: "label", output });
          }}
        />
      ) : null}
      {change ? <ChangeDialog version={version} change={change} onClose={() => setChange(null)} /> : null}
    </div>
  );
}

type LabelDialogProps = { version: VersionDetail; onClose: () => void; onLabel: (label: string) => void };

function LabelDialog({ version, onClose, onLabel }: LabelDialogProps) {
  const [label, setLabel] = useState<string | null>(null);
  const options = version.report.labels.map(({ label: value, rows }) => ({
    value,
    label: oneLine(value),
    hint: plural(rows, "row"),
  }));
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Set the gold answer"
      footer={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button
            variant="primary"
            disabledReason={label?.trim() ? null : "Choose one first."}
            onClick={() => label && onLabel(label)}
          >
            Go on
          </Button>
        </>
      }
    >
      <Field label="Gold answer" hint="One of the labels so far, or a new one.">
        <Combobox
          value={label}
          onValueChange={setLabel}
          options={options}
          allowCustom
          searchPlaceholder="Find or type a label …"
        />
      </Field>
    </Dialog>
  );
}
