"use client";

import { useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { Field, Input } from "#components/ui/field.tsx";
import { Select } from "#components/ui/select.tsx";
import { Table, TableHead, Td, Th, Tr } from "#components/ui/table.tsx";
import type { Preview } from "#lib/datasets/preview-schema.ts";
import { formatPercent } from "#lib/format.ts";
import { oneLine } from "./visible.ts";

type Use = "input" | "gold" | "none";
type Change = { inputs?: string[]; output?: string | null; extraColumns?: string[] };
const uses = [
  { value: "none", label: "Not used" },
  { value: "input", label: "Input" },
  { value: "gold", label: "Gold answer" },
] as const;
const mostInputs = 5;

type ColumnTableProps = {
  preview: Preview;
  inputs: readonly string[];
  output: string | null;
  /** fields named by path that no first row showed */
  extraColumns: readonly string[];
  onChange: (change: Change) => void;
};

/** Every column with values from the file and what it is used for. */
export function ColumnTable({ preview, inputs, output, extraColumns, onChange }: ColumnTableProps) {
  const columns = [...preview.columns, ...extraColumns.map((name) => ({ name, samples: [], filled: 0 }))];
  const roleOf = (name: string): Use => (inputs.includes(name) ? "input" : output === name ? "gold" : "none");

  function choose(name: string, use: Use) {
    const others = inputs.filter((input) => input !== name);
    onChange({
      inputs: use === "input" ? [...others, name].slice(-mostInputs) : others,
      output: use === "gold" ? name : output === name ? null : output,
    });
  }

  return (
    <Card
      flush
      title="Which columns make a row?"
      hint={`${preview.reason}${inputs.length > 1 ? ` ${inputs.length} input columns are joined by an empty line, in this order: ${inputs.join(", ")}.` : ""}`}
    >
      <Table label="Columns" maxHeight="22rem">
        <TableHead>
          <Th className="w-44">Use</Th>
          <Th>Column</Th>
          <Th>Values in the file</Th>
          <Th numeric>Filled</Th>
        </TableHead>
        <tbody>
          {columns.map(({ name, samples, filled }) => (
            <Tr key={name} className={roleOf(name) === "none" ? undefined : "bg-hover/40"}>
              <Td>
                <Select
                  aria-label={`Use of ${name}`}
                  value={roleOf(name)}
                  onValueChange={(use) => choose(name, use)}
                  options={uses}
                />
              </Td>
              <Td mono className="max-w-40 sm:max-w-64">
                <span className="block truncate" title={name}>
                  {oneLine(name)}
                </span>
              </Td>
              <Td className="sm:w-1/2 sm:max-w-0">
                <span className="block w-64 truncate text-muted sm:w-auto">
                  {samples.map(oneLine).join("  ·  ") || "–"}
                </span>
              </Td>
              <Td numeric>{samples.length === 0 ? "–" : formatPercent(filled, 0)}</Td>
            </Tr>
          ))}
        </tbody>
      </Table>
      {preview.delimiter === null ? (
        <AddPath
          known={columns.map(({ name }) => name)}
          onAdd={(path) => onChange({ extraColumns: [...extraColumns, path] })}
        />
      ) : null}
    </Card>
  );
}

/** JSON rows may hold fields that the first rows lack, and texts inside arrays. */
function AddPath({ known, onAdd }: { known: readonly string[]; onAdd: (path: string) => void }) {
  const [path, setPath] = useState("");
  const name = path.trim();
  const reason = name === "" ? "Type the path of a field." : known.includes(name) ? "This column is listed." : null;
  return (
    <form
      noValidate
      className="flex flex-wrap items-end gap-2 border-t p-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (reason) return;
        onAdd(name);
        setPath("");
      }}
    >
      <Field
        label="A field inside, by its path"
        hint="Such as messages.0.content for the first message of a conversation."
      >
        <Input value={path} onChange={(event) => setPath(event.target.value)} className="font-mono" maxLength={500} />
      </Field>
      <Button type="submit" disabledReason={reason}>
        Add column
      </Button>
    </form>
  );
}
