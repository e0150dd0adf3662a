"use client";

import { useDeferredValue } from "react";
import { Field, Input } from "#components/ui/field.tsx";
import { formatMoney } from "#lib/format.ts";
import { useEndpoint } from "#lib/http/client.tsx";
import { type PriceEntry, teacherPrices } from "#lib/teachers/schema.ts";
import type { TaskForm } from "./form-model.ts";
import { type FieldsProps, NumberRow } from "./limits-fields.tsx";

const daysPerMonth = 365.25 / 12;

/** What the task costs today: the student has to beat it. */
export function BaselineFields(props: FieldsProps) {
  const { form } = props;
  const query = useDeferredValue(form.baselineModel.trim());
  const { data } = useEndpoint(teacherPrices, { query, limit: 8 }, { enabled: query !== "", keepPrevious: true });
  const found = query === "" ? [] : (data?.items ?? []);
  const price = found.find((entry) => namesOf(entry).includes(query.toLowerCase()));
  return (
    <div className="space-y-4">
      <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-4">
        <ModelField {...props} found={found} price={price} />
        <NumberRow {...props} name="requestsPerDay" label="Requests a day" hint="Mean over a usual week." />
        <NumberRow
          {...props}
          name="inputTokens"
          label="Input tokens a request"
          hint="Prompt and text, as the model is billed."
        />
        <NumberRow {...props} name="outputTokens" label="Output tokens a request" hint="What it answers." />
      </div>
      <MonthlyCost form={form} price={price} />
    </div>
  );
}

/** The same spellings that the cost comparison finds a price by. */
function namesOf({ provider, model, modelName }: PriceEntry): string[] {
  return [model, modelName, `${provider}/${model}`].map((name) => name.toLowerCase());
}

type ModelFieldProps = FieldsProps & { found: readonly PriceEntry[]; price: PriceEntry | undefined };

/** Free text, with what the price book has for it: choosing one spells it so that its price is found. */
function ModelField({ form, set, errors, readOnly, found, price }: ModelFieldProps) {
  const hint = price
    ? `${price.providerName}: ${formatMoney(price.inputMicrosPerMtok)} in, ${formatMoney(price.outputMicrosPerMtok)} out per million tokens.`
    : "As the price book calls it, or in your own words; then type its price under Savings.";
  return (
    <div className="min-w-0">
      <Field label="Today's model" hint={hint} error={errors.baselineModel ?? null}>
        <Input
          name="baselineModel"
          value={form.baselineModel}
          readOnly={readOnly}
          placeholder="gpt-4o"
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => set({ baselineModel: event.target.value })}
        />
      </Field>
      {price || readOnly || found.length === 0 ? null : (
        <ul aria-label="Models of the price book" className="mt-1 divide-y rounded-md border text-xs">
          {found.slice(0, 4).map((entry) => (
            <li key={entry.source}>
              <button
                type="button"
                className="flex w-full items-baseline justify-between gap-2 px-2 py-1 text-left hover:bg-hover"
                onClick={() => set({ baselineModel: `${entry.provider}/${entry.model}` })}
              >
                <span className="min-w-0 truncate">
                  {entry.modelName} <span className="text-muted">{entry.providerName}</span>
                </span>
                <span className="tnum shrink-0 text-muted">
                  {formatMoney(entry.inputMicrosPerMtok)} / {formatMoney(entry.outputMicrosPerMtok)}
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function MonthlyCost({ form, price }: { form: TaskForm; price: PriceEntry | undefined }) {
  const { requestsPerDay, inputTokens, outputTokens } = form;
  if (requestsPerDay === null || inputTokens === null || outputTokens === null || !price) {
    return (
      <p className="text-sm text-muted">
        With a model of the price book, requests and tokens, this shows what the task costs today. It is what the
        savings are counted against.
      </p>
    );
  }
  const perRequest = (inputTokens * price.inputMicrosPerMtok + outputTokens * price.outputMicrosPerMtok) / 1_000_000;
  return (
    <p className="tnum text-sm">
      Today this task costs about <strong>{formatMoney(perRequest * requestsPerDay * daysPerMonth)} a month</strong> (
      {formatMoney(perRequest * 1_000)} per 1,000 requests) at list price.
    </p>
  );
}
