import type { LabelSource } from "#lib/jobs/kinds/finetune.ts";

/** Whose labels a student learnt, as a person says it. */
export const labelSourceWords: Record<LabelSource, string> = {
  teacher: "the teacher's labels",
  gold: "gold labels",
  both: "gold labels, else the teacher's",
};

/** First page of the list; page and component must ask the same to share one answer. */
export const studentListInput = (projectId: string, cursor = "") => ({
  projectId,
  limit: 50,
  ...(cursor ? { cursor } : {}),
});

/** A label on one line, with marks for what would not be seen: labels are data and may hold anything. */
export function shownLabel(label: string): string {
  return label.replace(/\r?\n/g, " ⏎ ").replace(/\t/g, " ⇥ ") || "(empty)";
}
