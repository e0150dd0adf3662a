"use client";

import { type FormEvent, useState } from "react";
import { invalidFields } from "#components/tasks/field-errors.ts";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { Field, Input, Textarea } from "#components/ui/field.tsx";
import { useMutate } from "#lib/http/client.tsx";
import { type Project, projectUpdate } from "#lib/projects/schema.ts";

/** Changes name and description. */
export function EditProjectDialog({ project, onClose }: { project: Project; onClose: () => void }) {
  const [name, setName] = useState(project.name);
  const [description, setDescription] = useState(project.description);
  const update = useMutate(projectUpdate, { onSuccess: onClose });
  const input = { projectId: project.id, name, description };
  const wrong = { ...invalidFields(projectUpdate.input, input), ...update.error?.detail.fields };

  function onSubmit(event: FormEvent) {
    event.preventDefault();
    update.mutate(input);
  }

  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Rename or describe"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            form="edit-project"
            type="submit"
            variant="primary"
            pending={update.isPending}
            disabledReason={wrong.name ?? wrong.description}
          >
            Save
          </Button>
        </>
      }
    >
      <form noValidate id="edit-project" onSubmit={onSubmit} className="space-y-4">
        <Field label="Name" error={wrong.name}>
          <Input value={name} maxLength={120} onChange={(event) => setName(event.target.value)} />
        </Field>
        <Field label="Description" optional error={wrong.description}>
          <Textarea rows={3} value={description} onChange={(event) => setDescription(event.target.value)} />
        </Field>
        {update.error && !update.error.detail.fields ? (
          <p role="alert" className="text-sm text-bad">
            {update.error.message}
          </p>
        ) : null}
      </form>
    </Dialog>
  );
}
