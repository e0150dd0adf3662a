"use client";

import { Ellipsis, FileUp, Pencil, Trash2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { toast } from "sonner";
import { useViewer } from "#components/shell/viewer.tsx";
import { Button, IconButton } from "#components/ui/button.tsx";
import { ConfirmDialog, Dialog } from "#components/ui/dialog.tsx";
import { Field, Input } from "#components/ui/field.tsx";
import { DropdownMenu } from "#components/ui/menu.tsx";
import { datasetDelete, datasetRestore } from "#lib/datasets/deletion-schema.ts";
import { type Dataset, datasetRename } from "#lib/datasets/schema.ts";
import { formatDate, plural } from "#lib/format.ts";
import { useMutate } from "#lib/http/client.tsx";

type Named = Pick<Dataset, "id" | "name" | "projectId" | "versionCount">;

/** Add a version, rename, delete. `onDeleted` where the page shows what went. */
export function DatasetMenu({ dataset, onDeleted }: { dataset: Named; onDeleted?: () => void }) {
  const viewer = useViewer();
  const router = useRouter();
  const [open, setOpen] = useState<"rename" | "delete" | null>(null);
  if (!viewer.can("data.write")) return null;
  return (
    <>
      <DropdownMenu
        label={dataset.name}
        trigger={
          <IconButton label={`Menu of ${dataset.name}`}>
            <Ellipsis aria-hidden />
          </IconButton>
        }
        items={[
          {
            label: "Add a version …",
            icon: <FileUp aria-hidden />,
            onSelect: () => router.push(`/projects/${dataset.projectId}/data/import?dataset=${dataset.id}`),
          },
          { label: "Rename …", icon: <Pencil aria-hidden />, onSelect: () => setOpen("rename") },
          "separator",
          { label: "Delete …", icon: <Trash2 aria-hidden />, danger: true, onSelect: () => setOpen("delete") },
        ]}
      />
      {open === "rename" ? <RenameDialog dataset={dataset} onClose={() => setOpen(null)} /> : null}
      {open === "delete" ? (
        <DeleteDialog dataset={dataset} onClose={() => setOpen(null)} onDeleted={onDeleted} />
      ) : null}
    </>
  );
}

function RenameDialog({ dataset, onClose }: { dataset: Named; onClose: () => void }) {
  const [name, setName] = useState(dataset.name);
  const rename = useMutate(datasetRename, { onSuccess: onClose });
  const submit = () => rename.mutate({ datasetId: dataset.id, name });
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Rename dataset"
      size="sm"
      footer={
        <Button
          variant="primary"
          pending={rename.isPending}
          onClick={submit}
          disabledReason={name.trim() ? null : "Give it a name."}
        >
          Rename
        </Button>
      }
    >
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim()) submit();
        }}
      >
        <Field label="Name" error={rename.error?.message ?? null}>
          <Input value={name} maxLength={120} onChange={(event) => setName(event.target.value)} />
        </Field>
      </form>
    </Dialog>
  );
}

type DeleteProps = { dataset: Named; onClose: () => void; onDeleted: (() => void) | undefined };

function DeleteDialog({ dataset, onClose, onDeleted }: DeleteProps) {
  const restore = useMutate(datasetRestore, {
    onSuccess: () => toast.success(`${dataset.name} is back.`),
    onError: (error) => toast.error(error.message),
  });
  const remove = useMutate(datasetDelete, {
    onSuccess: ({ restorableUntil }) => {
      toast.success(`${dataset.name} is deleted.`, {
        description: `It can be restored until ${formatDate(restorableUntil)}.`,
        action: { label: "Undo", onClick: () => restore.mutate({ datasetId: dataset.id }) },
        duration: 10_000,
      });
      onClose();
      onDeleted?.();
    },
  });
  // The server says so where runs under way are all that stands against it.
  const onlyRuns = remove.error?.detail.todo?.includes("cancelRuns") ?? false;
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={`Delete dataset ${dataset.name}?`}
      confirmLabel={onlyRuns ? "Cancel the runs and delete" : `Delete ${plural(dataset.versionCount, "version")}`}
      danger
      pending={remove.isPending}
      onConfirm={() => remove.mutate({ datasetId: dataset.id, cancelRuns: onlyRuns })}
    >
      <p>
        Its {plural(dataset.versionCount, "version")} with all rows will no longer be shown and can be restored for a
        while. A dataset that a labelling run, a student or an evaluation rests on is not deleted.
      </p>
      {remove.error ? (
        <p role="alert" className="mt-3 text-sm text-bad">
          {remove.error.message}{" "}
          {onlyRuns ? "You can cancel them and delete the dataset in one step." : remove.error.detail.todo}
        </p>
      ) : null}
    </ConfirmDialog>
  );
}
