import type { TaskKind } from "#lib/projects/schema.ts";

/** How each kind of task is explained to a person who has to choose. Isomorphic. */
export const kindFacts: Record<
  TaskKind,
  { label: string; says: string; input: string; output: string; student: string; namePlaceholder: string }
> = {
  classification: {
    label: "Classification",
    says: "One label out of a fixed set.",
    input: "My card still has not arrived and it has been two weeks.",
    output: "card_delivery",
    student: "Its student trains on this machine in seconds, without a GPU.",
    namePlaceholder: "Ticket routing",
  },
  extraction: {
    label: "Extraction",
    says: "A JSON object that follows a schema.",
    input: "Invoice INV-2207, due 1 March: EUR 1,240.00",
    output: '{"number": "INV-2207", "total": 1240}',
    student: "Its student needs a GPU node; labelling works now.",
    namePlaceholder: "Invoice fields",
  },
  generation: {
    label: "Generation",
    says: "Free text, such as a summary or a reply.",
    input: "Summarise: the call lasted 40 minutes and …",
    output: "The customer wants a refund by Friday.",
    student: "Its student needs a GPU node; labelling works now.",
    namePlaceholder: "Call summaries",
  },
};
