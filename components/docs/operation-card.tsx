"use client";

import clsx from "clsx";
import { ChevronRight } from "lucide-react";
import { useState } from "react";
import { CodeBlock } from "#components/ui/code-block.tsx";
import { Table, TableHead, Td, Th, Tr } from "#components/ui/table.tsx";
import type { Field, Operation } from "./reference.ts";

const methodTones: Record<string, string> = {
  GET: "text-running",
  POST: "text-good",
  PUT: "text-attention",
  PATCH: "text-attention",
  DELETE: "text-bad",
};

/** One operation: a line that opens to its fields, a curl command and the shape of its answer. */
export function OperationCard({ operation }: { operation: Operation }) {
  // The insides of ninety operations are only made once they are looked at.
  const [opened, setOpened] = useState(false);
  return (
    <details
      id={operation.id}
      className="group scroll-mt-16"
      onToggle={(event) => event.currentTarget.open && setOpened(true)}
    >
      <summary className="grid cursor-pointer list-none grid-cols-[auto_3rem_minmax(0,1fr)] items-baseline gap-x-3 gap-y-0.5 px-3 py-2 hover:bg-hover/60 xl:grid-cols-[auto_3rem_minmax(0,27rem)_minmax(0,1fr)]">
        <ChevronRight
          aria-hidden
          className="size-3.5 self-center text-faint transition-transform group-open:rotate-90"
        />
        <span className={clsx("font-mono text-xs font-semibold", methodTones[operation.method])}>
          {operation.method}
        </span>
        <span className="min-w-0 font-mono text-xs break-all">{operation.path}</span>
        <span className="col-start-3 text-sm text-muted xl:col-start-auto">
          {operation.summary.replaceAll("`", "")}
        </span>
      </summary>
      {opened ? <Insides operation={operation} /> : null}
    </details>
  );
}

function Insides({ operation }: { operation: Operation }) {
  return (
    <div className="space-y-4 border-t bg-canvas/50 p-4">
      <p className="text-sm text-muted">
        {operation.access.replaceAll("`", "")} Audit action and operation id:{" "}
        <code className="font-mono text-xs">{operation.id}</code>.
      </p>
      {operation.fields.length > 0 ? <FieldTable fields={operation.fields} /> : null}
      <div className="grid gap-4 xl:grid-cols-2">
        <CodeBlock caption="Request" code={operation.curl} wrap />
        {operation.answer ? (
          <CodeBlock caption="Shape of the answer" code={operation.answer} maxHeight="20rem" />
        ) : (
          <p className="text-sm text-muted">Answers with a file.</p>
        )}
      </div>
    </div>
  );
}

function FieldTable({ fields }: { fields: readonly Field[] }) {
  return (
    <div className="rounded-lg border bg-surface">
      <Table label="Fields" compact>
        <TableHead>
          <Th>Field</Th>
          <Th>In</Th>
          <Th>Type</Th>
          <Th>Meaning</Th>
        </TableHead>
        <tbody>
          {fields.map((field) => (
            <Tr key={`${field.place} ${field.name}`}>
              <Td mono>
                {field.name}
                {field.required ? (
                  <span className="ml-1 text-bad" title="required">
                    *<span className="sr-only">required</span>
                  </span>
                ) : null}
              </Td>
              <Td className="text-muted">{field.place}</Td>
              <Td className="text-muted">{field.type}</Td>
              <Td>{field.says.replaceAll("`", "")}</Td>
            </Tr>
          ))}
        </tbody>
      </Table>
    </div>
  );
}
