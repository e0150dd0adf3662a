"use client";

import { Database, FileUp, Tags } from "lucide-react";
import Link from "next/link";
import { useViewer } from "#components/shell/viewer.tsx";
import { Badge, SimulatedBadge } from "#components/ui/badge.tsx";
import { LinkButton } from "#components/ui/button.tsx";
import { Card, Section } from "#components/ui/card.tsx";
import { CodeBlock } from "#components/ui/code-block.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { Table, TableHead, Td, Th, Tr } from "#components/ui/table.tsx";
import { RelativeTime } from "#components/ui/time.tsx";
import { type Dataset, type DatasetVersion, datasetList } from "#lib/datasets/schema.ts";
import { formatBytes, formatCount, formatPercent } from "#lib/format.ts";
import { useEndpoint } from "#lib/http/client.tsx";
import { DatasetMenu } from "./dataset-menu.tsx";
import { DeletedList } from "./deleted-list.tsx";
import { HealthStrip, labelHref, rowsHref } from "./health-strip.tsx";
import { ImportProgress } from "./import-progress.tsx";
import { shownDatasets } from "./limits.ts";
import { originWords } from "./origin-words.ts";
import { Warnings } from "./warnings.tsx";

const example = `text,label
"The printer on floor 3 does not answer",hardware
"I cannot sign in since this morning",access`;

/** Which data the project has, whether it is sound, and what may be done with it next. */
export function DatasetList({ projectId }: { projectId: string }) {
  const viewer = useViewer();
  const query = useEndpoint(datasetList, { projectId, limit: shownDatasets }, { live: [`project:${projectId}`] });
  const datasets = query.data?.items;
  const importButton = (
    <LinkButton href={`/projects/${projectId}/data/import`} variant="primary" icon={<FileUp aria-hidden />}>
      Import a file
    </LinkButton>
  );
  return (
    <Section
      title="Data"
      hint="Imported files, as versions that never change. The hold-out is chosen before any labelling and never trained on."
      actions={viewer.can("data.write") && datasets?.length ? importButton : null}
    >
      {query.error && !datasets ? (
        <Card flush>
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        </Card>
      ) : datasets === undefined ? (
        <div role="status" aria-label="Loading datasets">
          <Skeleton className="h-64 w-full rounded-lg" />
        </div>
      ) : datasets.length === 0 ? (
        <Card flush>
          <EmptyState
            picture={<Database />}
            title="The texts of this task come in here, with gold answers where you have them."
            hint={
              <div className="mt-3 text-left">
                <CodeBlock code={example} caption="CSV or JSONL, any size, such as" />
              </div>
            }
            action={
              viewer.can("data.write") ? (
                importButton
              ) : (
                <p className="text-sm text-muted">{viewer.whyNot("data.write")}</p>
              )
            }
          />
        </Card>
      ) : (
        <div className="space-y-4">
          {datasets.map((dataset) => (
            <DatasetCard key={dataset.id} dataset={dataset} />
          ))}
          {query.data?.nextCursor ? (
            <p className="text-sm text-muted">The newest {shownDatasets} datasets are shown.</p>
          ) : null}
        </div>
      )}
      <div className="mt-4">
        <DeletedList projectId={projectId} />
      </div>
    </Section>
  );
}

function DatasetCard({ dataset }: { dataset: Dataset }) {
  const viewer = useViewer();
  const newest = dataset.versions[0];
  const older = dataset.versions.slice(1);
  return (
    <Card
      title={
        <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
          {newest ? (
            <Link href={rowsHref(newest)} className="min-w-0 break-words underline-offset-4 hover:underline">
              {dataset.name}
            </Link>
          ) : (
            dataset.name
          )}
          {newest ? <Badge>v{newest.number}</Badge> : null}
          {dataset.simulated ? <SimulatedBadge /> : null}
        </span>
      }
      hint={newest ? <SourceLine version={newest} /> : undefined}
      actions={
        <>
          {newest?.state === "ready" && viewer.can("run.write") ? (
            <LinkButton size="sm" href={labelHref(newest)} icon={<Tags aria-hidden />}>
              Label it
            </LinkButton>
          ) : null}
          <DatasetMenu dataset={dataset} />
        </>
      }
    >
      <div className="space-y-4">
        {newest ? <VersionState version={newest} /> : null}
        {older.length > 0 ? <OlderVersions versions={older} total={dataset.versionCount - 1} /> : null}
      </div>
    </Card>
  );
}

function SourceLine({ version }: { version: DatasetVersion }) {
  return (
    <>
      {version.origin === "import" ? (
        <>
          <span className="break-all">{version.sourceFileName}</span>, {formatBytes(version.sourceBytes)}
        </>
      ) : (
        <>
          {originWords[version.origin]}: <bdi className="break-words">{version.reason}</bdi>
        </>
      )}{" "}
      · {version.createdBy} <RelativeTime at={version.createdAt} />
    </>
  );
}

/** The health of a ready version, the progress of an import, or why it failed. */
function VersionState({ version }: { version: DatasetVersion }) {
  if (version.state === "importing" && version.importRunId) return <ImportProgress runId={version.importRunId} />;
  if (version.state === "ready") {
    return (
      <>
        <HealthStrip version={version} />
        <Warnings items={version.warnings} />
      </>
    );
  }
  return (
    <p className="text-sm">
      <Badge tone="bad">Not imported</Badge>{" "}
      <span className="text-muted">{version.warnings[0] ?? "The import was cancelled."}</span>{" "}
      <Link href={rowsHref(version)} className="link">
        See why
      </Link>
    </p>
  );
}

function OlderVersions({ versions, total }: { versions: readonly DatasetVersion[]; total: number }) {
  return (
    <details>
      <summary className="cursor-pointer text-sm text-muted">
        {total === 1 ? "1 earlier version" : `${formatCount(total)} earlier versions`}
        {total > versions.length ? `, the newest ${versions.length} shown` : ""}
      </summary>
      <Table label="Earlier versions" compact className="mt-2">
        <TableHead>
          <Th>Version</Th>
          <Th>From</Th>
          <Th numeric>Rows</Th>
          <Th numeric>Hold-out</Th>
          <Th numeric>Rejected</Th>
          <Th>Made</Th>
        </TableHead>
        <tbody>
          {versions.map((version) => (
            <Tr key={version.id}>
              <Td>
                <Link href={rowsHref(version)} className="link">
                  v{version.number}
                </Link>
              </Td>
              <Td className="max-w-64 truncate">
                {version.origin === "import"
                  ? version.sourceFileName
                  : `${originWords[version.origin]}: ${version.reason}`}
              </Td>
              <Td numeric>
                {version.state === "ready"
                  ? formatCount(version.rowCount)
                  : version.state === "failed"
                    ? "not imported"
                    : "importing"}
              </Td>
              <Td numeric>{version.rowCount ? formatPercent(version.holdoutCount / version.rowCount) : "–"}</Td>
              <Td numeric>{formatCount(version.rejectedCount)}</Td>
              <Td className="whitespace-nowrap">
                <RelativeTime at={version.createdAt} />
              </Td>
            </Tr>
          ))}
        </tbody>
      </Table>
    </details>
  );
}
