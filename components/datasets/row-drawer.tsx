"use client";

import { ChevronLeft, ChevronRight, Pencil } from "lucide-react";
import { useEffect, useState } from "react";
import { useViewer } from "#components/shell/viewer.tsx";
import { OriginMark } from "#components/ui/badge.tsx";
import { Button, IconButton } from "#components/ui/button.tsx";
import { CopyButton } from "#components/ui/copy-button.tsx";
import { Drawer } from "#components/ui/dialog.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { type Row, versionRows } from "#lib/datasets/schema.ts";
import { formatCount, plural } from "#lib/format.ts";
import { useEndpoint } from "#lib/http/client.tsx";
import { SideMark } from "./preview-rows.tsx";
import { RowEdit } from "./row-edit.tsx";
import { originWords, RowHistory } from "./row-history.tsx";
import { TokenView } from "./token-view.tsx";
import { useNeighbours } from "./use-neighbours.ts";
import type { VersionDetail } from "./version-detail.ts";
import { visible } from "./visible.ts";

type RowDrawerProps = {
  version: VersionDetail;
  position: number;
  /** rows of the table behind it, which the arrows walk through */
  listed: readonly Pick<Row, "position">[];
  /** another row, or null to close */
  onMove: (position: number | null) => void;
};

/** One row with its whole texts, how it came about, and its editor; arrow keys go to the row before and after. */
export function RowDrawer({ version, position, listed, onMove }: RowDrawerProps) {
  const viewer = useViewer();
  const query = useEndpoint(
    versionRows,
    { datasetVersionId: version.id, cursor: String(Math.max(0, position - 1)), limit: 1, full: true },
    { staleTime: Number.POSITIVE_INFINITY },
  );
  const found = query.data?.items[0];
  const row = found?.position === position ? found : undefined;
  const { before, after } = useNeighbours(version.id, position, listed);
  const [editing, setEditing] = useState<number | null>(null);
  const isEditing = editing === position;

  useEffect(() => {
    function onKey(event: KeyboardEvent) {
      const typing = event.target instanceof HTMLElement && event.target.matches("input, textarea, [contenteditable]");
      const next = event.key === "ArrowLeft" ? before : event.key === "ArrowRight" ? after : null;
      if (next !== null && !typing && !event.metaKey && !event.ctrlKey && !event.altKey) onMove(next);
    }
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [before, after, onMove]);

  return (
    <Drawer open onOpenChange={(open) => !open && onMove(null)} title={`Row ${formatCount(position)}`}>
      <div className="flex items-center gap-2 border-b px-4 py-2 text-sm">
        {row ? <SideMark holdout={row.holdout} /> : <Skeleton className="h-5 w-16" />}
        {row ? <span className="text-muted">{originWords(row.origin)}</span> : null}
        <span className="ml-auto flex items-center gap-1">
          {row && viewer.can("data.write") && !isEditing ? (
            <Button size="sm" icon={<Pencil aria-hidden />} onClick={() => setEditing(position)}>
              Edit
            </Button>
          ) : null}
          <IconButton label="Row before (←)" disabled={before === null} onClick={() => onMove(before)}>
            <ChevronLeft aria-hidden />
          </IconButton>
          <IconButton label="Next row (→)" disabled={after === null} onClick={() => onMove(after)}>
            <ChevronRight aria-hidden />
          </IconButton>
        </span>
      </div>
      {query.error ? <ErrorState error={query.error} onRetry={() => void query.refetch()} /> : null}
      {query.data && !row ? (
        <p className="p-4 text-sm text-muted">This version has no row {formatCount(position)}.</p>
      ) : null}
      <div className="space-y-5 p-4">
        {row && isEditing ? (
          <RowEdit key={position} version={version} row={row} onClose={() => setEditing(null)} />
        ) : row ? (
          <>
            <FullText heading={<h3 className="font-semibold">Input</h3>} text={row.input} />
            {row.output === null ? (
              <p className="text-sm text-muted">No gold answer.</p>
            ) : (
              <FullText heading={<OriginMark origin="gold">Gold answer</OriginMark>} text={row.output} />
            )}
            <TokenView version={version} position={position} />
            <RowHistory version={version} position={position} />
          </>
        ) : query.isPending ? (
          <Skeleton className="h-40 w-full" />
        ) : null}
      </div>
    </Drawer>
  );
}

/** Text as it is: never interpreted, line breaks kept, hidden characters written out. */
function FullText({ heading, text }: { heading: React.ReactNode; text: string }) {
  return (
    <section>
      <div className="mb-1 flex items-center justify-between gap-2">
        {heading}
        <span className="flex items-center gap-2 text-xs text-muted">
          {plural(text.length, "character")}
          <CopyButton text={text} />
        </span>
      </div>
      <div dir="auto" className="rounded-lg border bg-sunken p-3 text-sm whitespace-pre-wrap [overflow-wrap:anywhere]">
        {visible(text)}
      </div>
    </section>
  );
}
