"use client";

import { Tabs } from "#components/ui/tabs.tsx";
import { useUrlState } from "#components/ui/url-state.ts";
import { formatCount } from "#lib/format.ts";
import { generationGroups } from "#lib/generation/schema.ts";
import { useEndpoint } from "#lib/http/client.tsx";
import type { RunDetail } from "#lib/runs/schema.ts";
import { Answers } from "./answers.tsx";
import { Figures } from "./figures.tsx";
import { Frozen } from "./frozen.tsx";
import { LostCalls } from "./lost-calls.tsx";
import { Rejections } from "./rejections.tsx";
import { TakeAsGold } from "./take-as-gold.tsx";
import { WaitCard } from "./wait-card.tsx";
import { payloadOf } from "./words.ts";

/** How often a running run's counts are read again, ms: they are counted over all of its answers. */
const groupsEveryMs = (rows: number) => (rows > 50_000 ? 30_000 : 5_000);
const views = ["answers", "rejected", "lost", "inputs"] as const;

/** What the run page shows of a labelling run: what it waits for, live figures, answers, rejections, lost calls, frozen inputs. */
export function RunPanel({ run }: { run: RunDetail }) {
  const url = useUrlState();
  const running = run.state === "running";
  const payload = payloadOf(run);
  const groups = useEndpoint(
    generationGroups,
    { runId: run.id },
    {
      refetchInterval: running ? groupsEveryMs(run.progress.done) : false,
      rereadOn: run.state,
      keepPrevious: true,
      staleTime: 0,
    },
  );
  if (!payload) return null;
  const { counts, done } = run.progress;
  const rejected = done - (counts.ok ?? 0) - (counts.held ?? 0);
  return (
    <div className="space-y-4">
      {run.state === "paused" ? <WaitCard run={run} payload={payload} /> : null}
      <Figures run={run} payload={payload} gold={groups.data?.gold} />
      <TakeAsGold run={run} teacher={payload.teacher.name} />
      <Tabs
        label="Answers of this run"
        value={views.find((view) => view === url.get("view")) ?? "answers"}
        onValueChange={(view) => url.set({ view: view === "answers" ? null : view })}
        tabs={[
          {
            value: "answers",
            label: "Answers",
            aside: <Count rows={done} />,
            content: <Answers run={run} groups={groups.data} />,
          },
          {
            value: "rejected",
            label: "Rejected",
            aside: <Count rows={rejected + (counts.held ?? 0)} />,
            content: <Rejections run={run} groups={groups} />,
          },
          { value: "lost", label: "Lost calls", content: <LostCalls run={run} payload={payload} /> },
          { value: "inputs", label: "Prompt and settings", content: <Frozen payload={payload} /> },
        ]}
      />
    </div>
  );
}

function Count({ rows }: { rows: number }) {
  return <span className="tnum text-xs text-faint">{formatCount(rows)}</span>;
}
