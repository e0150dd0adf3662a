"use client";

import { useRouter } from "next/navigation";
import { type FormEvent, useRef, useState } from "react";
import { toast } from "sonner";
import { invalidFields } from "#components/tasks/field-errors.ts";
import { Button, LinkButton } from "#components/ui/button.tsx";
import { Card, PageHeader } from "#components/ui/card.tsx";
import { Field, Input, Textarea } from "#components/ui/field.tsx";
import { useMutate } from "#lib/http/client.tsx";
import { projectCreate, type TaskKind } from "#lib/projects/schema.ts";
import { KindChoice } from "./kind-choice.tsx";
import { kindFacts } from "./kinds.ts";
import { useDraft } from "./use-draft.ts";

const empty: { name: string; description: string; kind: TaskKind; instruction: string } = {
  name: "",
  description: "",
  kind: "classification",
  instruction: "",
};

/** Name, kind and instruction; everything else of the task is filled in on its page. */
export function NewProjectForm() {
  const router = useRouter();
  const draft = useDraft("new-project", empty, "new");
  const [errors, setErrors] = useState<Record<string, string>>({});
  const form = useRef<HTMLFormElement>(null);
  const { name, description, kind, instruction } = draft.value;

  const create = useMutate(projectCreate, {
    onSuccess: (project) => {
      draft.forget();
      router.push(`/projects/${project.id}/task`);
    },
    onError: (error) => {
      setErrors(error.detail.fields ?? {});
      toast.error(error.message, { description: error.detail.todo });
    },
  });

  function onSubmit(event: FormEvent) {
    event.preventDefault();
    const input = { name, description, kind, ...(instruction.trim() ? { instruction } : {}) };
    const wrong = invalidFields(projectCreate.input, input);
    setErrors(wrong);
    if (Object.keys(wrong).length === 0) create.mutate(input);
    else form.current?.querySelector<HTMLElement>(`[name="${Object.keys(wrong)[0]}"]`)?.focus();
  }

  return (
    <>
      <PageHeader title="New project" hint="One narrow task that a large model does for you many times a day." />
      <form ref={form} onSubmit={onSubmit} noValidate className="max-w-4xl space-y-6">
        <Card
          title="What is the answer?"
          hint="The kind decides how answers are checked and which student can learn it. It can be changed later."
        >
          <KindChoice value={kind} onChange={(next) => draft.set({ kind: next })} />
        </Card>
        <Card title="What is it called?">
          <div className="grid gap-4">
            <Field label="Name" error={errors.name} required>
              <Input
                name="name"
                value={name}
                maxLength={120}
                placeholder={kindFacts[kind].namePlaceholder}
                onChange={(event) => draft.set({ name: event.target.value })}
                onBlur={() => name.trim() && setErrors(({ name: _solved, ...rest }) => rest)}
              />
            </Field>
            <Field
              label="Description"
              optional
              hint="What it is for and who asked for it; shown in lists."
              error={errors.description}
            >
              <Textarea
                name="description"
                rows={2}
                value={description}
                onChange={(event) => draft.set({ description: event.target.value })}
              />
            </Field>
            <Field
              label="Instruction"
              optional
              hint="What the model is told to do today. Labels, limits and costs come on the next page."
              error={errors.instruction}
            >
              <Textarea
                name="instruction"
                rows={4}
                value={instruction}
                placeholder="Read the support ticket and answer with the queue it belongs to."
                onChange={(event) => draft.set({ instruction: event.target.value })}
              />
            </Field>
          </div>
        </Card>
        <div className="flex flex-wrap items-center gap-2">
          <Button type="submit" variant="primary" pending={create.isPending || create.isSuccess}>
            Create project
          </Button>
          <LinkButton href="/projects" variant="ghost">
            Cancel
          </LinkButton>
          {draft.dirty ? <span className="text-xs text-muted">Your draft is kept in this browser.</span> : null}
        </div>
      </form>
    </>
  );
}
