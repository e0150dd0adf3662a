"use client";

import { Ellipsis, Trash2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { toast } from "sonner";
import { useViewer } from "#components/shell/viewer.tsx";
import { IconButton } from "#components/ui/button.tsx";
import { ConfirmDialog } from "#components/ui/dialog.tsx";
import { DropdownMenu } from "#components/ui/menu.tsx";
import { versionDelete, versionRestore } from "#lib/datasets/deletion-schema.ts";
import type { DatasetVersion } from "#lib/datasets/schema.ts";
import { formatDate } from "#lib/format.ts";
import { useMutate } from "#lib/http/client.tsx";

type Props = { version: Pick<DatasetVersion, "id" | "number" | "datasetName" | "projectId"> };

/** What can be done with one version in a list. */
export function VersionMenu({ version }: Props) {
  const viewer = useViewer();
  const [deleting, setDeleting] = useState(false);
  if (!viewer.can("data.write")) return null;
  return (
    <>
      <DropdownMenu
        label={`v${version.number}`}
        trigger={
          <IconButton label={`Menu of v${version.number}`} size="sm">
            <Ellipsis aria-hidden />
          </IconButton>
        }
        items={[{ label: "Delete …", icon: <Trash2 aria-hidden />, danger: true, onSelect: () => setDeleting(true) }]}
      />
      {deleting ? <DeleteVersion version={version} onClose={() => setDeleting(false)} /> : null}
    </>
  );
}

function DeleteVersion({ version, onClose }: Props & { onClose: () => void }) {
  const router = useRouter();
  const named = `${version.datasetName} v${version.number}`;
  const restore = useMutate(versionRestore, {
    onSuccess: () => toast.success(`${named} is back.`),
    onError: (error) => toast.error(error.message),
  });
  const remove = useMutate(versionDelete, {
    onSuccess: ({ restorableUntil }) => {
      toast.success(`${named} is deleted.`, {
        description: `It can be restored until ${formatDate(restorableUntil)}.`,
        action: { label: "Undo", onClick: () => restore.mutate({ datasetVersionId: version.id }) },
        duration: 10_000,
      });
      onClose();
      if (window.location.pathname.endsWith(version.id)) router.push(`/projects/${version.projectId}/data`);
    },
  });
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={`Delete ${named}?`}
      confirmLabel={`Delete v${version.number}`}
      pending={remove.isPending}
      onConfirm={() => remove.mutate({ datasetVersionId: version.id })}
    >
      <p>The other versions stay as they are. One that a run, a student or a later version needs is not deleted.</p>
      {remove.error ? (
        <p role="alert" className="mt-3 text-sm text-bad">
          {remove.error.message} {remove.error.detail.todo}
        </p>
      ) : null}
    </ConfirmDialog>
  );
}
