"use client";

import { ShieldCheck } from "lucide-react";
import Link from "next/link";
import { toast } from "sonner";
import { RunInline } from "#components/runs/run-inline.tsx";
import { useViewer } from "#components/shell/viewer.tsx";
import { Button, LinkButton } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { RelativeTime } from "#components/ui/time.tsx";
import { useUrlState } from "#components/ui/url-state.ts";
import type { DatasetVersion } from "#lib/datasets/schema.ts";
import { formatDuration } from "#lib/format.ts";
import { useEndpoint, useMutate } from "#lib/http/client.tsx";
import { CheckCode, type QualityReport, qualityGet, qualityStart } from "#lib/quality/schema.ts";
import { CheckList } from "./check-list.tsx";
import { Compared } from "./compared.tsx";
import { FindingsCard } from "./findings-card.tsx";
import { statusTone, statusWords } from "./words.ts";

type QualityTabProps = { version: DatasetVersion };

/** Is this data fit to train and to judge with? Every finding opens its rows and offers its fix. */
export function QualityTab({ version }: QualityTabProps) {
  const query = useEndpoint(
    qualityGet,
    { datasetVersionId: version.id },
    { live: [`project:${version.projectId}`], staleTime: 0 },
  );
  if (query.error) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) return <Skeleton className="h-96" />;
  const { report, run } = query.data;
  const working = run !== null && ["queued", "running", "paused"].includes(run.state);
  return (
    <div className="space-y-4">
      {working ? (
        <Card
          title={report ? "A newer report is being made" : "The report is being made"}
          hint="You may leave this page; it goes on."
        >
          <RunInline runId={run.id} />
        </Card>
      ) : null}
      {!working && !report ? (
        <Card flush>
          <EmptyState
            picture={<ShieldCheck />}
            title={run?.state === "failed" ? "The last report failed." : "There is no report of this version yet."}
            hint="It finds duplicates, leakage into the hold-out, wrong and odd labels, personal data and more, each with its rows and a fix."
            action={<StartButton version={version} primary />}
          />
        </Card>
      ) : null}
      {run?.state === "failed" ? (
        <p className="text-sm text-muted">
          The last run failed:{" "}
          <Link className="link" href={`/runs/${run.id}`}>
            its log says why
          </Link>
          .
        </p>
      ) : null}
      {report ? <Report version={version} report={report} /> : null}
    </div>
  );
}

function StartButton({ version, primary = false }: { version: DatasetVersion; primary?: boolean }) {
  const viewer = useViewer();
  const start = useMutate(qualityStart, {
    invalidates: ["quality.get"],
    onError: (error) => void toast.error(error.message),
  });
  return (
    <Button
      size={primary ? "md" : "sm"}
      variant={primary ? "primary" : "secondary"}
      pending={start.isPending}
      disabledReason={viewer.whyNot("data.write")}
      onClick={() => start.mutate({ datasetVersionId: version.id })}
    >
      {primary ? "Make a report" : "Make it again"}
    </Button>
  );
}

function Report({ version, report }: { version: DatasetVersion; report: QualityReport }) {
  const url = useUrlState();
  const opened = CheckCode.safeParse(url.get("check")).data ?? null;
  const summary = report.checks.find(({ check }) => check === opened);
  return (
    <>
      <Card
        title={
          <span className="flex flex-wrap items-center gap-x-2">
            <span className={statusTone[report.status]}>{statusWords[report.status].title}</span>
          </span>
        }
        hint={statusWords[report.status].says}
        actions={
          <>
            <LinkButton size="sm" href={`/projects/${version.projectId}/data/policy`}>
              Policy
            </LinkButton>
            <StartButton version={version} />
          </>
        }
      >
        <p className="text-sm text-muted">
          Made <RelativeTime at={report.createdAt} /> in {formatDuration(report.durationMs)}, with the policy of that
          moment.{" "}
          {report.notCompared.length > 0 ? `Not compared, too many rows: ${report.notCompared.join(", ")}.` : null}
        </p>
      </Card>
      <CheckList report={report} opened={opened} />
      {summary ? <FindingsCard key={summary.check} version={version} summary={summary} /> : null}
      <Compared report={report} projectId={version.projectId} />
      {report.methods.length > 0 ? (
        <details className="text-sm text-muted">
          <summary className="cursor-pointer">How it was measured</summary>
          <ul className="mt-2 list-disc space-y-1 pl-5">
            {report.methods.map((method) => (
              <li key={method}>{method}</li>
            ))}
          </ul>
        </details>
      ) : null}
    </>
  );
}
