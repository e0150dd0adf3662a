"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import { useViewer } from "#components/shell/viewer.tsx";
import { Button } from "#components/ui/button.tsx";
import { RadioCards } from "#components/ui/choice.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Field, Input } from "#components/ui/field.tsx";
import { Select } from "#components/ui/select.tsx";
import type { AppError } from "#lib/core/errors.ts";
import { type FinetuneChoices, finetuneCreate, finetunePreview, type RecipeInfo } from "#lib/finetunes/schema.ts";
import { formatCount, formatDuration } from "#lib/format.ts";
import { useEndpoint, useMutate } from "#lib/http/client.tsx";
import type { LabelSource } from "#lib/jobs/kinds/finetune.ts";
import { Leakage } from "./leakage.tsx";
import { ParamInputs } from "./param-inputs.tsx";
import { paramFields, paramProblem } from "./param-schema.ts";
import { PreviewFacts } from "./preview-facts.tsx";

type TrainFormProps = { projectId: string; choices: FinetuneChoices; recipes: readonly RecipeInfo[] };

/** Choice of rows, labels and settings, with what would be learnt from shown before the start. */
export function TrainForm({ projectId, choices, recipes }: TrainFormProps) {
  const router = useRouter();
  const viewer = useViewer();
  const usable = choices.versions.filter((version) => version.trainRows > 0);
  const [versionId, setVersion] = useState(
    (usable.find((v) => v.teachers.length > 0) ?? usable[0] ?? choices.versions[0])?.id ?? "",
  );
  const version = choices.versions.find(({ id }) => id === versionId);
  const [teacherId, setTeacher] = useState<string | null>(null);
  const teacher = version?.teachers.find(({ runId }) => runId === teacherId) ?? version?.teachers[0];
  const [chosenSource, setSource] = useState<LabelSource | null>(null);
  const source: LabelSource = teacher ? (chosenSource ?? "teacher") : "gold";
  const [recipeName, setRecipe] = useState(recipes[0]?.name ?? "");
  const recipe = recipes.find(({ name }) => name === recipeName);
  const fields = recipe ? paramFields(recipe.params) : [];
  const [values, setValues] = useState<Record<string, number | null>>({});
  const [name, setName] = useState("");
  const [override, setOverride] = useState("");
  const [error, setError] = useState<AppError | null>(null);

  const currentOf = (field: (typeof fields)[number]) =>
    values[field.name] === undefined ? field.default : (values[field.name] ?? null);
  const wrong = fields.some((field) => paramProblem(field, currentOf(field)) !== null);
  const epochs = wrong ? undefined : values.epochs;
  const from = { projectId, datasetVersionId: versionId, labelSource: source, recipe: recipeName };
  const generationRunId = source === "gold" ? undefined : teacher?.runId;
  const preview = useEndpoint(
    finetunePreview,
    { ...from, ...(generationRunId ? { generationRunId } : {}), ...(epochs ? { epochs } : {}) },
    // a quality report that ends meanwhile may find leakage
    { enabled: versionId !== "", keepPrevious: true, live: [`project:${projectId}`] },
  );
  const create = useMutate(finetuneCreate, {
    onSuccess: ({ id }) => router.push(`/runs/${id}`),
    onError: setError,
  });
  const leakage = preview.data?.leakage;
  const overridden = override.trim().length >= 10;
  const refused =
    viewer.whyNot("run.write") ||
    (leakage?.blocked && !overridden ? "Put the leakage right, or say in at least 10 characters why not." : null) ||
    (wrong ? "A setting is out of its bounds." : preview.data?.problem);

  return (
    <form
      noValidate
      className="space-y-5"
      onSubmit={(event) => {
        event.preventDefault();
        setError(null);
        create.mutate({
          ...from,
          generationRunId: generationRunId ?? null,
          params: Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null)),
          ...(name.trim() ? { name: name.trim() } : {}),
          ...(leakage?.blocked ? { overrideLeakage: { reason: override.trim() } } : {}),
        });
      }}
    >
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Rows" hint="Rows of the hold-out are never trained on.">
          <Select
            value={versionId}
            onValueChange={setVersion}
            options={choices.versions.map((v) => ({
              value: v.id,
              label: v.name,
              hint: v.trainRows > 0 ? `${formatCount(v.trainRows)} training rows` : "all held out: a test set",
            }))}
          />
        </Field>
        {teacher && source !== "gold" ? (
          <Field label="Labelling run">
            <Select
              value={teacher.runId}
              onValueChange={setTeacher}
              options={(version?.teachers ?? []).map((t) => ({
                value: t.runId,
                label: t.name,
                hint: `${formatCount(t.answers)} usable answers`,
              }))}
            />
          </Field>
        ) : null}
      </div>
      <Field
        label="Labels to learn"
        group
        hint={teacher ? undefined : "No finished labelling run covers the training rows of this version."}
      >
        <RadioCards
          value={source}
          onValueChange={setSource}
          columns={3}
          options={[
            { value: "teacher", label: "Teacher", hint: "What the teacher answered.", disabled: !teacher },
            { value: "gold", label: "Gold", hint: "What came with the data." },
            { value: "both", label: "Both", hint: "Gold where a row has it, else the teacher.", disabled: !teacher },
          ]}
        />
      </Field>
      <PreviewFacts
        preview={preview.data}
        error={preview.error}
        source={source}
        onRetry={() => void preview.refetch()}
      />
      {leakage ? (
        <Leakage
          leakage={leakage}
          reportHref={`/projects/${projectId}/data/${versionId}?tab=quality`}
          reason={override}
          onReason={setOverride}
        />
      ) : null}
      {recipes.length > 1 ? (
        <Field label="Recipe" group>
          <RadioCards
            value={recipeName}
            onValueChange={setRecipe}
            options={recipes.map((r) => ({ value: r.name, label: r.title, hint: r.summary }))}
          />
        </Field>
      ) : (
        <p className="text-sm">
          <span className="font-medium">Recipe: {recipe?.title}.</span>{" "}
          <span className="text-muted">{recipe?.summary}</span>
        </p>
      )}
      <ParamInputs
        fields={fields}
        values={values}
        onChange={(field, value) => setValues({ ...values, [field]: value })}
      />
      <Field label="Name" optional>
        <Input
          value={name}
          onChange={(event) => setName(event.target.value)}
          maxLength={120}
          placeholder={`${recipe?.title ?? "Student"} …`}
        />
      </Field>
      {error ? <ErrorState error={error} /> : null}
      <div className="flex justify-end">
        <Button type="submit" variant="primary" pending={create.isPending} disabledReason={refused ?? null}>
          {preview.data && !preview.data.problem
            ? `Train on ${formatCount(preview.data.labelledRows)} rows · about ${formatDuration(preview.data.estimate.ms)}`
            : "Train"}
        </Button>
      </div>
    </form>
  );
}
