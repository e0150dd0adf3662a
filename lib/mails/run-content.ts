import { env } from "#lib/env.ts";
import { formatBytes, formatCount, formatDuration, formatMoney, plural } from "#lib/format.ts";
import { type ResultOf, type RunKind, runKinds } from "#lib/jobs/catalog.ts";
import { RunError, RunProgress, runKindWords } from "#lib/runs/schema.ts";
import type { Run } from "#prisma/generated/client.ts";
import type { MailKind } from "./schema.ts";
import type { MailContent } from "./template.ts";

export type RunMailKind = Extract<MailKind, `run.${string}`>;

/** Which event the state of a run is, if it is one that people get mails about. */
export function runEvent(run: Pick<Run, "state" | "pauseReason">): RunMailKind | null {
  if (run.state === "succeeded") return "run.succeeded";
  if (run.state === "failed") return "run.failed";
  if (run.state === "paused" && ["budget", "funds", "space"].includes(run.pauseReason ?? "")) return "run.budget";
  return null;
}

export const runUrl = (runId: string) => `${env.STILLHOUSE_URL}/runs/${runId}`;

/** What a finished run of each kind produced, as facts. */
const produced: { [K in RunKind]: (result: ResultOf<K>) => [string, string][] } = {
  import: (result) => [
    ["Rows", `${formatCount(result.rows)}, of which ${formatCount(result.holdoutRows)} held out`],
    [
      "Rejected",
      result.rejectedRows === 0 ? "none" : `${plural(result.rejectedRows, "row")}: the report has line and reason`,
    ],
  ],
  fetch: (result) => [["Fetched", formatBytes(result.bytes)]],
  derive: (result) => [
    ["New version", `v${result.number}, ${plural(result.rows, "row")}`],
    [
      "Against the one before",
      `${formatCount(result.added)} added, ${formatCount(result.removed)} removed, ${formatCount(result.changed)} changed`,
    ],
  ],
  generation: (result) => [
    ["Labelled", plural(result.ok, "row")],
    ["Without a label", result.rejected === 0 ? "none" : `${plural(result.rejected, "row")}: the run page says why`],
  ],
  finetune: () => [],
  evaluation: () => [],
  synthesis: (result) => [
    ["New rows", `${formatCount(result.kept)} of ${formatCount(result.written)} written`],
    ["To look at first", formatCount(result.toReview)],
  ],
  quality: ({ status, found }) => [
    ["Outcome", status],
    ["Checks that found something", formatCount(found.length)],
  ],
};

function factsOf<K extends RunKind>(kind: K, result: unknown): [string, string][] {
  const parsed = runKinds[kind].result.safeParse(result);
  return parsed.success ? produced[kind](parsed.data as ResultOf<K>) : [];
}

const footer = "Choose which mails you get under Settings > Notifications.";

/** What a run mail says: what happened and why, the figures, and what to do. */
export function runContent(event: RunMailKind, run: Run, about: { project: string; startedBy: string }): MailContent {
  const facts: [string, string][] = [
    ["Project", about.project],
    ["Kind", runKindWords[run.kind]],
    ["Started by", about.startedBy],
    ["Time worked", formatDuration(Number(run.activeMs))],
  ];
  if (run.kind === "generation" || run.kind === "synthesis") facts.push(["Spent", formatMoney(Number(run.costMicros))]);
  const base = { simulated: run.simulated, footer, button: { label: "Open the run", url: runUrl(run.id) } };

  if (event === "run.succeeded") {
    return {
      ...base,
      subject: `Finished: ${run.title}`,
      heading: `Finished: ${run.title}`,
      paragraphs: [`${runKindWords[run.kind]} in ${about.project} is done.`],
      facts: [...facts, ...factsOf(run.kind, run.result)],
    };
  }
  const { done, total, unit } = RunProgress.catch(RunProgress.parse({})).parse(run.progress);
  facts.push([
    "Done so far",
    total === null ? `${formatCount(done)} ${unit}` : `${formatCount(done)} of ${formatCount(total)} ${unit}`,
  ]);

  if (event === "run.failed") {
    const error = RunError.safeParse(run.error).data;
    return {
      ...base,
      subject: `Failed: ${run.title}`,
      heading: `Failed: ${run.title}`,
      paragraphs: [
        error?.message ?? "The reason was not recorded.",
        ...(error?.where ? [`Where: ${error.where}`] : []),
        `What to do: ${error?.todo ?? "open the run and read the end of its log, then retry."}`,
        "What it has done so far is kept; a retry goes on from there.",
      ],
      facts,
    };
  }
  if (run.pauseReason === "space") {
    return {
      ...base,
      subject: `Out of space: ${run.title}`,
      heading: `Out of space: ${run.title}`,
      paragraphs: [run.pauseMessage ?? "A disk is full. Free some space; the run goes on by itself."],
      facts,
    };
  }
  const funds = run.pauseReason === "funds";
  return {
    ...base,
    subject: `${funds ? "Out of funds" : "Budget reached"}: ${run.title}`,
    heading: `${funds ? "Out of funds" : "Budget reached"}: ${run.title}`,
    paragraphs: [
      run.pauseMessage ??
        (funds ? "The teacher's provider refuses: the account has no funds left." : "The run has reached its budget."),
      funds
        ? "What to do: add funds at the provider, then resume the run."
        : "What to do: raise the budget and resume, or cancel and use what there is.",
      "The run waits; no further request is sent and what is labelled so far is kept.",
    ],
    facts,
  };
}
