/** What the sample project is set up with. All of it is fictional and marked so. */
import { queues } from "./queues.ts";
import { sampleTicketCount, ticketMix } from "./tickets.ts";

const percent = (share: number) => `${Math.round(share * 100)} %`;

export const sampleProject = {
  name: "IT ticket routing",
  description:
    `${sampleTicketCount.toLocaleString("en-US")} generated service desk tickets to be routed to ${queues.length} queues. ` +
    `${percent(ticketMix.ambiguous)} name two problems, ${percent(ticketMix.typos)} have typos, ${percent(ticketMix.vague)} say ` +
    "next to nothing. Tickets, teacher and prices are made up: no figure here is a real model's.",
  kind: "classification",
} as const;

export const sampleTask = {
  kind: "classification",
  instruction: [
    "You route tickets of an internal IT service desk. Read the ticket and answer with the one queue that should handle it first.",
    "When a ticket names two problems, choose the one that keeps the person from working. When nothing in it concerns IT,",
    'answer "out-of-scope".',
  ].join("\n"),
  labels: [...queues],
  maxP95LatencyMs: 50,
  maxMemoryBytes: 512 * 2 ** 20,
  minQuality: 0.85,
  nonInferiorityMargin: 0.02,
  budgetMicros: 5_000_000,
  // No model is named as today's: the fictional price of the sample teacher stands in for it.
  baselineModel: "",
  baselineRequestsPerDay: 20_000,
  baselineInputTokens: 250,
  baselineOutputTokens: 4,
} as const;

export const sampleTeacherRow = {
  name: "Sample teacher (simulated)",
  model: "sample-teacher",
  /** fictional, of the size of a large hosted model's */
  inputPriceMicrosPerMtok: 2_500_000,
  outputPriceMicrosPerMtok: 10_000_000,
  priceSource: "typed",
  /** few, so that the labelling run takes about a minute and can be watched */
  maxConcurrency: 4,
} as const;

export const sampleDataset = { name: "Tickets", fileName: "it-tickets.jsonl", holdoutFraction: 0.2 } as const;
