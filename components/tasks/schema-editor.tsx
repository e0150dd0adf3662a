"use client";

import { CircleCheck } from "lucide-react";
import { Button } from "#components/ui/button.tsx";
import { Field, Textarea } from "#components/ui/field.tsx";
import { plural } from "#lib/format.ts";
import { parseSchemaText } from "#lib/tasks/json-schema.ts";

const example = {
  type: "object",
  properties: {
    number: { type: "string", description: "as printed on the invoice" },
    total: { type: ["number", "null"], minimum: 0 },
    currency: { enum: ["EUR", "USD", "GBP"] },
    due: { type: ["string", "null"], description: "ISO date" },
  },
  required: ["number", "total", "currency"],
  additionalProperties: false,
};

type SchemaEditorProps = {
  value: string;
  onChange: (text: string) => void;
  error: string | undefined;
  readOnly: boolean;
};

/** The JSON Schema of an extraction's answer, checked while it is typed. */
export function SchemaEditor({ value, onChange, error, readOnly }: SchemaEditorProps) {
  const empty = value.trim() === "";
  const { schema, problems } = empty ? { schema: null, problems: [] } : parseSchemaText(value);
  const properties = schema ? Object.keys(schema.properties as object) : [];
  const [first] = problems;
  const problem = error ?? (first ? `${first.pointer ? `${first.pointer}: ` : ""}${first.message}` : null);
  return (
    <div className="space-y-2">
      <Field
        label="JSON Schema of the answer"
        error={problem}
        hint="Answers that do not follow it are counted as errors and never become training data."
        aside={problems.length > 1 ? plural(problems.length, "problem") : null}
      >
        <Textarea
          name="schemaText"
          mono
          rows={16}
          value={value}
          readOnly={readOnly}
          spellCheck={false}
          placeholder='{ "type": "object", "properties": { … } }'
          onChange={(event) => onChange(event.target.value)}
        />
      </Field>
      <div className="flex flex-wrap items-center gap-2 text-xs text-muted">
        {readOnly ? null : (
          <>
            <Button size="sm" disabled={!empty} onClick={() => onChange(JSON.stringify(example, null, 2))}>
              Start from an example
            </Button>
            <Button size="sm" disabled={!schema} onClick={() => onChange(JSON.stringify(schema, null, 2))}>
              Format
            </Button>
          </>
        )}
        {schema ? (
          <span className="inline-flex items-center gap-1 text-good">
            <CircleCheck aria-hidden className="size-3.5" /> Valid: {properties.join(", ")}
          </span>
        ) : null}
      </div>
    </div>
  );
}
