import type { Method, PlanItem } from "#lib/jobs/kinds/synthesis.ts";

type ItemOf<M extends Method> = Extract<PlanItem, { method: M }>;

/** Which rows the teacher is shown: of the item's answer, of both answers of a pair, any, or any of other answers. */
export type Shown = "label" | "pair" | "any";

type Definition<M extends Method> = {
  name: string;
  /** for people: what it is good for */
  says: string;
  shown: Shown;
  /** what the teacher is asked for, as the end of "Write N new inputs …". `label` is the answer that they must have, where there is one. */
  ask(item: ItemOf<M>, label: string | null): string;
};

const answering = (label: string | null) => (label === null ? "" : ` whose right answer is "${label}"`);

/** Registry of the ways to ask for new inputs. */
export const methods: { readonly [M in Method]: Definition<M> } = {
  label: {
    name: "More of a class",
    says: "New inputs for a class with few rows.",
    shown: "label",
    ask: (_item, label) =>
      `${answering(label)}. Vary situation, wording, length and tone; do not paraphrase the examples.`,
  },
  paraphrase: {
    name: "Paraphrases",
    says: "The same wishes in other words: the student learns meaning rather than wording.",
    shown: "label",
    ask: (_item, label) =>
      `${answering(label)} that say what one of the examples says in clearly other words: another sentence structure, other terms, another tone.`,
  },
  hardNegative: {
    name: "Hard negatives",
    says: "Inputs that look like one class but belong to another: for pairs that are confused.",
    shown: "pair",
    ask: (item, label) =>
      `${answering(label)} but that a hasty reader would answer with "${item.confusedWith}": use words that are typical of "${item.confusedWith}", while only "${label}" is right.`,
  },
  outOfScope: {
    name: "Out of scope",
    says: "Inputs that belong to none of the classes, close to the domain and far from it.",
    shown: "any",
    ask: () =>
      " that people might really send here but that belong to none of the labels: some close to the domain, some far from it. No input may fit a label.",
  },
  typos: {
    name: "Typos and slang",
    says: "The noise of real life: slips, missing words, abbreviations.",
    shown: "label",
    ask: (_item, label) =>
      `${answering(label)}, as hurried people type on a phone: slips of the finger, missing letters and words, no punctuation, abbreviations, slang. A person must still understand each.`,
  },
  topic: {
    name: "Topics",
    says: "Inputs about topics of a tree, so that whole parts of the domain are not forgotten.",
    shown: "label",
    ask: (item, label) => `${answering(label)} about this topic: ${item.path.join(" > ")}.`,
  },
  length: {
    name: "Short or long",
    says: "Lengths that are rare in the data.",
    shown: "label",
    ask: (item, label) =>
      `${answering(label)} that are ${item.length === "short" ? "very short, two to six words each" : "long, five to eight sentences each, with details that do not matter"}.`,
  },
  language: {
    name: "Another language",
    says: "Inputs in a language that users write and the data lacks.",
    shown: "label",
    ask: (item, label) =>
      `${answering(label)} in ${item.language}, as native speakers would write them; not translations.`,
  },
};

/** What the teacher is asked for, without the examples. */
export function askFor(item: PlanItem, label: string | null, wanted: number): string {
  const { ask } = methods[item.method] as Definition<Method>;
  return `Write ${wanted} new inputs${ask(item as never, label)}`;
}

/** An item in a few words, for lists. */
export function itemWords(item: PlanItem): string {
  switch (item.method) {
    case "hardNegative":
      return `${item.label}, not ${item.confusedWith}`;
    case "topic":
      return item.path.join(" > ");
    case "length":
      return `${item.length}${item.label === null ? "" : `, ${item.label}`}`;
    case "language":
      return `${item.language}${item.label === null ? "" : `, ${item.label}`}`;
    default:
      return item.label ?? (item.method === "outOfScope" ? "without an answer" : "all answers in turn");
  }
}
