"use client";

import { useViewer } from "#components/shell/viewer.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { Field, Input } from "#components/ui/field.tsx";
import type { AppError } from "#lib/core/errors.ts";
import type { Preview } from "#lib/datasets/preview-schema.ts";
import { formatCount } from "#lib/format.ts";

type StartImportProps = {
  preview: Preview;
  /** null when a version is added to a dataset that has a name */
  name: string | null;
  onName: (name: string) => void;
  versionOf: string | null;
  /** why it cannot start yet */
  blocked: string | null;
  pending: boolean;
  error: AppError | null;
  onStart: () => void;
};

/** The name, and the button that says what happens. */
export function StartImport({ preview, name, onName, versionOf, blocked, pending, error, onStart }: StartImportProps) {
  const viewer = useViewer();
  const nameless = name !== null && name.trim() === "" ? "Give the dataset a name." : null;
  const reason = viewer.whyNot("data.write") ?? blocked ?? nameless;
  const exact = preview.estimatedRows <= preview.sampledRows;
  const rows = formatCount(preview.estimatedRows, { approximate: !exact });
  const nameFault = error?.detail.where === "name" ? error.message : null;
  return (
    <Card>
      <form
        noValidate
        className="flex flex-wrap items-end gap-x-4 gap-y-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (!reason) onStart();
        }}
      >
        {name === null ? null : (
          <Field label="Name of the dataset" error={nameFault} className="w-full sm:w-80">
            <Input value={name} maxLength={120} onChange={(event) => onName(event.target.value)} />
          </Field>
        )}
        <Button type="submit" variant="primary" pending={pending} disabledReason={reason}>
          {`Import ${rows} rows${versionOf ? ` as ${versionOf}` : ""}${preview.twin ? " again" : ""}`}
        </Button>
      </form>
      {error && !nameFault ? (
        <p role="alert" className="mt-3 text-sm text-bad">
          {error.message} {error.detail.todo}
        </p>
      ) : null}
    </Card>
  );
}
