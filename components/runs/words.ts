import type { Run, RunDetail } from "#lib/runs/schema.ts";

/** "out_of_labels" -> "Out of labels": counters and settings without words of their own. */
export function humanize(key: string): string {
  const text = key.replaceAll("_", " ").replace(/([a-z])([A-Z])/g, "$1 $2");
  return text.charAt(0).toUpperCase() + text.slice(1).toLowerCase();
}

/** The state's word while a person's wish is under way. */
export function stateWord(run: Pick<Run, "state" | "cancelRequested" | "pauseRequested">): string | undefined {
  const open = run.state === "running" || run.state === "queued";
  if (open && run.cancelRequested) return "Cancelling …";
  if (open && run.pauseRequested) return "Pausing …";
  return undefined;
}

export function isOver(state: Run["state"]): boolean {
  return state === "succeeded" || state === "failed" || state === "cancelled";
}

export type RunLink = { label: string; href: string; hint: string };

const idOf = (from: Record<string, unknown> | null, key: string) => {
  const value = from?.[key];
  return typeof value === "string" ? value : null;
};

/** What a run produced and what to do with it, the likely next step first. */
export function producedBy(run: Pick<RunDetail, "kind" | "projectId" | "result">): RunLink[] {
  if (!run.result) return [];
  const home = `/projects/${run.projectId}`;
  if (run.kind === "import") {
    const versionId = idOf(run.result, "datasetVersionId");
    return [
      {
        label: "Browse the rows",
        href: versionId ? `${home}/data/${versionId}` : `${home}/data`,
        hint: "Check health and labels first.",
      },
      { label: "Label them", href: `${home}/labels`, hint: "Let a teacher answer every row." },
    ];
  }
  if (run.kind === "derive") {
    const versionId = idOf(run.result, "datasetVersionId");
    return [
      {
        label: "Open the new version",
        href: versionId ? `${home}/data/${versionId}` : `${home}/data`,
        hint: "Its rows, and what differs from the one before.",
      },
    ];
  }
  if (run.kind === "fetch") {
    const uploadId = idOf(run.result, "uploadId");
    return [
      {
        label: "Go on with the import",
        href: uploadId ? `${home}/data/import?upload=${uploadId}` : `${home}/data/import`,
        hint: "See how the file is read, then choose its columns.",
      },
    ];
  }
  if (run.kind === "generation") {
    return [
      { label: "Review the answers", href: `${home}/labels`, hint: "Rejected ones come with their reason." },
      { label: "Train a student", href: `${home}/students`, hint: "On these labels, on this machine." },
    ];
  }
  if (run.kind === "synthesis") {
    const versionId = idOf(run.result, "madeVersionId");
    return versionId
      ? [{ label: "Open the version", href: `${home}/data/${versionId}`, hint: "With the new rows in it." }]
      : [];
  }
  if (run.kind === "quality") {
    const versionId = idOf(run.result, "datasetVersionId");
    return [
      {
        label: "Read the report",
        href: versionId ? `${home}/data/${versionId}?tab=quality` : `${home}/data`,
        hint: "Each finding opens its rows.",
      },
    ];
  }
  if (run.kind === "finetune") {
    const studentId = idOf(run.result, "studentId");
    return [
      {
        label: "Open the student",
        href: studentId ? `${home}/students/${studentId}` : `${home}/students`,
        hint: "Try it, download it.",
      },
      { label: "Evaluate it", href: `${home}/evaluations`, hint: "On the hold-out, beside the teacher." },
    ];
  }
  const evaluationId = idOf(run.result, "evaluationId");
  return [
    {
      label: "Read the report",
      href: evaluationId ? `${home}/evaluations/${evaluationId}` : `${home}/evaluations`,
      hint: "Verdict, classes, rows.",
    },
    { label: "See what it saves", href: `${home}/savings`, hint: "Net of everything it costs." },
  ];
}
