"use client";

import { Undo2 } from "lucide-react";
import { toast } from "sonner";
import { useViewer } from "#components/shell/viewer.tsx";
import { Button } from "#components/ui/button.tsx";
import { RelativeTime } from "#components/ui/time.tsx";
import { type DeletedItem, datasetDeleted, datasetRestore, versionRestore } from "#lib/datasets/deletion-schema.ts";
import { formatDate, plural } from "#lib/format.ts";
import { useEndpoint, useMutate } from "#lib/http/client.tsx";

/** What was deleted and can still be had back; nothing where there is none. */
export function DeletedList({ projectId }: { projectId: string }) {
  const { data } = useEndpoint(datasetDeleted, { projectId }, { live: [`project:${projectId}`] });
  if (!data || data.items.length === 0) return null;
  return (
    <details className="rounded-lg border bg-surface">
      <summary className="cursor-pointer px-4 py-3 text-sm text-muted">
        {plural(data.items.length, "deleted thing")} can still be restored
      </summary>
      <ul aria-label="Deleted" className="divide-y border-t">
        {data.items.map((item) => (
          <Item key={item.id} item={item} />
        ))}
      </ul>
    </details>
  );
}

function Item({ item }: { item: DeletedItem }) {
  const viewer = useViewer();
  const named = item.number === null ? item.name : `${item.name} v${item.number}`;
  const told = {
    onSuccess: () => void toast.success(`${named} is restored.`),
    onError: (error: Error) => void toast.error(error.message),
  };
  const dataset = useMutate(datasetRestore, told);
  const version = useMutate(versionRestore, told);
  const restore = () =>
    item.kind === "dataset" ? dataset.mutate({ datasetId: item.id }) : version.mutate({ datasetVersionId: item.id });
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 px-4 py-2 text-sm">
      <div className="min-w-0">
        <bdi className="font-medium break-words">{named}</bdi>
        <p className="text-xs text-muted">
          {plural(item.rows, "row")}
          {item.kind === "dataset" ? ` in ${plural(item.versions, "version")}` : ""} · deleted{" "}
          <RelativeTime at={item.deletedAt} /> · restorable until {formatDate(item.restorableUntil)}
        </p>
      </div>
      <Button
        size="sm"
        icon={<Undo2 aria-hidden />}
        pending={dataset.isPending || version.isPending}
        disabledReason={viewer.whyNot("data.write")}
        onClick={restore}
      >
        Restore
      </Button>
    </li>
  );
}
