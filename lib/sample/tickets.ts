/**
 * The tickets of the sample project: synthetic, seeded, the same on every machine. Nothing in them is real, and no
 * figure measured on them says anything about a model.
 */
import { accessBanks } from "./banks/access.ts";
import type { PhraseBank } from "./banks/bank.ts";
import { platformBanks } from "./banks/platform.ts";
import * as talk from "./banks/small-talk.ts";
import { workplaceBanks } from "./banks/workplace.ts";
import { type QueueName, queueFacts, queues } from "./queues.ts";
import { type SeededRandom, seededRandom } from "./random.ts";
import { expand } from "./templates.ts";
import { addTypos } from "./typos.ts";

/** How often each difficulty occurs; shares of all tickets, 0..1. Stated in the sample's description. */
export const ticketMix = {
  /** two problems in one ticket; `secondQueue` names the other one */
  ambiguous: 0.09,
  /** subject and text that say next to nothing */
  vague: 0.045,
  typos: 0.14,
  /** exact copies of an earlier ticket, sent twice */
  duplicate: 0.015,
  /** written by a technician rather than by the person with the problem */
  secondLevel: 0.24,
  /** names another service in passing */
  distractor: 0.3,
} as const;

export const sampleSeed = 20_260_115;
export const sampleTicketCount = 2_000;

type Channel = "e-mail" | "portal" | "chat" | "phone";

export interface Ticket {
  /** what a model sees: subject, empty line, body */
  input: string;
  queue: QueueName;
  /** the queue an ambiguous ticket could also go to; null where there is only one sensible answer */
  secondQueue: QueueName | null;
  level: "L1" | "L2";
  channel: Channel;
  vague: boolean;
  typos: boolean;
  /** position in the list of the ticket that this one repeats; null for an original */
  duplicateOf: number | null;
}

const banks: Record<QueueName, PhraseBank> = { ...accessBanks, ...workplaceBanks, ...platformBanks };

/** Writes `count` tickets. Equal arguments give equal tickets. */
export function generateTickets({ count = sampleTicketCount, seed = sampleSeed } = {}): Ticket[] {
  const random = seededRandom(seed);
  const shares = queues.map((queue) => [queue, queueFacts[queue].share] as const);
  const tickets: Ticket[] = [];
  while (tickets.length < count) {
    const original = random.int(0, Math.max(0, tickets.length - 1));
    const repeated = random.chance(ticketMix.duplicate) ? tickets[original] : undefined;
    if (repeated) tickets.push({ ...repeated, duplicateOf: repeated.duplicateOf ?? original });
    else tickets.push(writeTicket(random.weighted(shares), random));
  }
  return tickets;
}

/** The upload of the sample project: one `{"input","output"}` a line. */
export function ticketsAsJsonl(tickets: readonly Ticket[]): string {
  return tickets.map(({ input, queue }) => `${JSON.stringify({ input, output: queue })}\n`).join("");
}

function writeTicket(queue: QueueName, random: SeededRandom): Ticket {
  const channel = random.weighted<Channel>([
    ["e-mail", 50],
    ["portal", 25],
    ["chat", 15],
    ["phone", 10],
  ]);
  const level = random.chance(ticketMix.secondLevel) ? "L2" : "L1";
  const ambiguous = random.chance(ticketMix.ambiguous);
  const vague = !ambiguous && level === "L1" && random.chance(ticketMix.vague / (1 - ticketMix.secondLevel));
  const typos = random.chance(ticketMix.typos);
  const secondQueue = ambiguous ? random.pick(queueFacts[queue].confusedWith) : null;

  const parts: TicketParts = { queue, secondQueue, vague, channel, random };
  const subject = writeSubject(parts);
  const body = level === "L2" ? writeNote(parts) : writeRequest(parts);
  const text = `Subject: ${subject}\n\n${body}`;
  return {
    input: typos ? addTypos(text, 0.12, random) : text,
    queue,
    secondQueue,
    level,
    channel,
    vague,
    typos,
    duplicateOf: null,
  };
}

interface TicketParts {
  queue: QueueName;
  secondQueue: QueueName | null;
  vague: boolean;
  channel: Channel;
  random: SeededRandom;
}

/** The subject of an ambiguous ticket may name either problem, so that it does not give the answer away. */
function writeSubject({ queue, secondQueue, vague, channel, random }: TicketParts): string {
  const about = secondQueue && random.chance(0.5) ? secondQueue : queue;
  const meaningless = vague || random.chance(0.12);
  const subject = expand(random.pick(meaningless ? talk.vagueSubjects : banks[about].subjects), random);
  return channel === "chat" ? subject.toLowerCase() : subject;
}

/** L1: the words of the person who has the problem. */
function writeRequest({ queue, secondQueue, vague, channel, random }: TicketParts): string {
  const say = (phrases: readonly string[]) => expand(random.pick(phrases), random);
  const sentences = vague ? [say(banks[queue].vague)] : problems(queue, secondQueue, random);
  if (!vague && random.chance(0.55)) sentences.push(say(banks[queue].details));
  if (random.chance(ticketMix.distractor)) sentences.splice(random.int(0, sentences.length), 0, say(talk.distractors));
  if (random.chance(0.5)) sentences.push(say(talk.impacts));

  if (channel === "chat") return sentences.join(random.pick([" ", "\n"])).toLowerCase();
  if (channel === "phone") return `Call taken by the service desk. Caller says: ${sentences.join(" ")}`;
  if (channel === "portal")
    return `${sentences.join(" ")}\nCategory chosen: ${random.pick(["other", "incident", "request", "-"])}`;
  if (random.chance(0.25)) sentences.unshift(say(talk.openers));
  const name = expand("{person} [{surname}|]", random);
  return [say(talk.greetings), sentences.join(" "), say(talk.closers), name].filter(Boolean).join("\n");
}

/** L2: the words of a technician who has already looked at it. */
function writeNote({ queue, secondQueue, random }: TicketParts): string {
  const say = (phrases: readonly string[]) => expand(random.pick(phrases), random);
  const lines = [say(talk.noteOpeners)];
  if (random.chance(0.6)) lines.push(`User reports: ${problems(queue, secondQueue, random).join(" ")}`);
  else if (secondQueue) lines.push(`Finding 1: ${say(banks[secondQueue].notes)}`);
  lines.push(`Finding: ${say(banks[queue].notes)}`);
  if (random.chance(ticketMix.distractor)) lines.push(`Checked: ${say(talk.distractors)}`);
  if (random.chance(0.6)) lines.push(say(talk.noteClosers));
  return lines.join("\n");
}

/** One problem, or two in either order when the ticket is ambiguous. */
function problems(queue: QueueName, secondQueue: QueueName | null, random: SeededRandom): string[] {
  const tell = (name: QueueName) => expand(random.pick(banks[name].symptoms), random);
  if (!secondQueue) return [tell(queue)];
  const both = random.chance(0.6) ? [queue, secondQueue] : [secondQueue, queue];
  return both.flatMap((name, index) =>
    index === 0 ? [tell(name)] : [expand(random.pick(talk.ambiguousJoints), random), tell(name)],
  );
}
