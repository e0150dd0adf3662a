"use client";

import { useParams, useRouter, useSearchParams } from "next/navigation";
import { useDeferredValue, useState } from "react";
import { useViewer } from "#components/shell/viewer.tsx";
import { Button, LinkButton } from "#components/ui/button.tsx";
import { Card, PageHeader } from "#components/ui/card.tsx";
import { RadioCards, Switch } from "#components/ui/choice.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Field, NumberInput } from "#components/ui/field.tsx";
import { Select } from "#components/ui/select.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import type { AppError } from "#lib/core/errors.ts";
import { type DatasetVersion, datasetList } from "#lib/datasets/schema.ts";
import { formatCount, formatMoney, plural } from "#lib/format.ts";
import { generationCreate, smokeRows } from "#lib/generation/schema.ts";
import { useEndpoint, useMutate } from "#lib/http/client.tsx";
import { type Teacher, teacherList } from "#lib/teachers/schema.ts";
import { Guess } from "./guess.tsx";
import { MoreSettings, type RunSettings } from "./more-settings.tsx";

/** The same inputs as the page prefetches. */
const newRunLists = { datasets: (projectId: string) => ({ projectId, limit: 100 }), teachers: { limit: 100 } };

/** Chooses data, teacher, rows and limits, with what it will roughly cost and the exact request beside it. */
export function NewRun() {
  const { projectId } = useParams<{ projectId: string }>();
  const datasets = useEndpoint(datasetList, newRunLists.datasets(projectId));
  const teachers = useEndpoint(teacherList, newRunLists.teachers);
  const failed = datasets.error ?? teachers.error;
  if (failed)
    return <ErrorState error={failed} onRetry={() => void Promise.all([datasets.refetch(), teachers.refetch()])} />;
  const versions = datasets.data?.items.flatMap((dataset) => dataset.versions).filter(({ state }) => state === "ready");
  return (
    <>
      <PageHeader
        title="New labelling run"
        hint={`Starts with ${smokeRows} rows spread over the data, then shows what came back and what the rest costs, and waits for you.`}
      />
      {!versions || !teachers.data ? (
        <Skeleton className="h-96" />
      ) : versions.length === 0 ? (
        <EmptyState
          title="There is no data to label yet."
          hint="Upload a CSV or JSONL file; it takes a minute."
          action={<LinkButton href={`/projects/${projectId}/data`}>Go to Data</LinkButton>}
        />
      ) : teachers.data.items.length === 0 ? (
        <EmptyState
          title="There is no teacher yet."
          hint="Any OpenAI-compatible endpoint will do."
          action={<LinkButton href="/teachers/new">Add a teacher</LinkButton>}
        />
      ) : (
        <Form projectId={projectId} versions={versions} teachers={teachers.data.items} />
      )}
    </>
  );
}

type FormProps = { projectId: string; versions: readonly DatasetVersion[]; teachers: readonly Teacher[] };

