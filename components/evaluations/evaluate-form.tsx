"use client";

import { Scale } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { useViewer } from "#components/shell/viewer.tsx";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Field } from "#components/ui/field.tsx";
import { Select } from "#components/ui/select.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import { useUrlState } from "#components/ui/url-state.ts";
import type { AppError } from "#lib/core/errors.ts";
import { type EvaluationChoices, evaluationChoices, evaluationCreate } from "#lib/evaluations/schema.ts";
import { formatCount } from "#lib/format.ts";
import { useEndpoint, useMutate } from "#lib/http/client.tsx";

/** Opens the form by the address (`?evaluate=`), so that any page can link to it. */
export function EvaluateButton() {
  const viewer = useViewer();
  const url = useUrlState();
  return (
    <Button
      variant="primary"
      icon={<Scale aria-hidden />}
      disabledReason={viewer.whyNot("run.write")}
      onClick={() => url.set({ evaluate: "new" })}
    >
      Evaluate a student
    </Button>
  );
}

/** The form in a dialog, while the address asks for it: `?evaluate=new`, or the id of a student to begin with. */
export function EvaluateDialog({ projectId }: { projectId: string }) {
  const viewer = useViewer();
  const url = useUrlState();
  const asked = url.get("evaluate");
  return (
    <Dialog
      open={asked !== "" && viewer.can("run.write")}
      onOpenChange={(open) => !open && url.set({ evaluate: null })}
      title="Evaluate a student"
      description="Student and teacher answer the same rows. It takes seconds and costs nothing: the teacher's answers are already there."
      size="md"
    >
      <Loader projectId={projectId} asked={asked} />
    </Dialog>
  );
}

function Loader({ projectId, asked }: { projectId: string; asked: string }) {
  const choices = useEndpoint(evaluationChoices, { projectId });
  if (choices.error) return <ErrorState error={choices.error} onRetry={() => void choices.refetch()} />;
  if (!choices.data) return <SkeletonRows rows={4} columns={2} />;
  if (choices.data.students.length === 0) {
    return (
      <EmptyState
        title="There is no student yet."
        hint="Train one on the Students tab; it takes seconds on this machine."
      />
    );
  }
  return <EvaluateForm projectId={projectId} choices={choices.data} asked={asked} />;
}

const noTeacher = "none";

function EvaluateForm({ projectId, choices, asked }: { projectId: string; choices: EvaluationChoices; asked: string }) {
  const router = useRouter();
  const [studentId, setStudentId] = useState(
    choices.students.find(({ id }) => id === asked)?.id ?? choices.students[0]?.id ?? "",
  );
  const student = choices.students.find(({ id }) => id === studentId);
  const [chosenVersion, setVersion] = useState<string | null>(null);
  const versionId = chosenVersion ?? student?.datasetVersionId ?? "";
  const version = choices.versions.find(({ id }) => id === versionId);
  const own = student?.datasetVersionId === versionId;
  const [chosenRows, setRows] = useState<"holdout" | "all" | null>(null);
  // A separate version without a hold-out is a test set: all of it is judged.
  const rows = own
    ? "holdout"
    : (chosenRows ??
      (version && version.holdoutCount > 0 && version.holdoutCount < version.rowCount ? "holdout" : "all"));
  const teachers = version?.teachers ?? [];
  const [chosenTeacher, setTeacher] = useState<string | null>(null);
  const teacher =
    teachers.some(({ runId }) => runId === chosenTeacher) || chosenTeacher === noTeacher
      ? chosenTeacher
      : (teachers[0]?.runId ?? noTeacher);
  const [error, setError] = useState<AppError | null>(null);
  const create = useMutate(evaluationCreate, {
    onSuccess: ({ id }) => router.push(`/projects/${projectId}/evaluations/${id}`),
    onError: setError,
  });
  const count = rows === "holdout" ? (version?.holdoutCount ?? 0) : (version?.rowCount ?? 0);

  return (
    <form
      noValidate
      className="space-y-4"
      onSubmit={(event) => {
        event.preventDefault();
        setError(null);
        create.mutate({
          projectId,
          studentId,
          datasetVersionId: versionId,
          rows,
          generationRunId: teacher === noTeacher ? null : teacher,
        });
      }}
    >
      <Field label="Student">
        <Select
          value={studentId}
          onValueChange={setStudentId}
          options={choices.students.map(({ id, name }) => ({ value: id, label: name }))}
        />
      </Field>
      <Field
        label="Data"
        hint={
          own
            ? "The rows held out before any labelling: the student has never seen them."
            : "Another version than the student learned from."
        }
      >
        <Select
          value={versionId}
          onValueChange={setVersion}
          options={choices.versions.map((v) => ({
            value: v.id,
            label: v.name,
            hint: `${formatCount(v.rowCount)} rows, ${formatCount(v.holdoutCount)} held out, ${formatCount(v.labelledCount)} with gold labels`,
          }))}
        />
      </Field>
      {own ? null : (
        <Field label="Rows">
          <Select
            value={rows}
            onValueChange={setRows}
            options={[
              {
                value: "holdout",
                label: `Hold-out: ${formatCount(version?.holdoutCount)} rows`,
                disabled: version?.holdoutCount === 0,
              },
              {
                value: "all",
                label: `All ${formatCount(version?.rowCount)} rows`,
                hint: "For a test set that no student learns from.",
              },
            ]}
          />
        </Field>
      )}
      <Field
        label="Teacher's answers"
        hint={
          teachers.length === 0
            ? "No finished labelling run covers these rows: the student is compared with gold labels only."
            : undefined
        }
      >
        <Select
          value={teacher}
          onValueChange={setTeacher}
          options={[
            ...teachers.map((t) => ({
              value: t.runId,
              label: t.name,
              hint:
                t.sample === null
                  ? t.coversAll
                    ? "all rows labelled"
                    : "hold-out labelled"
                  : `a sample of ${formatCount(t.sample)} rows`,
            })),
            { value: noTeacher, label: "None: gold labels only" },
          ]}
        />
      </Field>
      {error ? <ErrorState error={error} /> : null}
      <div className="flex justify-end">
        <Button
          type="submit"
          variant="primary"
          pending={create.isPending}
          disabledReason={count === 0 ? "There are no rows to judge on." : null}
        >
          Evaluate on {formatCount(count)} rows
        </Button>
      </div>
    </form>
  );
}
