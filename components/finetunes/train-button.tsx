"use client";

import { Cpu } from "lucide-react";
import { useState } from "react";
import { useViewer } from "#components/shell/viewer.tsx";
import { Button, LinkButton } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import { useUrlState } from "#components/ui/url-state.ts";
import { finetuneChoices, recipeList } from "#lib/finetunes/schema.ts";
import { useEndpoint } from "#lib/http/client.tsx";
import { TrainForm } from "./train-form.tsx";

/** Opens the form; `?train=1` in the address opens that of the page's header at once. */
export function TrainButton({ projectId, byAddress = false }: { projectId: string; byAddress?: boolean }) {
  const viewer = useViewer();
  const url = useUrlState();
  const [open, setOpen] = useState(false);
  const asked = byAddress && url.get("train") !== "";
  const change = (next: boolean) => {
    setOpen(next);
    if (!next && asked) url.set({ train: null });
  };
  return (
    <>
      <Button
        variant="primary"
        icon={<Cpu aria-hidden />}
        disabledReason={viewer.whyNot("run.write")}
        onClick={() => setOpen(true)}
      >
        Train a student
      </Button>
      <Dialog
        open={open || (asked && viewer.can("run.write"))}
        onOpenChange={change}
        title="Train a student"
        description="On this machine, as a process of its own. You may leave the page; the hold-out stays untouched."
        size="lg"
      >
        <Loader projectId={projectId} />
      </Dialog>
    </>
  );
}

function Loader({ projectId }: { projectId: string }) {
  const choices = useEndpoint(finetuneChoices, { projectId });
  const recipes = useEndpoint(recipeList, {});
  const error = choices.error ?? recipes.error;
  if (error)
    return <ErrorState error={error} onRetry={() => void Promise.all([choices.refetch(), recipes.refetch()])} />;
  if (!choices.data || !recipes.data) return <SkeletonRows rows={6} columns={2} />;
  const { taskKind, versions } = choices.data;
  if (taskKind === null) {
    return (
      <EmptyState
        title="The task comes first."
        hint="What the student must do decides how it can be trained."
        action={<LinkButton href={`/projects/${projectId}/task`}>Describe the task</LinkButton>}
      />
    );
  }
  const fitting = recipes.data.items.filter((recipe) => recipe.taskKinds.includes(taskKind));
  if (fitting.length === 0) {
    return (
      <EmptyState
        title={`${taskKind === "extraction" ? "Structured extraction" : "Free generation"} needs a GPU node.`}
        hint="Such a student is a language model; training one comes with the issue “GPU nodes”. On this machine, classification can be trained today."
      />
    );
  }
  if (versions.length === 0) {
    return (
      <EmptyState
        title="There are no rows to learn from yet."
        hint="Upload a dataset; a hold-out is put aside before anything is labelled."
        action={<LinkButton href={`/projects/${projectId}/data`}>Add data</LinkButton>}
      />
    );
  }
  return <TrainForm projectId={projectId} choices={choices.data} recipes={fitting} />;
}
