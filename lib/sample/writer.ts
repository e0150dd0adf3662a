/**
 * New tickets, as the sample teacher writes them when it is asked for synthetic rows. **Simulated**: they come from the same generator as
 * the sample's data, under another seed.
 */
import { queues } from "./queues.ts";
import { hash32, seededRandom } from "./random.ts";
import { generateTickets, type Ticket } from "./tickets.ts";
import { addTypos } from "./typos.ts";

const writerSeed = 7_040_411;
const storeSize = 4_000;
let store: readonly Ticket[] | undefined;

/** Rows for a question of lib/synthesis (`{"ask": "Write 8 new inputs …", "examples": […]}`) as its JSON answer; null for any other text. */
export function writeRows(message: string): string | null {
  const ask = /^\{"ask":"((?:[^"\\]|\\.)*)"/.exec(message)?.[1]?.replaceAll('\\"', '"');
  const [, wanted] = /^Write (\d{1,3}) new inputs/.exec(ask ?? "") ?? [];
  if (!ask || wanted === undefined) return null;
  store ??= generateTickets({ count: storeSize, seed: writerSeed });
  const queue = queues.find((name) => ask.includes(`right answer is "${name}"`)) ?? "out-of-scope";
  const of = store.filter((ticket) => ticket.queue === queue);
  const random = seededRandom(hash32(message));
  const rows = Array.from({ length: Number(wanted) }, () => {
    const text = random.pick(of).input;
    return ask.includes("hurried") ? addTypos(text, 0.3, random) : text;
  });
  return JSON.stringify({ rows });
}
