"use client";

import { Database, Gauge, TriangleAlert } from "lucide-react";
import { z } from "zod";
import { Card } from "#components/ui/card.tsx";
import { Progress } from "#components/ui/progress.tsx";
import { Stat } from "#components/ui/stat.tsx";
import { exactMoney, formatCount, formatDuration, formatMoney, formatPercent } from "#lib/format.ts";
import type { Groups } from "#lib/generation/schema.ts";
import type { PayloadOf } from "#lib/jobs/catalog.ts";
import type { RunDetail } from "#lib/runs/schema.ts";

/** What the worker reports besides the counters. */
const Live = z.object({
  endpoint: z.enum(["ok", "throttled", "down"]),
  endpointMessage: z.string().nullable(),
  databaseAway: z.boolean(),
  inFlight: z.number(),
  retries: z.number(),
  latencyP50Ms: z.number().nullable(),
  latencyP95Ms: z.number().nullable(),
});

type Props = { run: RunDetail; payload: PayloadOf<"generation">; gold: Groups["gold"] | undefined };

/** The figures of a labelling run: while it works from its progress, afterwards from its result. */
export function Figures({ run, payload, gold }: Props) {
  const live = Live.safeParse(run.progress.extra.live).data;
  const running = run.state === "running";
  const { counts, done } = run.progress;
  const usable = counts.ok ?? 0;
  const cap = payload.capMicros;
  const agreement = gold && gold.compared > 0 ? gold.agreed / gold.compared : null;
  return (
    <Card>
      {running && live ? <Trouble live={live} /> : null}
      <div className="grid grid-cols-2 gap-x-6 gap-y-4 sm:grid-cols-3 xl:grid-cols-6">
        <Stat
          label="Usable answers"
          value={formatCount(usable)}
          hint={done > 0 ? `${formatPercent(usable / done)} of ${formatCount(done)}` : "none yet"}
        />
        <Stat
          label="Rejected"
          value={formatCount(done - usable)}
          hint={counts.held ? `${formatCount(counts.held)} of them held` : "never used for training"}
          {...(done > usable ? { tone: "attention" as const } : {})}
        />
        <div>
          <Stat
            label="Spend"
            value={formatMoney(run.costMicros)}
            exact={exactMoney(run.costMicros)}
            hint={cap === null ? "no cap" : `cap ${formatMoney(cap)}`}
          />
          {cap ? (
            <Progress className="mt-1.5" label="Spend against the cap" value={run.costMicros / cap} tone="attention" />
          ) : null}
        </div>
        <Stat
          label="Latency p50"
          value={formatDuration(live?.latencyP50Ms)}
          hint={live?.latencyP95Ms ? `p95 ${formatDuration(live.latencyP95Ms)}, of the latest calls` : "of the teacher"}
        />
        <Stat
          label={running ? "In flight" : "Retries"}
          value={formatCount(running ? live?.inFlight : live?.retries)}
          hint={
            running
              ? `of ${payload.concurrency} at most, ${formatCount(live?.retries)} retries so far`
              : "calls made again in the last claim"
          }
        />
        <Stat
          label="Agrees with gold"
          value={gold === undefined ? undefined : formatPercent(agreement)}
          hint={
            gold && gold.compared > 0 ? `on ${formatCount(gold.compared)} rows that have gold` : "no row here has gold"
          }
        />
      </div>
    </Card>
  );
}

function Trouble({ live }: { live: z.infer<typeof Live> }) {
  if (live.databaseAway) {
    return (
      <Line icon={<Database aria-hidden className="mt-0.5 size-4 shrink-0" />}>
        The database is away. Answers that came in wait in memory; nothing new is sent until it is back.
      </Line>
    );
  }
  if (live.endpoint === "throttled") {
    return (
      <Line icon={<Gauge aria-hidden className="mt-0.5 size-4 shrink-0" />}>
        Throttled: the endpoint asks to slow down. The run waits as long as it said, then goes on by itself.
      </Line>
    );
  }
  if (live.endpoint === "down") {
    return (
      <Line icon={<TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />}>
        {live.endpointMessage} One request at a time probes it; the run goes on by itself once it answers.
      </Line>
    );
  }
  return null;
}

function Line({ icon, children }: { icon: React.ReactNode; children: React.ReactNode }) {
  return (
    <p role="status" className="mb-4 flex gap-2 rounded-md bg-attention-soft px-3 py-2 text-attention">
      {icon}
      <span className="min-w-0 break-words">{children}</span>
    </p>
  );
}
