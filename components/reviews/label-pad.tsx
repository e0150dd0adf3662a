"use client";

import clsx from "clsx";
import { Search } from "lucide-react";
import { Button } from "#components/ui/button.tsx";
import { Kbd } from "#components/ui/kbd.tsx";

/** Labels that have a digit. */
const digits = 9;

/**
 * Which label each digit stands for. Few labels keep their order for ever; of many, those that were used get the next free digit and keep
 * it, so that the fingers can learn them; when all are taken, the digit that was used longest ago is given away.
 */
export function slotsOf(labels: readonly string[], used: readonly string[]): readonly string[] {
  if (labels.length <= digits) return labels;
  const slots: string[] = [];
  const lastUse = new Map<string, number>();
  for (const [at, label] of used.entries()) {
    lastUse.set(label, at);
    if (slots.includes(label)) continue;
    if (slots.length < digits) slots.push(label);
    else {
      const oldest = slots.reduce((a, b) => ((lastUse.get(a) ?? 0) <= (lastUse.get(b) ?? 0) ? a : b));
      slots[slots.indexOf(oldest)] = label;
    }
  }
  return slots;
}

type PadProps = {
  slots: readonly string[];
  current: string | null;
  /** there are more labels than digits */
  many: boolean;
  onPick: (label: string) => void;
  onFind: () => void;
};

/** The labels at hand, one tap or digit each. */
export function LabelPad({ slots, current, many, onPick, onFind }: PadProps) {
  return (
    <section aria-label="Labels" className="flex flex-wrap gap-2">
      {slots.map((label, index) => (
        <button
          key={label}
          type="button"
          // keeps the focus off, so that space and Enter do not pick it again for the next row
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onPick(label)}
          className={clsx(
            "inline-flex min-h-11 max-w-full items-center gap-2 rounded-md border px-3 text-left lg:min-h-8",
            label === current
              ? "border-gold-mark bg-gold-soft text-gold"
              : "border-line-strong bg-surface hover:bg-hover",
          )}
        >
          <span className="max-lg:hidden">
            <Kbd>{String(index + 1)}</Kbd>
          </span>
          <bdi className="min-w-0 truncate">{label}</bdi>
        </button>
      ))}
      <Button
        className="min-h-11 lg:min-h-8"
        icon={<Search aria-hidden />}
        onMouseDown={(event) => event.preventDefault()}
        onClick={onFind}
      >
        {many ? "Find a label" : "Find"}
        <span className="max-lg:hidden">
          <Kbd>f</Kbd>
        </span>
      </Button>
      {many && slots.length === 0 ? (
        <p className="w-full text-sm text-muted">Labels that you use get a digit from 1 to 9.</p>
      ) : null}
    </section>
  );
}
