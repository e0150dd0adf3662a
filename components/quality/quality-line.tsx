"use client";

import clsx from "clsx";
import { LoaderCircle } from "lucide-react";
import Link from "next/link";
import { rowsHref } from "#components/datasets/health-strip.tsx";
import type { DatasetVersion } from "#lib/datasets/schema.ts";
import { formatCount } from "#lib/format.ts";
import { useEndpoint } from "#lib/http/client.tsx";
import { checks } from "#lib/quality/checks.ts";
import { qualityGet } from "#lib/quality/schema.ts";
import { orderChecks, statusTone, statusWords } from "./words.ts";

/** Findings named beside the verdict; the report has them all. */
const named = 4;

/** The verdict of the newest report in one line; each finding leads to its rows. */
export function QualityLine({ version }: { version: DatasetVersion }) {
  const { data } = useEndpoint(
    qualityGet,
    { datasetVersionId: version.id },
    { live: [`project:${version.projectId}`], staleTime: 0 },
  );
  const to = (query: Record<string, string>) => rowsHref(version, { tab: "quality", ...query });
  if (!data) return <p className="h-5" aria-hidden />;
  const { report, run } = data;
  if (!report) {
    const working = run !== null && ["queued", "running", "paused"].includes(run.state);
    return (
      <p className="flex items-center gap-1.5 text-sm text-muted">
        {working ? <LoaderCircle aria-hidden className="size-4 animate-spin" /> : null}
        Quality:{" "}
        <Link className="link" href={to({})}>
          {working ? "the report is being made" : run?.state === "failed" ? "the last report failed" : "no report yet"}
        </Link>
      </p>
    );
  }
  const { found } = orderChecks(report.checks);
  const shown = found.filter(({ level, rows }) => level !== "info" && rows > 0).slice(0, named);
  return (
    <p className="flex flex-wrap gap-x-3 gap-y-1 text-sm text-muted">
      <span>
        Quality:{" "}
        <Link className={clsx("link font-medium", statusTone[report.status])} href={to({})}>
          {statusWords[report.status].title}
        </Link>
      </span>
      {shown.map(({ check, rows, kept }) => (
        <Link key={check} className="link tnum" href={to(kept > 0 ? { check } : {})}>
          {checks[check].title}: {formatCount(rows)}
        </Link>
      ))}
    </p>
  );
}
