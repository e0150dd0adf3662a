"use client";

import { ListChecks, Sparkles, Tags } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { QualityLine } from "#components/quality/quality-line.tsx";
import { QualityTab } from "#components/quality/quality-tab.tsx";
import { useViewer } from "#components/shell/viewer.tsx";
import { Badge, SimulatedBadge } from "#components/ui/badge.tsx";
import { Button, LinkButton } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { DropdownMenu } from "#components/ui/menu.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { Tabs } from "#components/ui/tabs.tsx";
import { RelativeTime } from "#components/ui/time.tsx";
import { useUrlState } from "#components/ui/url-state.ts";
import { type Dataset, datasetGet, versionGet } from "#lib/datasets/schema.ts";
import { formatCount } from "#lib/format.ts";
import { useEndpoint } from "#lib/http/client.tsx";
import { ClassBalance } from "./class-balance.tsx";
import { DatasetMenu } from "./dataset-menu.tsx";
import { ExportMenu } from "./export-menu.tsx";
import { HealthStrip, labelHref, rowsHref } from "./health-strip.tsx";
import { ImportProgress } from "./import-progress.tsx";
import { LengthChart } from "./length-chart.tsx";
import { NotImported } from "./not-imported.tsx";
import { deltaWords, originWords } from "./origin-words.ts";
import { RejectedTable } from "./rejected-table.tsx";
import { RowsTable } from "./rows-table.tsx";
import { SourceFacts } from "./source-facts.tsx";
import type { VersionDetail } from "./version-detail.ts";
import { VersionDiffTab } from "./version-diff.tsx";
import { VersionHistory } from "./version-history.tsx";
import { Warnings } from "./warnings.tsx";

/** One version: is it sound, what is in it, which lines were left out, where does it come from. */
export function VersionPage({ datasetVersionId }: { datasetVersionId: string }) {
  const query = useEndpoint(versionGet, { datasetVersionId });
  const projectId = query.data?.projectId;
  // Its state changes with the project's import; its rows never do.
  const live = useEndpoint(
    versionGet,
    { datasetVersionId },
    { enabled: projectId !== undefined, live: projectId ? [`project:${projectId}`] : [] },
  );
  const version = live.data ?? query.data;
  if (!version) {
    return query.error ? (
      <Card flush>
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      </Card>
    ) : (
      <Skeleton className="h-96 w-full rounded-lg" />
    );
  }
  return (
    <div className="space-y-6">
      <VersionHeader version={version} />
      {version.state === "importing" ? <Importing version={version} /> : null}
      {version.state === "failed" ? <NotImported version={version} /> : null}
      {version.state === "ready" ? <ReadyVersion version={version} /> : null}
    </div>
  );
}

function Importing({ version }: { version: VersionDetail }) {
  return (
    <Card title="The import is under way" hint="You may leave this page; the import goes on.">
      {version.importRunId ? <ImportProgress runId={version.importRunId} /> : null}
    </Card>
  );
}

function VersionHeader({ version }: { version: VersionDetail }) {
  const router = useRouter();
  const { data: dataset } = useEndpoint(datasetGet, { datasetId: version.datasetId });
  return (
    <header className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
      <div className="min-w-0">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <h2 className="min-w-0 text-lg break-words">{version.datasetName}</h2>
          <VersionMenu version={version} dataset={dataset} />
          {version.simulated ? <SimulatedBadge /> : null}
        </div>
        <p className="mt-0.5 text-sm text-muted">
          <Link href={`/projects/${version.projectId}/data`} className="link">
            All data
          </Link>{" "}
          ·{" "}
          {version.origin === "import" ? (
            <span className="break-all">{version.sourceFileName}</span>
          ) : (
            <Origin version={version} />
          )}{" "}
          · {version.createdBy} <RelativeTime at={version.createdAt} />
        </p>
      </div>
      <div className="flex flex-wrap items-center gap-2">
        {version.state === "ready" ? <ReadyActions version={version} /> : null}
        {dataset ? (
          <DatasetMenu dataset={dataset} onDeleted={() => router.push(`/projects/${version.projectId}/data`)} />
        ) : null}
      </div>
    </header>
  );
}

