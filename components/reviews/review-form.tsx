"use client";

import { useParams, useRouter, useSearchParams } from "next/navigation";
import { useDeferredValue, useState } from "react";
import type { z } from "zod";
import { useViewer } from "#components/shell/viewer.tsx";
import { Button, LinkButton } from "#components/ui/button.tsx";
import { Card, PageHeader } from "#components/ui/card.tsx";
import { Checkbox, RadioCards } from "#components/ui/choice.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Field, Input, NumberInput, Textarea } from "#components/ui/field.tsx";
import { Select } from "#components/ui/select.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import type { AppError } from "#lib/core/errors.ts";
import { formatCount, plural } from "#lib/format.ts";
import { useEndpoint, useMutate } from "#lib/http/client.tsx";
import { mostItems, reviewChoices, reviewCreate } from "#lib/reviews/schema.ts";
import { MixPreview } from "./mix-preview.tsx";

type Loaded = z.output<typeof reviewChoices.output>;
type Version = Loaded["versions"][number];

/** Sets up a review: which rows, by which doubts, and who is asked. */
export function NewReview() {
  const { projectId } = useParams<{ projectId: string }>();
  const viewer = useViewer();
  const choices = useEndpoint(reviewChoices, { projectId }, { enabled: viewer.can("review.manage") });
  return (
    <>
      <PageHeader
        title="New review"
        hint="The queue is frozen when it is made: rows, order and what is shown beside them never change."
      />
      {!viewer.can("review.manage") ? (
        <Card flush>
          <EmptyState title="Your role does not set up reviews." hint="Owners and engineers do." />
        </Card>
      ) : choices.error ? (
        <ErrorState error={choices.error} onRetry={() => void choices.refetch()} />
      ) : !choices.data ? (
        <Skeleton className="h-96" />
      ) : choices.data.kind === null ? (
        <Card flush>
          <EmptyState
            title="Reviewers need to know what is asked."
            hint="State the task first; its labels are what they choose from."
            action={<LinkButton href={`/projects/${projectId}/task`}>Go to Task</LinkButton>}
          />
        </Card>
      ) : choices.data.versions.length === 0 ? (
        <Card flush>
          <EmptyState
            title="There are no rows to review yet."
            hint="Upload a CSV or JSONL file; it takes a minute."
            action={<LinkButton href={`/projects/${projectId}/data`}>Go to Data</LinkButton>}
          />
        </Card>
      ) : (
        <Form projectId={projectId} choices={choices.data} />
      )}
    </>
  );
}

const none = "none";

/** A choice that may be none. */
function chosen(wanted: string | null, options: readonly { id: string }[]): string {
  if (wanted === none || options.some(({ id }) => id === wanted)) return wanted ?? none;
  return options[0]?.id ?? none;
}

