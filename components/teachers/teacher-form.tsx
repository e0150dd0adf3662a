"use client";

import { useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Field, Input, NumberInput } from "#components/ui/field.tsx";
import type { AppError } from "#lib/core/errors.ts";
import type { Teacher } from "#lib/teachers/schema.ts";
import { dollarsOf, microsOf, presets, sourceWords } from "./presets.ts";
import { PriceLookup } from "./price-lookup.tsx";

/** What the form sends; `apiKey` absent means: as it is. */
export type TeacherFields = {
  name: string;
  baseUrl: string;
  model: string;
  apiKey?: string;
  inputPriceMicrosPerMtok: number;
  outputPriceMicrosPerMtok: number;
  priceSource: string;
  maxConcurrency: number;
};

type Props = {
  /** absent: a new teacher */
  teacher?: Teacher;
  error: AppError | null;
  pending: boolean;
  disabledReason: string | null;
  onSubmit: (fields: TeacherFields) => void;
};

/** Settings of a teacher. The key is only ever typed: what is stored never comes back into the field. */
export function TeacherForm({ teacher, error, pending, disabledReason, onSubmit }: Props) {
  const [name, setName] = useState(teacher?.name ?? "");
  const [baseUrl, setBaseUrl] = useState(teacher?.baseUrl ?? "");
  const [model, setModel] = useState(teacher?.model ?? "");
  const [apiKey, setApiKey] = useState("");
  const [input, setInput] = useState<number | null>(teacher ? dollarsOf(teacher.inputPriceMicrosPerMtok) : null);
  const [output, setOutput] = useState<number | null>(teacher ? dollarsOf(teacher.outputPriceMicrosPerMtok) : null);
  const [source, setSource] = useState(teacher?.priceSource ?? "typed");
  const [concurrency, setConcurrency] = useState<number | null>(teacher?.maxConcurrency ?? 32);
  const [missing, setMissing] = useState<Record<string, string>>({});
  const faults: Record<string, string> = { ...error?.detail.fields, ...missing };
  const moved = teacher?.hasKey === true && baseUrl.trim().replace(/\/+$/, "") !== teacher.baseUrl;

  function submit(): void {
    const inputPriceMicrosPerMtok = microsOf(input);
    const outputPriceMicrosPerMtok = microsOf(output);
    const gaps: Record<string, string> = {};
    if (name.trim() === "") gaps.name = "Give it a name.";
    if (baseUrl.trim() === "") gaps.baseUrl = "Enter the endpoint's address, up to and including /v1.";
    if (model.trim() === "") gaps.model = "Enter the model's name as the endpoint spells it.";
    if (inputPriceMicrosPerMtok === null) gaps.inputPriceMicrosPerMtok = "Enter a price; 0 for your own machine.";
    if (outputPriceMicrosPerMtok === null) gaps.outputPriceMicrosPerMtok = "Enter a price; 0 for your own machine.";
    if (concurrency === null) gaps.maxConcurrency = "Enter a number from 1 to 1,024.";
    setMissing(gaps);
    if (inputPriceMicrosPerMtok === null || outputPriceMicrosPerMtok === null || concurrency === null) return;
    if (Object.keys(gaps).length > 0) return;
    onSubmit({
      name,
      baseUrl,
      model,
      ...(apiKey === "" ? {} : { apiKey }),
      inputPriceMicrosPerMtok,
      outputPriceMicrosPerMtok,
      priceSource: source,
      maxConcurrency: concurrency,
    });
  }

  return (
    <form
      noValidate
      className="space-y-4"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Card title="Endpoint" hint="Anything that speaks OpenAI's chat-completions protocol.">
        <div className="space-y-4">
          {teacher ? null : (
            <fieldset>
              <legend className="mb-1 text-sm font-medium">Start from</legend>
              <div className="flex flex-wrap gap-2">
                {presets.map((preset) => (
                  <Button
                    key={preset.id}
                    size="sm"
                    aria-pressed={baseUrl === preset.baseUrl}
                    onClick={() => {
                      setBaseUrl(preset.baseUrl);
                      setModel(preset.model);
                      if (name === "" || presets.some((other) => name.startsWith(other.label)))
                        setName(preset.model ? `${preset.label} ${preset.model}` : preset.label);
                      if (!preset.key) {
                        setInput(0);
                        setOutput(0);
                        setSource("typed");
                      }
                    }}
                  >
                    {preset.label}
                  </Button>
                ))}
              </div>
            </fieldset>
          )}
          <Field label="Name" error={faults.name} hint="What lists and run titles show.">
            <Input value={name} onChange={(event) => setName(event.target.value)} autoComplete="off" />
          </Field>
          <Field
            label="Base URL"
            error={faults.baseUrl}
            hint="Up to and including /v1. Addresses inside the network must be allowed by the operator."
          >
            <Input
              value={baseUrl}
              onChange={(event) => setBaseUrl(event.target.value)}
              inputMode="url"
              placeholder="https://api.example.com/v1"
              className="font-mono text-sm"
              autoComplete="off"
              spellCheck={false}
            />
          </Field>
          <Field label="Model" error={faults.model} hint="As the endpoint spells it.">
            <Input
              value={model}
              onChange={(event) => setModel(event.target.value)}
              className="font-mono text-sm"
              autoComplete="off"
              spellCheck={false}
            />
          </Field>
          <Field
            label="API key"
            optional
            error={
              faults.apiKey ??
              (moved && apiKey === ""
                ? "Another base URL: the stored key will be forgotten. Enter one for the new address."
                : null)
            }
            hint={
              teacher?.hasKey
                ? `A key is stored${teacher.keyHint ? ` (ends with ${teacher.keyHint})` : ""}. Leave empty to keep it.`
                : "Kept encrypted; never shown or sent back. Leave empty for endpoints without one."
            }
          >
            <Input
              type="password"
              value={apiKey}
              onChange={(event) => setApiKey(event.target.value)}
              autoComplete="new-password"
              placeholder={teacher?.hasKey ? "••••••••" : ""}
              className="font-mono text-sm"
            />
          </Field>
        </div>
      </Card>
      <Card
        title="Price and limits"
        hint="Runs copy the price when they start: estimate, live spend and the dollar cap come from it."
        actions={
          <PriceLookup
            model={model}
            onPick={(entry) => {
              setInput(dollarsOf(entry.inputMicrosPerMtok));
              setOutput(dollarsOf(entry.outputMicrosPerMtok));
              setSource(entry.source);
            }}
          />
        }
      >
        <div className="grid gap-4 sm:grid-cols-2">
          <Field
            label="Input"
            error={faults.inputPriceMicrosPerMtok}
            hint={`Per million tokens, ${sourceWords(source)}.`}
          >
            <NumberInput
              prefix="$"
              min={0}
              step="any"
              value={input}
              onValueChange={(value) => {
                setInput(value);
                setSource("typed");
              }}
            />
          </Field>
          <Field label="Output" error={faults.outputPriceMicrosPerMtok} hint="Per million tokens.">
            <NumberInput
              prefix="$"
              min={0}
              step="any"
              value={output}
              onValueChange={(value) => {
                setOutput(value);
                setSource("typed");
              }}
            />
          </Field>
          <Field
            label="Requests in flight"
            error={faults.maxConcurrency}
            hint="At most, over one run. Rows per second are about this number divided by the latency."
          >
            <NumberInput min={1} max={1024} step={1} value={concurrency} onValueChange={setConcurrency} />
          </Field>
        </div>
      </Card>
      {error && Object.keys(error.detail.fields ?? {}).length === 0 ? <ErrorState error={error} /> : null}
      <div className="flex justify-end">
        <Button type="submit" variant="primary" pending={pending} disabledReason={disabledReason}>
          {teacher ? "Save changes" : "Add teacher"}
        </Button>
      </div>
    </form>
  );
}
