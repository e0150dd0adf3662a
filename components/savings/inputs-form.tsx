"use client";

import { RotateCcw } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { toast } from "sonner";
import { useViewer } from "#components/shell/viewer.tsx";
import { Badge, type Tone } from "#components/ui/badge.tsx";
import { Button, IconButton } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { Field, Input, NumberInput } from "#components/ui/field.tsx";
import { Tooltip } from "#components/ui/tooltip.tsx";
import { useMutate } from "#lib/http/client.tsx";
import { type FieldGroup, type FieldKey, fieldGroups, fieldKeys, savingsFields } from "#lib/savings/fields.ts";
import {
  type Savings,
  type SavingsValue,
  type SourceKind,
  savingsGet,
  savingsReset,
  savingsUpdate,
  type TypedInputs,
} from "#lib/savings/schema.ts";
import { inWords, toShown, toStored, unitOf } from "./units.ts";

const sources: Record<SourceKind, { word: string; tone: Tone }> = {
  measured: { word: "measured", tone: "good" },
  task: { word: "from the task", tone: "accent" },
  default: { word: "assumed", tone: "neutral" },
  typed: { word: "typed", tone: "attention" },
};

export function SourceBadge({ source }: { source: SourceKind }) {
  return <Badge tone={sources[source].tone}>{sources[source].word}</Badge>;
}

const invalidates = [savingsGet.name, "project.overview"];

/** Every input of the comparison with its source; leaving a field saves it, the arrow takes it back. */
export function InputsForm({ savings }: { savings: Savings }) {
  const viewer = useViewer();
  const { projectId } = savings;
  const options = { invalidates, onError: (error: Error) => toast.error(error.message) };
  const update = useMutate(savingsUpdate, options);
  const reset = useMutate(savingsReset, {
    ...options,
    onSuccess: () => toast.success("All inputs are back to what was measured, set or assumed"),
  });
  const typed = fieldKeys.some((key) => savings.inputs[key].source === "typed") || savings.startsOn.source === "typed";
  const why = viewer.whyNot("savings.write");
  const save = (inputs: TypedInputs): void => update.mutate({ projectId, inputs });
  return (
    <Card
      title="Inputs"
      hint={update.isPending ? "Working it out …" : "Change any of them; the figures follow at once."}
      actions={
        typed ? (
          <Button
            size="sm"
            icon={<RotateCcw aria-hidden />}
            pending={reset.isPending}
            disabledReason={why}
            onClick={() => reset.mutate({ projectId })}
          >
            Reset all
          </Button>
        ) : null
      }
    >
      <div className="space-y-6">
        {(Object.keys(fieldGroups) as FieldGroup[]).map((group) => (
          <fieldset key={group} className="space-y-3" disabled={why !== null}>
            <legend className="mb-2 text-sm font-semibold">{titleOf(group, savings)}</legend>
            {fieldKeys
              .filter((key) => savingsFields[key].group === group)
              .map((key) => (
                <InputField
                  key={key}
                  name={key}
                  value={savings.inputs[key]}
                  onSave={(value) => save({ [key]: value })}
                />
              ))}
            {group === "range" ? (
              <StartField startsOn={savings.startsOn} onSave={(value) => save({ startsOn: value })} />
            ) : null}
          </fieldset>
        ))}
      </div>
    </Card>
  );
}

function titleOf(group: FieldGroup, savings: Savings): string {
  if (group === "baseline")
    return savings.baseline === fieldGroups.baseline
      ? savings.baseline
      : `${fieldGroups.baseline}: ${savings.baseline}`;
  if (group === "teacher" && savings.teacher) return `${fieldGroups.teacher}: ${savings.teacher}`;
  return fieldGroups[group];
}

function InputField({
  name,
  value,
  onSave,
}: {
  name: FieldKey;
  value: SavingsValue;
  onSave: (value: number | null) => void;
}) {
  const { label, max } = savingsFields[name];
  const { prefix, suffix, step } = unitOf(name);
  const held = toShown(name, value.value);
  const [draft, setDraft] = useState<number | null>(held);
  // Enter saves and so does leaving: once is enough
  const sent = useRef<number | null>(held);
  useEffect(() => {
    sent.current = held;
    setDraft(held);
  }, [held]);
  const stored = draft === null ? null : toStored(name, draft);
  const error =
    stored !== null && (Number.isNaN(stored) || stored < 0)
      ? "Not below 0."
      : stored !== null && stored > max
        ? `At most ${inWords(name, max)}.`
        : null;
  const commit = (): void => {
    if (draft === held || draft === sent.current || error) return;
    sent.current = draft;
    onSave(stored);
  };
  return (
    <Field label={label} error={error} hint={value.note} aside={<SourceBadge source={value.source} />}>
      <span className="flex gap-1">
        <NumberInput
          aria-label={label}
          className="flex-1"
          value={draft}
          onValueChange={setDraft}
          onBlur={commit}
          onKeyDown={(event) => event.key === "Enter" && commit()}
          step={step}
          min={0}
          {...(prefix ? { prefix } : {})}
          {...(suffix ? { unit: suffix } : {})}
        />
        {value.resetsTo ? (
          <IconButton
            label={`Back to ${inWords(name, value.resetsTo.value)}, ${sources[value.resetsTo.source].word}`}
            onClick={() => onSave(null)}
          >
            <RotateCcw aria-hidden />
          </IconButton>
        ) : null}
      </span>
    </Field>
  );
}

function StartField({ startsOn, onSave }: { startsOn: Savings["startsOn"]; onSave: (value: string | null) => void }) {
  return (
    <Field
      label="The student takes over on"
      hint="Pay-back is counted from this day; today unless typed."
      aside={<SourceBadge source={startsOn.source} />}
    >
      <span className="flex gap-1">
        <Input
          type="date"
          aria-label="The student takes over on"
          key={startsOn.value}
          defaultValue={startsOn.value}
          onBlur={(event) => event.target.value !== startsOn.value && onSave(event.target.value || null)}
        />
        {startsOn.source === "typed" ? (
          <Tooltip label="Back to today">
            <Button variant="ghost" aria-label="Back to today" onClick={() => onSave(null)}>
              <RotateCcw aria-hidden />
            </Button>
          </Tooltip>
        ) : null}
      </span>
    </Field>
  );
}
