"use client";

import { useRouter } from "next/navigation";
import { type FormEvent, useMemo, useRef, useState } from "react";
import { toast } from "sonner";
import { KindChoice } from "#components/projects/kind-choice.tsx";
import { useDraft } from "#components/projects/use-draft.ts";
import { Card } from "#components/ui/card.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Field, Textarea } from "#components/ui/field.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { formatCount } from "#lib/format.ts";
import { useEndpoint, useMutate } from "#lib/http/client.tsx";
import { type Task, taskGet, taskPut } from "#lib/tasks/schema.ts";
import { BaselineFields } from "./baseline-fields.tsx";
import { fieldProblems, formOf, inputOf, problemsOf, type TaskField, type TaskForm } from "./form-model.ts";
import { LabelsEditor } from "./labels-editor.tsx";
import { LimitsFields } from "./limits-fields.tsx";
import { SaveBar } from "./save-bar.tsx";
import { SchemaEditor } from "./schema-editor.tsx";

/** The task of a project: what the model does, its limits, and what it must beat. */
export function TaskPage({ projectId, canWrite }: { projectId: string; canWrite: boolean }) {
  const { data, error, refetch } = useEndpoint(taskGet, { projectId });
  if (data) return <TaskFormOf key={data.projectId} task={data} readOnly={!canWrite} />;
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  return (
    <div role="status" aria-label="Loading the task" className="space-y-6">
      <Skeleton className="h-72" />
      <Skeleton className="h-48" />
      <Skeleton className="h-48" />
    </div>
  );
}

function TaskFormOf({ task, readOnly }: { task: Task; readOnly: boolean }) {
  const { projectId } = task;
  const router = useRouter();
  const saved = useMemo(() => formOf(task), [task]);
  const draft = useDraft<TaskForm>(`task:${projectId}`, saved, task.updatedAt);
  const form = draft.value;
  const element = useRef<HTMLFormElement>(null);
  /** what the server refused, until the field is changed */
  const [refused, setRefused] = useState<Partial<Record<TaskField, string>>>({});
  /** fields a person has left, or all of them once saving was tried */
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());

  const problems = { ...problemsOf(projectId, form), ...refused };
  const shown: typeof problems = Object.fromEntries(Object.entries(problems).filter(([field]) => touched.has(field)));

  const put = useMutate(taskPut, {
    onSuccess: (result) => {
      draft.forget();
      setTouched(new Set());
      const next = result.ready
        ? { action: { label: "Next: data", onClick: () => router.push(`/projects/${projectId}/data`) } }
        : {};
      toast.success(result.ready ? "Task saved." : "Task saved; labelling needs the answers to be stated first.", next);
    },
    onError: (error) => {
      const fields = fieldProblems(error.detail.fields ?? {});
      setRefused(fields);
      focusFirst(Object.keys(fields));
      toast.error(error.message, { description: error.detail.todo });
    },
  });

  function set(patch: Partial<TaskForm>) {
    draft.set(patch);
    setRefused({});
    const [name] = Object.keys(patch);
    // Labels are judged as they come: each one is finished when it is added.
    if (name === "labels") touch(name);
  }
  function touch(...names: string[]) {
    setTouched((before) => new Set([...before, ...names]));
  }
  function focusFirst(names: readonly string[]) {
    const field = [...(element.current?.querySelectorAll<HTMLElement>("[name]") ?? [])].find((control) =>
      names.includes(control.getAttribute("name") ?? ""),
    );
    field?.focus();
    field?.scrollIntoView({ block: "center" });
  }
  function onSubmit(event: FormEvent) {
    event.preventDefault();
    touch(...Object.keys(problems));
    if (Object.keys(problems).length > 0) focusFirst(Object.keys(problems));
    else put.mutate(inputOf(projectId, form));
  }

  const fields = { form, set, errors: shown, readOnly };
  return (
    <form
      ref={element}
      onSubmit={onSubmit}
      onBlur={(event) => touch(event.target.getAttribute("name") ?? "")}
      noValidate
      aria-label="Task"
      className="space-y-6"
    >
      <Card title="What the model does">
        <div className="space-y-4">
          <KindChoice value={form.kind} onChange={(kind) => set({ kind })} disabled={readOnly} />
          <Field
            label="Instruction"
            required
            error={shown.instruction ?? null}
            hint="Sent to the teacher with every row, before the row's text. Say what counts, and what to do in doubtful cases."
            aside={<span className="tnum">{formatCount(form.instruction.length)} characters</span>}
          >
            <Textarea
              name="instruction"
              rows={6}
              value={form.instruction}
              readOnly={readOnly}
              onChange={(event) => set({ instruction: event.target.value })}
            />
          </Field>
        </div>
      </Card>
      <Card title="What an answer may be">
        {form.kind === "classification" ? (
          <LabelsEditor
            projectId={projectId}
            labels={form.labels}
            onChange={(labels) => set({ labels })}
            error={shown.labels}
            readOnly={readOnly}
          />
        ) : null}
        {form.kind === "extraction" ? (
          <SchemaEditor
            value={form.schemaText}
            onChange={(schemaText) => set({ schemaText })}
            error={shown.schemaText}
            readOnly={readOnly}
          />
        ) : null}
        {form.kind === "generation" ? (
          <p className="max-w-[72ch] text-sm text-muted">
            Any text. Empty, cut off and refused answers are kept apart and never become training data. A generation
            student needs a GPU node to train; labels can be made now.
          </p>
        ) : null}
      </Card>
      <Card
        title="What the student must keep to"
        hint="Each limit becomes a line of the verdict. An empty one does not count."
      >
        <LimitsFields {...fields} />
      </Card>
      <Card title="What it must beat" hint="The model that does the task today. Savings are counted against it.">
        <BaselineFields {...fields} />
      </Card>
      {readOnly ? (
        <p className="text-sm text-muted">Owners and engineers can change the task.</p>
      ) : (
        <SaveBar
          dirty={draft.dirty}
          pending={put.isPending}
          problems={Object.keys(shown).length}
          onDiscard={draft.discard}
        />
      )}
    </form>
  );
}
