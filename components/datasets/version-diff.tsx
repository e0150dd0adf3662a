"use client";

import { GitCompare } from "lucide-react";
import { Card } from "#components/ui/card.tsx";
import { Combobox } from "#components/ui/combobox.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Field } from "#components/ui/field.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { Stat } from "#components/ui/stat.tsx";
import { Table, TableHead, Td, Th, Tr } from "#components/ui/table.tsx";
import { useUrlState } from "#components/ui/url-state.ts";
import { DiffKind, type LabelMove, type VersionDiff, versionDiff } from "#lib/datasets/diff-schema.ts";
import { versionList } from "#lib/datasets/schema.ts";
import { formatCount, plural } from "#lib/format.ts";
import { useEndpoint } from "#lib/http/client.tsx";
import { DiffRows } from "./diff-rows.tsx";
import { originWords } from "./origin-words.ts";
import type { VersionDetail } from "./version-detail.ts";
import { oneLine } from "./visible.ts";

/** What differs from another version: by default from the one that this was made from. */
export function VersionDiffTab({ version }: { version: VersionDetail }) {
  const url = useUrlState();
  const { data } = useEndpoint(versionList, { datasetId: version.datasetId, limit: 200 });
  const others = data?.items.filter(({ id, state }) => id !== version.id && state === "ready");
  const before = others?.find(({ number }) => number < version.number) ?? others?.[0];
  const chosen = others?.find(({ id }) => id === url.get("base"))?.id ?? version.parentId ?? before?.id ?? null;
  const base = others?.some(({ id }) => id === chosen) ? chosen : (before?.id ?? null);
  if (!others) return <Skeleton className="h-64 w-full rounded-lg" />;
  if (!base) {
    return (
      <Card flush>
        <EmptyState
          picture={<GitCompare />}
          title="This is the only version. A change to its rows, or another import, makes the next one."
        />
      </Card>
    );
  }
  return (
    <div className="space-y-4">
      <Card>
        <Field label="Compared with" className="max-w-96">
          <Combobox
            value={base}
            onValueChange={(next) => url.set({ base: next, kind: null })}
            options={others.map(({ id, number, rowCount, origin, reason }) => ({
              value: id,
              label: `v${number} · ${formatCount(rowCount)} rows`,
              hint: reason || originWords[origin],
            }))}
          />
        </Field>
        <Figures version={version} base={base} />
      </Card>
    </div>
  );
}

function Figures({ version, base }: { version: VersionDetail; base: string }) {
  const url = useUrlState();
  const query = useEndpoint(versionDiff, { datasetVersionId: version.id, baseVersionId: base }, { staleTime: 600_000 });
  const diff = query.data;
  const kind = DiffKind.safeParse(url.get("kind")).data;
  const href = (to: DiffKind) => `?tab=changes&base=${base}&kind=${to}`;
  if (query.error && !diff) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  const count = (of: keyof VersionDiff["counts"]) => (diff ? formatCount(diff.counts[of]) : undefined);
  const total = diff ? diff.counts.added + diff.counts.removed + diff.counts.changed : null;
  return (
    <div className="mt-4 space-y-4">
      <div className="grid grid-cols-2 gap-x-6 gap-y-4 sm:grid-cols-5">
        <Stat label="Added" value={count("added")} href={href("added")} />
        <Stat label="Removed" value={count("removed")} href={href("removed")} />
        <Stat label="Changed" value={count("changed")} href={href("changed")} />
        <Stat label="Other gold answer" value={count("labels")} href={href("labels")} hint="among the changed" />
        <Stat label="Other side" value={count("sides")} hint="hold-out or training" />
      </div>
      {diff ? (
        <p className="text-sm text-muted">
          {diff.sameLine
            ? `v${diff.version.number} and v${diff.base.number} go back to the same import: rows are matched by their number.`
            : "These are different imports: rows are matched by their text, upper and lower case and spaces apart."}
        </p>
      ) : null}
      {diff && diff.moves.length > 0 ? <Moves moves={diff.moves} more={diff.moreMoves} /> : null}
      {total === 0 ? (
        <EmptyState title={`v${version.number} holds the same rows.`} />
      ) : (
        <DiffRows version={version} base={base} kind={kind} total={total} />
      )}
    </div>
  );
}

function Moves({ moves, more }: { moves: readonly LabelMove[]; more: boolean }) {
  const answer = (text: string | null) =>
    text === null ? <span className="text-faint">none</span> : <bdi>{oneLine(text)}</bdi>;
  return (
    <details open={moves.length <= 10}>
      <summary className="cursor-pointer text-sm font-medium">
        {plural(moves.length, "move")} of gold answers{more ? ", the most frequent" : ""}
      </summary>
      <Table label="Moves of gold answers" compact maxHeight="20rem" className="mt-2">
        <TableHead>
          <Th>From</Th>
          <Th>To</Th>
          <Th numeric>Rows</Th>
        </TableHead>
        <tbody>
          {moves.map((move) => (
            <Tr key={`${move.from}\u0000${move.to}`}>
              <Td className="max-w-56 truncate">{answer(move.from)}</Td>
              <Td className="max-w-56 truncate">{answer(move.to)}</Td>
              <Td numeric>{formatCount(move.rows)}</Td>
            </Tr>
          ))}
        </tbody>
      </Table>
    </details>
  );
}
