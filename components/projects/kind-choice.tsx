"use client";

import clsx from "clsx";
import { RadioGroup } from "radix-ui";
import { TaskKind } from "#lib/projects/schema.ts";
import { kindFacts } from "./kinds.ts";

/** The three kinds of task as cards with an example each; arrow keys move between them. */
export function KindChoice({
  value,
  onChange,
  disabled,
}: {
  value: TaskKind;
  onChange: (kind: TaskKind) => void;
  disabled?: boolean;
}) {
  return (
    <RadioGroup.Root
      aria-label="Kind of task"
      value={value}
      disabled={disabled}
      onValueChange={(next) => onChange(TaskKind.parse(next))}
      className="grid gap-2 md:grid-cols-3"
    >
      {TaskKind.options.map((kind) => (
        <RadioGroup.Item
          key={kind}
          value={kind}
          className={clsx(
            "flex min-w-0 flex-col rounded-lg border p-3 text-left transition-colors hover:bg-hover/60 disabled:cursor-not-allowed disabled:opacity-60",
            kind === value ? "border-accent bg-accent-soft/50" : "bg-surface",
          )}
        >
          <Example kind={kind} chosen={kind === value} />
        </RadioGroup.Item>
      ))}
    </RadioGroup.Root>
  );
}

function Example({ kind, chosen }: { kind: TaskKind; chosen: boolean }) {
  const { label, says, input, output, student } = kindFacts[kind];
  return (
    <>
      <span className="flex items-center gap-2 font-medium">
        <span
          aria-hidden
          className={clsx(
            "grid size-4 shrink-0 place-items-center rounded-full border",
            chosen ? "border-accent" : "border-line-strong",
          )}
        >
          {chosen ? <span className="size-2 rounded-full bg-accent" /> : null}
        </span>
        {label}
      </span>
      <span className="mt-1 text-sm text-muted">{says}</span>
      <span className="mt-2 block rounded-md bg-sunken p-2 text-xs text-muted">
        {input}
        <span className="mt-1 block font-mono break-words text-ink">→ {output}</span>
      </span>
      <span className="mt-2 text-xs text-muted">{student}</span>
    </>
  );
}