function Form({ projectId, versions, teachers }: FormProps) {
  const router = useRouter();
  const viewer = useViewer();
  // a link from a version ("Label it") names it
  const asked = useSearchParams().get("version");
  const [versionId, setVersionId] = useState((versions.find(({ id }) => id === asked) ?? versions[0])?.id ?? "");
  const [teacherId, setTeacherId] = useState(teachers[0]?.id ?? "");
  const [rows, setRows] = useState<"all" | "train" | "holdout">("all");
  const [limit, setLimit] = useState<number | null>(null);
  const [capDollars, setCapDollars] = useState<number | null>(10);
  const [settings, setSettings] = useState<RunSettings>({
    concurrency: null,
    maxTokens: null,
    temperature: 0,
    policy: "retry",
  });
  const [autoConfirm, setAutoConfirm] = useState(false);
  const [error, setError] = useState<AppError | null>(null);
  const version = versions.find(({ id }) => id === versionId);
  const teacher = teachers.find(({ id }) => id === teacherId);
  const create = useMutate(generationCreate, {
    onSuccess: ({ id }) => router.push(`/runs/${id}`),
    onError: setError,
  });
  const choice = useDeferredValue({
    projectId,
    datasetVersionId: versionId,
    teacherId,
    rows,
    ...(limit ? { limit } : {}),
    ...(settings.maxTokens ? { maxTokens: settings.maxTokens } : {}),
    temperature: settings.temperature,
  });
  const training = (version?.rowCount ?? 0) - (version?.holdoutCount ?? 0);
  const counted = { all: version?.rowCount ?? 0, train: training, holdout: version?.holdoutCount ?? 0 };
  const labelled = Math.min(limit ?? counted[rows], counted[rows]);

  return (
    <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_minmax(0,1fr)]">
      <form
        noValidate
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          setError(null);
          create.mutate({
            projectId,
            datasetVersionId: versionId,
            teacherId,
            rows,
            limit,
            capMicros: capDollars === null ? null : Math.round(capDollars * 1_000_000),
            ...(settings.concurrency ? { concurrency: settings.concurrency } : {}),
            ...(settings.maxTokens ? { maxTokens: settings.maxTokens } : {}),
            temperature: settings.temperature,
            policy: settings.policy,
            autoConfirm,
          });
        }}
      >
        <Card title="What to label">
          <div className="space-y-4">
            <Field label="Data">
              <Select
                value={versionId}
                onValueChange={setVersionId}
                options={versions.map((v) => ({
                  value: v.id,
                  label: `${v.datasetName} v${v.number}`,
                  hint: `${plural(v.rowCount, "row")}, ${formatCount(v.holdoutCount)} held out, ${formatCount(v.labelledCount)} with gold`,
                }))}
              />
            </Field>
            <Field label="Teacher">
              <Select
                value={teacherId}
                onValueChange={setTeacherId}
                options={teachers.map((t) => ({
                  value: t.id,
                  label: t.name,
                  hint: `${t.model}, ${formatMoney(t.inputPriceMicrosPerMtok)} in and ${formatMoney(t.outputPriceMicrosPerMtok)} out per million tokens`,
                }))}
              />
            </Field>
            <Field label="Rows" group>
              <RadioCards
                value={rows}
                onValueChange={setRows}
                columns={3}
                options={[
                  {
                    value: "all",
                    label: `All ${formatCount(counted.all)}`,
                    hint: "To train, and to judge the teacher too.",
                  },
                  {
                    value: "train",
                    label: `Training ${formatCount(counted.train)}`,
                    hint: "The hold-out stays unlabelled.",
                  },
                  {
                    value: "holdout",
                    label: `Hold-out ${formatCount(counted.holdout)}`,
                    hint: "Only to judge the teacher.",
                  },
                ]}
              />
            </Field>
            <Field
              label="Sample"
              optional
              hint="A random sample of so many rows, the same on every start of this run. Empty: all of them."
            >
              <NumberInput unit="rows" min={1} step={1} value={limit} onValueChange={setLimit} />
            </Field>
          </div>
        </Card>
        <Card title="Limits">
          <div className="space-y-4">
            <Field
              label="Spend at most"
              hint="A hard cap: no request is sent that could pass it, even with all answers in flight as long as allowed. Empty: no cap."
            >
              <NumberInput prefix="$" min={0} step="any" value={capDollars} onValueChange={setCapDollars} />
            </Field>
            <Switch
              checked={autoConfirm}
              onCheckedChange={setAutoConfirm}
              label="Go on by itself"
              hint="After the smoke test, when most answers are usable and the estimate is under the cap."
            />
            <MoreSettings teacher={teacher} settings={settings} onChange={setSettings} />
          </div>
        </Card>
        {error ? <ErrorState error={error} /> : null}
        <div className="flex justify-end gap-2">
          <LinkButton href={`/projects/${projectId}/labels`}>Back</LinkButton>
          <Button
            type="submit"
            variant="primary"
            pending={create.isPending}
            disabledReason={viewer.whyNot("run.write") ?? (labelled === 0 ? "There are no rows there." : null)}
          >
            Smoke test · {plural(Math.min(smokeRows, labelled), "row")}
          </Button>
        </div>
      </form>
      <Guess choice={choice} capMicros={capDollars === null ? null : capDollars * 1_000_000} />
    </div>
  );
}
