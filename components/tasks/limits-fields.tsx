"use client";

import { Field, NumberInput } from "#components/ui/field.tsx";
import type { TaskField, TaskForm } from "./form-model.ts";

export type FieldsProps = {
  form: TaskForm;
  set: (patch: Partial<TaskForm>) => void;
  errors: Partial<Record<TaskField, string>>;
  readOnly: boolean;
};

type NumberField =
  | "latencyMs"
  | "memoryMib"
  | "qualityPercent"
  | "marginPoints"
  | "budgetDollars"
  | "requestsPerDay"
  | "inputTokens"
  | "outputTokens";

type NumberRowProps = FieldsProps & { name: NumberField; label: string; hint: string; unit?: string; prefix?: string };

/** One figure of the form with its unit and what it is for. */
export function NumberRow({ form, set, errors, readOnly, name, label, hint, unit, prefix }: NumberRowProps) {
  return (
    <Field label={label} hint={hint} error={errors[name] ?? null}>
      <NumberInput
        name={name}
        value={form[name]}
        onValueChange={(value) => set({ [name]: value })}
        readOnly={readOnly}
        min={0}
        step="any"
        {...(unit ? { unit } : {})}
        {...(prefix ? { prefix } : {})}
      />
    </Field>
  );
}

/** What the student must keep to. Each limit becomes a line of the verdict: pass, fail, or not enough rows to say. */
export function LimitsFields(props: FieldsProps) {
  return (
    <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-3">
      <NumberRow
        {...props}
        name="qualityPercent"
        label="Quality floor"
        unit="%"
        hint="Lowest accuracy on the hold-out. The verdict passes only when its whole 95 % interval lies above."
      />
      <NumberRow
        {...props}
        name="marginPoints"
        label="Not worse than the teacher by"
        unit="points"
        hint="How far below the teacher still counts as equal. 2 points is usual; smaller needs more rows."
      />
      <NumberRow
        {...props}
        name="latencyMs"
        label="p95 latency"
        unit="ms"
        hint="95 of 100 answers must come faster. Measured on the machine that evaluates."
      />
      <NumberRow
        {...props}
        name="memoryMib"
        label="Memory"
        unit="MiB"
        hint="What the loaded student may take where it will run."
      />
      <NumberRow
        {...props}
        name="budgetDollars"
        label="Labelling budget"
        prefix="$"
        hint="Offered as the hard cap of labelling runs: they pause before they exceed it."
      />
    </div>
  );
}
