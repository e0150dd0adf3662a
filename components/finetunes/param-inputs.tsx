"use client";

import { Field, NumberInput } from "#components/ui/field.tsx";
import { type ParamField, paramProblem } from "./param-schema.ts";

type ParamInputsProps = {
  fields: readonly ParamField[];
  values: Readonly<Record<string, number | null>>;
  onChange: (name: string, value: number | null) => void;
};

/** Parameters of a recipe, made from its own description. The rarely needed ones are folded away. */
export function ParamInputs({ fields, values, onChange }: ParamInputsProps) {
  const grid = (shown: readonly ParamField[]) => (
    <div className="grid gap-4 sm:grid-cols-2">
      {shown.map((field) => {
        const value = values[field.name] === undefined ? field.default : (values[field.name] ?? null);
        return (
          <Field
            key={field.name}
            label={field.title}
            hint={`${field.description} Default ${field.default}: ${field.source}.`}
            error={paramProblem(field, value)}
          >
            <NumberInput
              value={value}
              onValueChange={(next) => onChange(field.name, next)}
              min={field.minimum}
              max={field.maximum}
              step={field.step ?? (field.type === "integer" ? 1 : 0.1)}
            />
          </Field>
        );
      })}
    </div>
  );
  const folded = fields.filter((field) => field.advanced);
  return (
    <>
      {grid(fields.filter((field) => !field.advanced))}
      {folded.length > 0 ? (
        <details
          className="text-sm"
          open={
            folded.some((f) => values[f.name] !== undefined && paramProblem(f, values[f.name] ?? null)) || undefined
          }
        >
          <summary className="cursor-pointer text-muted hover:text-ink">More settings</summary>
          <div className="mt-3">{grid(folded)}</div>
        </details>
      ) : null}
    </>
  );
}
