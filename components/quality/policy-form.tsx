"use client";

import { useState } from "react";
import { toast } from "sonner";
import { useViewer } from "#components/shell/viewer.tsx";
import { Button, LinkButton } from "#components/ui/button.tsx";
import { Card, PageHeader } from "#components/ui/card.tsx";
import { Switch } from "#components/ui/choice.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Field, Input, NumberInput } from "#components/ui/field.tsx";
import { Select } from "#components/ui/select.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { useEndpoint, useMutate } from "#lib/http/client.tsx";
import { type CheckCode, checkCodes, checks, type Level, levels } from "#lib/quality/checks.ts";
import {
  type Policy,
  type PolicyInput,
  qualityPolicyGet,
  qualityPolicySet,
  type Thresholds,
} from "#lib/quality/schema.ts";

const levelWords: Record<Level, string> = {
  block: "Blocks training",
  warn: "Warns",
  info: "Is told",
  off: "Is not looked for",
};

/** What the team wants its data to be like. */
export function PolicyForm({ projectId }: { projectId: string }) {
  const query = useEndpoint(qualityPolicyGet, { projectId });
  if (query.error) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <>
      <PageHeader
        title="Quality policy"
        hint="What a quality report looks for in this project, and what stops a training. Reports that are there keep the policy they were made with."
        actions={<LinkButton href={`/projects/${projectId}/data`}>All data</LinkButton>}
      />
      {query.data ? <Form projectId={projectId} policy={query.data.policy} /> : <Skeleton className="h-96" />}
    </>
  );
}

type NumberRule = { name: keyof Thresholds & string; label: string; hint: string; unit: string; scale: number };

const numbers: readonly NumberRule[] = [
  {
    name: "nearDuplicate",
    label: "Near duplicates from",
    unit: "%",
    scale: 100,
    hint: "Similarity of two inputs: the share of their character sequences that both have.",
  },
  {
    name: "contextTokens",
    label: "The student reads",
    unit: "tokens",
    scale: 1,
    hint: "Rows with more, input and answer together, are told.",
  },
  {
    name: "minLabelRows",
    label: "A class needs",
    unit: "rows",
    scale: 1,
    hint: "Training rows below which a class counts as too rare.",
  },
  {
    name: "lengthZ",
    label: "Unusual length from",
    unit: "z",
    scale: 1,
    hint: "Robust z of the logarithm of the length.",
  },
  { name: "drift", label: "Drift from", unit: "%", scale: 100, hint: "Effect size against the version before." },
];

function Form({ projectId, policy }: { projectId: string; policy: Policy }) {
  const viewer = useViewer();
  const [levelOf, setLevels] = useState<Record<string, Level>>(policy.levels);
  const [auto, setAuto] = useState(policy.auto);
  const [thresholds, setThresholds] = useState<Thresholds>(policy.thresholds);
  const [languages, setLanguages] = useState(policy.thresholds.languages.join(", "));
  const save = useMutate(qualityPolicySet, {
    invalidates: ["quality.policyGet"],
    onSuccess: () => void toast.success("The next report follows this policy."),
  });
  function submit(): void {
    const input: PolicyInput = {
      auto,
      levels: Object.fromEntries(checkCodes.map((check) => [check, levelOf[check] ?? checks[check].level])),
      allowed: policy.allowed,
      thresholds: { ...thresholds, languages: languages.split(/[\s,;]+/).filter((code) => code !== "") },
    };
    save.mutate({ projectId, ...input });
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
      <Card title="When">
        <Switch
          checked={auto}
          onCheckedChange={setAuto}
          label="Make a report of every new version"
          hint="After each import and each change. It runs beside your work."
        />
      </Card>
      <Card title="Thresholds">
        <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-3">
          {numbers.map(({ name, label, hint, unit, scale }) => (
            <Field
              key={name}
              label={label}
              hint={hint}
              error={save.error?.detail.fields?.[`thresholds.${name}`] ?? null}
            >
              <NumberInput
                unit={unit}
                step="any"
                value={Number(thresholds[name]) * scale}
                onValueChange={(value) => value !== null && setThresholds({ ...thresholds, [name]: value / scale })}
              />
            </Field>
          ))}
          <Field
            label="Expected languages"
            optional
            hint="Two letters each, such as en, de. Empty: any language is fine."
            error={save.error?.detail.fields?.["thresholds.languages"] ?? null}
          >
            <Input value={languages} placeholder="en, de" onChange={(event) => setLanguages(event.target.value)} />
          </Field>
          <Field
            label="Phone numbers of"
            optional
            hint="Two letters of a country, such as US: numbers without an international prefix are recognised then."
          >
            <Input
              value={thresholds.country ?? ""}
              maxLength={2}
              placeholder="US"
              onChange={(event) => setThresholds({ ...thresholds, country: event.target.value.toUpperCase() || null })}
            />
          </Field>
        </div>
      </Card>
      <Card flush title="Checks" hint="What a finding of each counts for.">
        <ul className="divide-y">
          {checkCodes.map((check) => (
            <LevelRow
              key={check}
              check={check}
              level={levelOf[check] ?? checks[check].level}
              onChange={(level) => setLevels({ ...levelOf, [check]: level })}
            />
          ))}
        </ul>
      </Card>
      {save.error ? <ErrorState error={save.error} /> : null}
      <div className="flex justify-end">
        <Button type="submit" variant="primary" pending={save.isPending} disabledReason={viewer.whyNot("data.write")}>
          Save the policy
        </Button>
      </div>
    </form>
  );
}

function LevelRow({ check, level, onChange }: { check: CheckCode; level: Level; onChange: (level: Level) => void }) {
  const facts = checks[check];
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-2.5">
      <span className="min-w-56 flex-1 text-sm">
        <span className="font-medium">{facts.title}</span>
        <span className="block text-muted">{facts.summary}</span>
      </span>
      <Select
        aria-label={facts.title}
        className="w-48"
        value={level}
        onValueChange={onChange}
        options={levels.map((value) => ({
          value,
          label: levelWords[value],
          ...(value === facts.level ? { hint: "the default" } : {}),
        }))}
      />
    </li>
  );
}