function Form({ projectId, choices }: { projectId: string; choices: Loaded }) {
  const router = useRouter();
  const viewer = useViewer();
  // a link from a version names it
  const asked = useSearchParams().get("version");
  const [versionId, setVersionId] = useState(
    (choices.versions.find(({ id }) => id === asked) ?? choices.versions[0])?.id ?? "",
  );
  const version = choices.versions.find(({ id }) => id === versionId) as Version;
  const [wantedRun, setRun] = useState<string | null>(null);
  const [wantedEvaluation, setEvaluation] = useState<string | null>(null);
  const [noise, setNoise] = useState(true);
  const [auditPercent, setAuditPercent] = useState<number | null>(10);
  const [limit, setLimit] = useState<number | null>(500);
  const [name, setName] = useState("");
  const [note, setNote] = useState("");
  const [reviewers, setReviewers] = useState<"1" | "2">("1");
  const [people, setPeople] = useState<readonly string[]>(() =>
    choices.people.filter(({ role }) => role === "reviewer").map(({ userId }) => userId),
  );
  const [error, setError] = useState<AppError | null>(null);
  const run = chosen(wantedRun, version.runs);
  const evaluation = chosen(wantedEvaluation, version.evaluations);
  const choice = {
    projectId,
    datasetVersionId: version.id,
    ...(run === none ? {} : { generationRunId: run }),
    ...(evaluation === none ? {} : { evaluationId: evaluation }),
    noise,
    auditShare: Math.min(1, Math.max(0, (auditPercent ?? 0) / 100)),
    limit: Math.min(mostItems, Math.max(1, Math.round(limit ?? 500))),
  };
  const create = useMutate(reviewCreate, {
    onSuccess: ({ id }) => router.push(`/projects/${projectId}/review/${id}`),
    onError: setError,
  });
  const fields = error?.detail.fields ?? {};
  const title = name.trim() || `Check ${version.name}`;
  const tooFew = people.length < Number(reviewers);

  return (
    <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
      <form
        noValidate
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          setError(null);
          create.mutate({ ...choice, name: title, note, reviewers: Number(reviewers), assignees: [...people] });
        }}
      >
        <Card title="Rows">
          <div className="space-y-4">
            <Field label="Data">
              <Select
                value={version.id}
                onValueChange={setVersionId}
                options={choices.versions.map((each) => ({
                  value: each.id,
                  label: each.name,
                  hint: `${plural(each.rowCount, "row")}, ${formatCount(each.labelledCount)} with an answer`,
                }))}
              />
            </Field>
            <Field
              label="Where the teacher disagrees"
              hint={
                choices.kind === "generation"
                  ? "Free texts always differ: the teacher's answers are shown, but do not choose rows."
                  : "The rows whose answer differs from that of a labelling run. Where the data has none, the teacher's answer is what is decided."
              }
            >
              <Select
                value={run}
                onValueChange={setRun}
                options={[
                  ...version.runs.map(({ id, title: label }) => ({ value: id, label })),
                  { value: none, label: "No labelling run" },
                ]}
              />
            </Field>
            <Field
              label="Where a student was unsure"
              hint="Rows of an evaluation that the student answered with a confidence below 70 %."
            >
              <Select
                value={evaluation}
                onValueChange={setEvaluation}
                options={[
                  ...version.evaluations.map(({ id, student }) => ({ value: id, label: student })),
                  { value: none, label: "No evaluation" },
                ]}
              />
            </Field>
            <Checkbox
              checked={noise && version.suspects !== null}
              onCheckedChange={setNoise}
              disabled={version.suspects === null}
              label="Suspected wrong labels"
              hint={
                version.suspects === null
                  ? "There is no quality report of this version yet."
                  : `${plural(version.suspects, "row")} of its quality report.`
              }
            />
            <div className="grid gap-4 sm:grid-cols-2">
              <Field
                label="Drawn at random"
                hint="Tells how often the data is wrong."
                error={fields.auditShare ?? null}
              >
                <NumberInput value={auditPercent} onValueChange={setAuditPercent} unit="%" min={0} max={100} />
              </Field>
              <Field label="At most" error={fields.limit ?? null} hint={`Up to ${formatCount(mostItems)}.`}>
                <NumberInput value={limit} onValueChange={setLimit} unit="rows" min={1} max={mostItems} />
              </Field>
            </div>
          </div>
        </Card>
        <Card title="People">
          <div className="space-y-4">
            <Field label="Each row is decided by" group>
              <RadioCards
                aria-label="Each row is decided by"
                value={reviewers}
                onValueChange={setReviewers}
                options={[
                  { value: "1", label: "One person", hint: "Fastest." },
                  { value: "2", label: "Two people", hint: "Shows how far they agree; where not, you decide." },
                ]}
              />
            </Field>
            <Field label="Who is asked" group error={fields.assignees ?? null}>
              <ul className="space-y-2">
                {choices.people.map((person) => (
                  <li key={person.userId}>
                    <Checkbox
                      checked={people.includes(person.userId)}
                      onCheckedChange={(on) =>
                        setPeople((was) => (on ? [...was, person.userId] : was.filter((id) => id !== person.userId)))
                      }
                      label={person.userId === viewer.userId ? `${person.name} (you)` : person.name}
                      hint={person.role}
                    />
                  </li>
                ))}
              </ul>
            </Field>
            <Field label="Name" error={fields.name ?? null}>
              <Input
                value={name}
                placeholder={`Check ${version.name}`}
                maxLength={120}
                onChange={(e) => setName(e.target.value)}
              />
            </Field>
            <Field label="What to look at" optional hint="Shown to reviewers beside every row.">
              <Textarea rows={3} value={note} maxLength={2_000} onChange={(e) => setNote(e.target.value)} />
            </Field>
          </div>
        </Card>
        {error ? <ErrorState error={error} /> : null}
        <Button
          type="submit"
          variant="primary"
          pending={create.isPending}
          disabledReason={
            tooFew ? (people.length === 0 ? "Ask at least one person." : "Two people per row need two people.") : null
          }
        >
          Make the queue and ask {plural(people.length, "person", "people")}
        </Button>
      </form>
      <MixPreview choice={useDeferredValue(choice)} />
    </div>
  );
}
