"use client";

import { WaitCard } from "#components/generation/wait-card.tsx";
import { Card } from "#components/ui/card.tsx";
import { CodeBlock } from "#components/ui/code-block.tsx";
import { Progress } from "#components/ui/progress.tsx";
import { Stat } from "#components/ui/stat.tsx";
import { Tabs } from "#components/ui/tabs.tsx";
import { useUrlState } from "#components/ui/url-state.ts";
import { exactMoney, formatCount, formatMoney, formatPercent } from "#lib/format.ts";
import { useEndpoint } from "#lib/http/client.tsx";
import { synthesisKind } from "#lib/jobs/kinds/synthesis.ts";
import type { RunDetail } from "#lib/runs/schema.ts";
import { synthesisReview } from "#lib/synthesis/schema.ts";
import { Diversity } from "./diversity.tsx";
import { LookFirst } from "./look-first.tsx";
import { MakeVersion } from "./make-version.tsx";
import { RowList } from "./row-list.tsx";

const views = ["look", "rows", "diversity", "plan"] as const;

/** What the run page shows of new rows: what it waits for, figures, a first look by a person, all rows, how varied they are. */
export function RunPanel({ run }: { run: RunDetail }) {
  const url = useUrlState();
  const payload = synthesisKind.payload.safeParse(run.payload).data;
  const result = synthesisKind.result.safeParse(run.result).data;
  const review = useEndpoint(
    synthesisReview,
    { runId: run.id },
    { enabled: result !== undefined, live: [`run:${run.id}`], staleTime: 0 },
  );
  if (!payload) return null;
  const wished = payload.plan.reduce((sum, item) => sum + item.rows, 0);
  const { counts, done } = run.progress;
  return (
    <div className="space-y-4">
      {run.state === "paused" ? <WaitCard run={run} payload={payload} noun="request" /> : null}
      <Card>
        <div className="grid grid-cols-2 gap-x-6 gap-y-4 sm:grid-cols-3 xl:grid-cols-6">
          <Stat label="Wished for" value={formatCount(wished)} hint={`${formatCount(payload.plan.length)} wishes`} />
          <Stat
            label="Answered requests"
            value={formatCount(counts.ok ?? 0)}
            hint={`of ${formatCount(run.progress.total ?? done)}`}
          />
          <div>
            <Stat
              label="Spend"
              value={formatMoney(run.costMicros)}
              exact={exactMoney(run.costMicros)}
              hint={payload.capMicros === null ? "no cap" : `cap ${formatMoney(payload.capMicros)}`}
            />
            {payload.capMicros ? (
              <Progress
                className="mt-1.5"
                label="Spend against the cap"
                value={run.costMicros / payload.capMicros}
                tone="attention"
              />
            ) : null}
          </div>
          {result ? (
            <>
              <Stat
                label="Written"
                value={formatCount(result.written)}
                hint={`${formatCount(result.failed)} requests failed`}
              />
              <Stat
                label="New"
                value={formatCount(result.kept)}
                hint={
                  result.written > 0 ? `${formatPercent(result.kept / result.written, 0)} of those written` : "none"
                }
                tone={result.kept === 0 ? "bad" : "good"}
              />
              <Stat
                label="Too similar"
                value={formatCount(result.duplicates + result.nearDuplicates)}
                hint={`${formatCount(result.duplicates)} equal, ${formatCount(result.nearDuplicates)} nearly`}
              />
            </>
          ) : null}
        </div>
      </Card>
      {result && result.kept > 0 ? <MakeVersion run={run} kept={result.kept} review={review.data} /> : null}
      <Tabs
        label="Parts of this run"
        value={views.find((view) => view === url.get("view")) ?? (result ? "look" : "plan")}
        onValueChange={(view) => url.set({ view })}
        tabs={[
          ...(result
            ? [
                {
                  value: "look" as const,
                  label: "First look",
                  aside: <Count of={result.toReview} />,
                  content: <LookFirst run={run} review={review} />,
                },
                {
                  value: "rows" as const,
                  label: "All rows",
                  aside: <Count of={result.written} />,
                  content: <RowList runId={run.id} plan={payload.plan} />,
                },
                { value: "diversity" as const, label: "Variety and balance", content: <Diversity result={result} /> },
              ]
            : []),
          {
            value: "plan" as const,
            label: "Prompt",
            content: (
              <CodeBlock
                caption="First message, the same for every request"
                code={payload.system}
                wrap
                maxHeight="32rem"
              />
            ),
          },
        ]}
      />
    </div>
  );
}

function Count({ of }: { of: number }) {
  return <span className="tnum text-xs text-faint">{formatCount(of)}</span>;
}
