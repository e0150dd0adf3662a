"use client";

import { z } from "zod";
import { Card } from "#components/ui/card.tsx";
import { KeyValue } from "#components/ui/key-value.tsx";
import { formatCount, formatRate, plural } from "#lib/format.ts";
import type { RunDetail } from "#lib/runs/schema.ts";
import { labelSourceWords } from "../students/words.ts";

/** What the worker keeps in a fine-tune's progress besides the counters; all of it comes with the trainer's events. */
const Extra = z.object({
  attempt: z.number().optional(),
  epoch: z.number().optional(),
  rows: z.number().optional(),
  labels: z.number().optional(),
  features: z.number().optional(),
  trainable: z.number().optional(),
  validationRows: z.number().optional(),
  dropped: z.number().optional(),
  examplesPerSec: z.number().optional(),
});
const Payload = z.object({
  labelSource: z.enum(["teacher", "gold", "both"]),
  rows: z.object({ gold: z.number(), teacher: z.number() }),
  params: z.looseObject({ epochs: z.number().optional(), refitEpochs: z.number().optional() }),
});

/** What a fine-tune learns from and where it stands; curves, log and ETA are the run page's own. */
export function FinetunePanel({ run }: { run: RunDetail }) {
  const extra = Extra.safeParse(run.progress.extra).data ?? {};
  const payload = Payload.safeParse(run.payload).data;
  const passes = (payload?.params.epochs ?? 0) + (payload?.params.refitEpochs ?? 0);
  const running = run.state === "running";
  return (
    <Card
      title="Training"
      hint="A process of its own on this machine: it outlives a restart of the worker and goes on from its checkpoint."
    >
      <KeyValue
        columns={2}
        items={[
          payload && [
            "Learns",
            `${labelSourceWords[payload.labelSource]} (${formatCount(payload.rows.gold)} gold, ${formatCount(payload.rows.teacher)} teacher)`,
          ],
          extra.rows !== undefined && [
            "Rows read",
            `${formatCount(extra.rows)}${extra.dropped ? `, ${formatCount(extra.dropped)} left out` : ""}`,
          ],
          extra.labels !== undefined && ["Labels", formatCount(extra.labels)],
          extra.validationRows !== undefined && [
            "Validation",
            extra.validationRows > 0 ? plural(extra.validationRows, "row") : "none: too few rows",
          ],
          extra.features !== undefined && ["Features", formatCount(extra.features)],
          extra.trainable !== undefined && ["Weights", formatCount(extra.trainable)],
          extra.epoch !== undefined && [
            "Pass",
            `${Math.min(passes || Number.POSITIVE_INFINITY, Math.ceil(extra.epoch))} of at most ${passes}`,
          ],
          running && extra.examplesPerSec !== undefined && ["Speed", formatRate(extra.examplesPerSec, "rows")],
          extra.attempt !== undefined && extra.attempt > 1 && ["Attempt", formatCount(extra.attempt)],
        ]}
      />
    </Card>
  );
}
