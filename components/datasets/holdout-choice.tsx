"use client";

import { Card } from "#components/ui/card.tsx";
import { Slider } from "#components/ui/choice.tsx";
import { Field } from "#components/ui/field.tsx";
import type { Preview } from "#lib/datasets/preview-schema.ts";
import { formatCount, formatPercent } from "#lib/format.ts";

type HoldoutChoiceProps = { preview: Preview; fraction: number; onChange: (fraction: number) => void };

/** Fewer held-out rows than this can hardly tell a student from its teacher. */
const fewRows = 100;

/** How much is put aside, and what that means for this file. */
export function HoldoutChoice({ preview, fraction, onChange }: HoldoutChoiceProps) {
  const total = preview.estimatedRows;
  const held = Math.round(total * fraction);
  const shown = preview.rows.filter((row) => row.unit < fraction).length;
  return (
    <Card
      title="How much is held out for the evaluation?"
      hint="Chosen by the text alone: the same input is always on the same side, in every file and version, and never on both."
    >
      <div className="grid gap-x-8 gap-y-3 lg:grid-cols-2">
        <Field label="Share of distinct inputs">
          <Slider
            value={fraction}
            onValueChange={(value) => onChange(Math.round(value * 100) / 100)}
            min={0}
            max={1}
            step={0.01}
            format={(value) => formatPercent(value, 0)}
          />
        </Field>
        <div className="self-end" aria-live="polite">
          <div aria-hidden className="flex h-2.5 overflow-hidden rounded-full bg-line-strong">
            <span className="ml-auto bg-accent" style={{ width: `${fraction * 100}%` }} />
          </div>
          <p className="tnum mt-1.5 flex flex-wrap justify-between gap-x-4 text-sm">
            <span>about {formatCount(total - held)} rows to train on</span>
            <span className="text-accent">about {formatCount(held)} held out</span>
          </p>
          <p className="text-xs text-muted">
            {sentence(fraction, held)} Of the {preview.rows.length} rows above: {shown} held out.
          </p>
        </div>
      </div>
    </Card>
  );
}

function sentence(fraction: number, held: number): string {
  if (fraction === 1) return "A pure test set: nothing of it is trained on.";
  if (fraction === 0) return "Nothing is held out: an evaluation then needs another dataset.";
  if (held < fewRows) return "Few rows: differences below some percentage points will not be visible.";
  return "";
}
