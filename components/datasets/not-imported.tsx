"use client";

import { RotateCw } from "lucide-react";
import { useViewer } from "#components/shell/viewer.tsx";
import { Button, LinkButton } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { useEndpoint, useMutate } from "#lib/http/client.tsx";
import { runGet, runRetry } from "#lib/runs/schema.ts";
import { RejectedTable } from "./rejected-table.tsx";
import type { VersionDetail } from "./version-detail.ts";

/** Why there are no rows, and what can be done. */
export function NotImported({ version }: { version: VersionDetail }) {
  const viewer = useViewer();
  const runId = version.importRunId ?? "";
  const { data: run } = useEndpoint(runGet, { runId }, { enabled: runId !== "", live: runId ? [`run:${runId}`] : [] });
  const retry = useMutate(runRetry);
  const cancelled = run?.state === "cancelled";
  const reason = run?.error ?? null;
  return (
    <>
      <Card title={cancelled ? "The import was cancelled" : "The import did not succeed"}>
        <p className="max-w-[80ch]">
          {reason ? reason.message : cancelled ? "None of its rows are kept." : (version.warnings[0] ?? "")}{" "}
          {reason?.todo}
        </p>
        {reason?.where ? <p className="mt-1 font-mono text-xs break-words text-muted">{reason.where}</p> : null}
        <div className="mt-4 flex flex-wrap gap-2">
          <LinkButton
            href={`/projects/${version.projectId}/data/import?dataset=${version.datasetId}`}
            variant="primary"
          >
            Import a corrected file
          </LinkButton>
          {run && ["failed", "cancelled"].includes(run.state) ? (
            <Button
              icon={<RotateCw aria-hidden />}
              pending={retry.isPending}
              disabledReason={viewer.whyNot("run.write")}
              onClick={() => retry.mutate({ runId })}
            >
              Try this file again
            </Button>
          ) : null}
        </div>
        {retry.error ? (
          <p role="alert" className="mt-3 text-sm text-bad">
            {retry.error.message}
          </p>
        ) : null}
      </Card>
      {version.rejectedCount > 0 ? <RejectedTable version={version} /> : null}
    </>
  );
}
