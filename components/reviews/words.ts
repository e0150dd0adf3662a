import type { Tone } from "#components/ui/badge.tsx";
import type { DecisionAction, DoubtReason, ItemState } from "#lib/reviews/schema.ts";

export const reasonWords: Record<DoubtReason, { word: string; says: string }> = {
  disagreement: { word: "Teacher disagrees", says: "The teacher's answer differs from the one in the data." },
  noise: { word: "Suspected label", says: "A model that has not seen this row is confident of another label." },
  confidence: { word: "Student unsure", says: "The student gave its answer with low confidence." },
  audit: { word: "Random check", says: "Drawn at random, to tell how often the data is wrong." },
};

export const stateWords: Record<ItemState, { word: string; tone: Tone }> = {
  open: { word: "Open", tone: "neutral" },
  disagreed: { word: "People disagree", tone: "attention" },
  done: { word: "Decided", tone: "good" },
  settled: { word: "Settled", tone: "good" },
};

export const actionWords: Record<DecisionAction, string> = {
  accept: "accepted",
  correct: "corrected",
  reject: "rejected",
  skip: "skipped",
};