/** How a version that was not imported came about. */
function Origin({ version }: { version: VersionDetail }) {
  return (
    <>
      {originWords[version.origin]}: <bdi className="break-words">{version.reason}</bdi>
      {version.changes && version.parentId ? (
        <>
          {" "}
          (
          <Link href={rowsHref(version, { tab: "changes" })} className="link tnum">
            {deltaWords(version.changes)}
          </Link>
          )
        </>
      ) : null}
    </>
  );
}

/** Which version this is, and the way to the others. */
function VersionMenu({ version, dataset }: { version: VersionDetail; dataset: Dataset | undefined }) {
  if (!dataset || dataset.versions.length < 2) return <Badge>v{version.number}</Badge>;
  return (
    <DropdownMenu
      label="Versions"
      align="start"
      trigger={<Button size="sm">{`v${version.number} of ${dataset.versionCount}`}</Button>}
      items={dataset.versions.map((other) => ({
        label: `v${other.number} · ${other.state === "ready" ? `${formatCount(other.rowCount)} rows` : other.state}`,
        href: rowsHref(other),
      }))}
    />
  );
}

function ReadyActions({ version }: { version: VersionDetail }) {
  const viewer = useViewer();
  return (
    <>
      <ExportMenu datasetVersionId={version.id} />
      {viewer.can("review.manage") ? (
        <LinkButton
          href={`/projects/${version.projectId}/review/new?version=${version.id}`}
          icon={<ListChecks aria-hidden />}
        >
          Review
        </LinkButton>
      ) : null}
      {viewer.can("run.write") ? (
        <LinkButton
          href={`/projects/${version.projectId}/data/${version.id}/synthesize`}
          icon={<Sparkles aria-hidden />}
        >
          New rows
        </LinkButton>
      ) : null}
      {viewer.can("run.write") ? (
        <LinkButton href={labelHref(version)} variant="primary" icon={<Tags aria-hidden />}>
          Label it
        </LinkButton>
      ) : null}
    </>
  );
}

const tabs = ["rows", "quality", "changes", "history", "rejected", "source"] as const;
type Tab = (typeof tabs)[number];

function Count({ of }: { of: number }) {
  return <span className="tnum ml-1.5 text-xs text-faint">{formatCount(of)}</span>;
}

function ReadyVersion({ version }: { version: VersionDetail }) {
  const url = useUrlState();
  const tab = tabs.find((name) => name === url.get("tab")) ?? "rows";
  return (
    <>
      <Card>
        <HealthStrip version={version} />
        <div className="mt-4 border-t pt-3">
          <QualityLine version={version} />
        </div>
        {version.warnings.length > 0 ? (
          <div className="mt-3">
            <Warnings items={version.warnings} />
          </div>
        ) : null}
      </Card>
      <div className="grid gap-4 lg:grid-cols-2">
        <ClassBalance version={version} />
        <LengthChart version={version} />
      </div>
      <Tabs<Tab>
        label="Parts of this version"
        value={tab}
        onValueChange={(next) => url.set({ tab: next === "rows" ? null : next })}
        tabs={[
          {
            value: "rows",
            label: "Rows",
            aside: <Count of={version.rowCount} />,
            content: <RowsTable version={version} />,
          },
          { value: "quality", label: "Quality", content: <QualityTab version={version} /> },
          { value: "changes", label: "Changes", content: <VersionDiffTab version={version} /> },
          { value: "history", label: "History", content: <VersionHistory version={version} /> },
          {
            value: "rejected",
            label: "Rejected lines",
            aside: <Count of={version.rejectedCount} />,
            content: <RejectedTable version={version} />,
          },
          { value: "source", label: "Source", content: <SourceFacts version={version} /> },
        ]}
      />
    </>
  );
}
