"use client";

import { useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { Field, Textarea } from "#components/ui/field.tsx";
import type { RowEdit as Edit } from "#lib/datasets/change-schema.ts";
import type { Row } from "#lib/datasets/schema.ts";
import { ChangeDialog } from "./change-dialog.tsx";
import type { VersionDetail } from "./version-detail.ts";

type Props = { version: VersionDetail; row: Row; onClose: () => void };

/** What differs from the row as it is; null when nothing does or the input is empty. */
export function editOf(row: Pick<Row, "position" | "input" | "output">, input: string, output: string): Edit | null {
  const answer = output.trim() === "" ? null : output;
  const change = {
    ...(input === row.input ? {} : { input }),
    ...(answer === row.output ? {} : { output: answer }),
  };
  return input.trim() === "" || Object.keys(change).length === 0 ? null : { position: row.position, ...change };
}

/** Changes one row by making a new version. */
export function RowEdit({ version, row, onClose }: Props) {
  const [input, setInput] = useState(row.input);
  const [output, setOutput] = useState(row.output ?? "");
  const [asking, setAsking] = useState(false);
  const edit = editOf(row, input, output);
  return (
    <form
      noValidate
      className="space-y-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (edit) setAsking(true);
      }}
    >
      <Field label="Input" error={input.trim() === "" ? "A row needs an input." : null} required>
        <Textarea value={input} rows={8} dir="auto" onChange={(event) => setInput(event.target.value)} />
      </Field>
      <Field label="Gold answer" hint="Empty: no gold answer." optional>
        <Textarea value={output} rows={3} dir="auto" onChange={(event) => setOutput(event.target.value)} />
      </Field>
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Leave it</Button>
        <Button type="submit" variant="primary" disabledReason={edit ? null : "Nothing would change."}>
          Change this row …
        </Button>
      </div>
      {asking && edit ? (
        <ChangeDialog version={version} change={{ kind: "rows", changes: [edit] }} onClose={() => setAsking(false)} />
      ) : null}
    </form>
  );
}
