/**
 * What the sample teacher answers. **Simulated**: for a ticket of the generator it looks up the hidden truth and spoils
 * it on purpose at stated rates; for any other text it counts keywords. No figure about it is a model's.
 */
import { type QueueName, queueFacts, queues } from "./queues.ts";
import { hash32, type SeededRandom, seededRandom } from "./random.ts";
import { generateTickets, type Ticket } from "./tickets.ts";

/** Probability of a wrong queue by kind of ticket; about 8 % over the whole sample. */
export const mistakeRates = { plain: 0.045, vague: 0.28, ambiguous: 0.32 } as const;

/** Share of answers that are not exactly one queue name; drawn by ticket, so a retry gets the same. */
export const malformedRate = 0.008;

export interface TeacherAnswer {
  /** the text of the message, well-formed or not */
  text: string;
  /** most probable queues first; the probabilities of a well-formed answer add up to 1 */
  candidates: { queue: QueueName; probability: number }[];
}

/** Answers one ticket. The same text always gets the same answer. */
export function answerTicket(text: string, tickets: ReadonlyMap<string, Ticket> = sampleTickets()): TeacherAnswer {
  const random = seededRandom(hash32(`teacher:${text}`));
  const known = tickets.get(text);
  const ranked = known ? rankKnown(known, random) : rankByKeywords(text, random);
  const candidates = spread(ranked, random);
  const best = candidates[0]?.queue ?? "out-of-scope";
  return { text: random.chance(malformedRate) ? spoil(best, random) : best, candidates };
}

let sample: ReadonlyMap<string, Ticket> | undefined;

/** The generator's tickets by text, made once per process. */
export function sampleTickets(): ReadonlyMap<string, Ticket> {
  sample ??= new Map(generateTickets().map((ticket) => [ticket.input, ticket]));
  return sample;
}

/** The queue it will name first and the one it hesitates about. */
function rankKnown(ticket: Ticket, random: SeededRandom): [QueueName, QueueName] {
  const other = ticket.secondQueue ?? likelyConfusion(ticket.queue, random);
  const rate = ticket.secondQueue ? mistakeRates.ambiguous : ticket.vague ? mistakeRates.vague : mistakeRates.plain;
  return random.chance(rate) ? [other, ticket.queue] : [ticket.queue, other];
}

function likelyConfusion(queue: QueueName, random: SeededRandom): QueueName {
  const likeliestFirst = queueFacts[queue].confusedWith.map((name, index) => [name, 1 / (index + 1)] as const);
  return random.weighted(likeliestFirst);
}

/** Counts the keywords of each queue; a text without any is out of scope. */
function rankByKeywords(text: string, random: SeededRandom): [QueueName, QueueName] {
  const lower = text.toLowerCase();
  const hits = (queue: QueueName) => queueFacts[queue].keywords.filter((word) => lower.includes(word)).length;
  const [first, second] = queues
    .map((queue) => ({ queue, count: hits(queue) }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count);
  const best = first?.queue ?? "out-of-scope";
  return [best, second?.queue ?? likelyConfusion(best, random)];
}

/** Turns a ranking into probabilities that look like a classifier's: sure as a rule, now and then not. */
function spread([first, second]: [QueueName, QueueName], random: SeededRandom): TeacherAnswer["candidates"] {
  const top = random.chance(0.85) ? 0.9 + 0.095 * random.next() : 0.5 + 0.4 * random.next();
  const others = queues.filter((queue) => queue !== first && queue !== second);
  const left = 1 - top;
  return [
    { queue: first, probability: top },
    { queue: second, probability: left * 0.8 },
    ...others.map((queue) => ({ queue, probability: (left * 0.2) / others.length })),
  ];
}

/** The ways in which real answers break the agreed form. */
function spoil(queue: QueueName, random: SeededRandom): string {
  return random.pick([
    `This ticket should be routed to the ${queue} queue because of the symptoms described.`,
    "general-helpdesk",
    `${queue} or ${likelyConfusion(queue, random)}`,
    "",
  ]);
}
