"use client";

import Link from "next/link";
import { Badge } from "#components/ui/badge.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import { Table, TableHead, Td, Th, Tr } from "#components/ui/table.tsx";
import { RelativeTime } from "#components/ui/time.tsx";
import { type DatasetVersion, versionList } from "#lib/datasets/schema.ts";
import { formatCount } from "#lib/format.ts";
import { usePages } from "#lib/http/client.tsx";
import { rowsHref } from "./health-strip.tsx";
import { LineageCard } from "./lineage.tsx";
import { deltaWords, originWords } from "./origin-words.ts";
import type { VersionDetail } from "./version-detail.ts";
import { VersionMenu } from "./version-menu.tsx";

/** Every version of the dataset: who made it of which, how and why; and what was made with them. */
export function VersionHistory({ version }: { version: VersionDetail }) {
  const query = usePages(
    versionList,
    { datasetId: version.datasetId, limit: 50 },
    { live: [`project:${version.projectId}`] },
  );
  const versions = query.data?.pages.flatMap((page) => page.items);
  const numbers = new Map(versions?.map(({ id, number }) => [id, number]));
  return (
    <div className="space-y-4">
      <Card flush title="Versions" hint="None of them ever changes; what is made of one names it for good.">
        {query.error && !versions ? <ErrorState error={query.error} onRetry={() => void query.refetch()} /> : null}
        {!versions && !query.error ? <SkeletonRows rows={4} columns={5} /> : null}
        {versions ? (
          <Table label="Versions" maxHeight="60vh">
            <TableHead>
              <Th>Version</Th>
              <Th>How</Th>
              <Th>Why</Th>
              <Th numeric>Rows</Th>
              <Th numeric>Against its parent</Th>
              <Th>Made</Th>
              <Th>
                <span className="sr-only">Compare</span>
              </Th>
            </TableHead>
            <tbody>
              {versions.map((each) => (
                <HistoryRow key={each.id} version={each} shown={version} parent={numbers.get(each.parentId ?? "")} />
              ))}
            </tbody>
          </Table>
        ) : null}
        {query.hasNextPage ? (
          <div className="border-t p-3">
            <Button size="sm" pending={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
              Show older ones
            </Button>
          </div>
        ) : null}
      </Card>
      <LineageCard version={version} />
    </div>
  );
}

type RowProps = { version: DatasetVersion; shown: VersionDetail; parent: number | undefined };

function HistoryRow({ version, shown, parent }: RowProps) {
  const here = version.id === shown.id;
  return (
    <Tr selected={here}>
      <Td className="whitespace-nowrap">
        <Link href={rowsHref(version)} className="link">
          v{version.number}
        </Link>{" "}
        {here ? <Badge tone="accent">this one</Badge> : null}
      </Td>
      <Td className="whitespace-nowrap">{originWords[version.origin]}</Td>
      <Td className="min-w-40">
        <bdi className="line-clamp-2 break-words">
          {version.reason || (version.origin === "import" ? version.sourceFileName : "")}
        </bdi>
      </Td>
      <Td numeric>{version.state === "ready" ? formatCount(version.rowCount) : version.state}</Td>
      <Td numeric className="text-muted">
        {version.changes ? `${deltaWords(version.changes)}${parent ? ` of v${parent}` : ""}` : ""}
      </Td>
      <Td className="whitespace-nowrap text-muted">
        {version.createdBy} <RelativeTime at={version.createdAt} />
      </Td>
      <Td className="text-right whitespace-nowrap">
        {!here && version.state === "ready" && shown.state === "ready" ? (
          <Link
            href={rowsHref(shown, { tab: "changes", base: version.id })}
            className="link text-sm"
            aria-label={`Compare v${shown.number} with v${version.number}`}
          >
            Compare
          </Link>
        ) : null}
        <VersionMenu version={version} />
      </Td>
    </Tr>
  );
}
