"use client";

import { useEffect } from "react";
import { formatPercent } from "#lib/format.ts";
import { useEndpoint, useLive } from "#lib/http/client.tsx";
import { type Run, runList } from "#lib/runs/schema.ts";
import { activeRunsInput } from "./sidebar-input.ts";
import { useViewer } from "./viewer.tsx";

const none: Run[] = [];

/** Queued, running and paused runs of the team, newest first. */
export function useActiveRuns(): Run[] {
  // the stream tells of the runs that are known; asking finds new ones
  const enabled = useViewer().can("run.read");
  const runs = useEndpoint(runList, activeRunsInput, { refetchInterval: 10_000, enabled });
  const items = runs.data?.items ?? none;
  useLive(
    items.flatMap((run) => [`run:${run.id}`, `project:${run.projectId}`]),
    () => void runs.refetch(),
  );
  return items;
}

/** Share done of a run, 0..1; null while its total is not known. */
export function shareOf(run: Pick<Run, "progress">): number | null {
  const { done, total } = run.progress;
  return total ? Math.min(1, done / total) : null;
}

const prefix = /^\d+\s?% · /u;

/** Puts "63 % · " before the tab's title while something runs: the run of this page, else the newest. */
export function useTitleProgress(runId: string | null): void {
  const runs = useActiveRuns();
  const run = runs.find((each) => each.id === runId) ?? runs.find((each) => each.state === "running");
  const share = run?.state === "running" ? shareOf(run) : null;
  const text = share === null ? "" : `${formatPercent(share, 0)} · `;

  useEffect(() => {
    const apply = () => {
      const wanted = text + document.title.replace(prefix, "");
      if (document.title !== wanted) document.title = wanted;
    };
    apply();
    // Every navigation writes a new title; one that was streamed stands in the body until React has moved it.
    const observer = new MutationObserver(apply);
    observer.observe(document.documentElement, { childList: true, subtree: true });
    return () => observer.disconnect();
  }, [text]);
}
