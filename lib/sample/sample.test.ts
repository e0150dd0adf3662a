import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type QueueName, queueFacts, queues } from "./queues.ts";
import { hash32, seededRandom } from "./random.ts";
import { answerTicket, sampleTickets } from "./teacher.ts";
import { expand } from "./templates.ts";
import { generateTickets, sampleTicketCount, ticketMix, ticketsAsJsonl } from "./tickets.ts";
import { addTypos } from "./typos.ts";

const tickets = generateTickets();
const share = (test: (ticket: (typeof tickets)[number]) => boolean) => tickets.filter(test).length / tickets.length;

describe("the sample tickets", () => {
  it("are the same bytes every time and other ones with another seed", () => {
    const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
    expect(sha256(ticketsAsJsonl(tickets))).toBe("3cf16f878f30d7027adaa1f944251f7884d5d982d4711a82aab5662bdb474467");
    expect(ticketsAsJsonl(generateTickets())).toBe(ticketsAsJsonl(tickets));
    expect(ticketsAsJsonl(generateTickets({ seed: 7 }))).not.toBe(ticketsAsJsonl(tickets));
  });

  it("come in strict instruction-output form, one object a line", () => {
    const lines = ticketsAsJsonl(tickets).split("\n");
    expect(lines.pop()).toBe("");
    expect(lines).toHaveLength(sampleTicketCount);
    for (const line of lines) {
      const row: unknown = JSON.parse(line);
      expect(Object.keys(row as object)).toEqual(["input", "output"]);
      expect(row).toMatchObject({ input: expect.stringMatching(/^Subject: .+\n\n./i), output: expect.any(String) });
    }
  });

  it("cover every queue, skewed as stated", () => {
    const total = queues.reduce((sum, queue) => sum + queueFacts[queue].share, 0);
    expect(total).toBe(100);
    for (const queue of queues) {
      const expected = queueFacts[queue].share / 100;
      expect(Math.abs(share((ticket) => ticket.queue === queue) - expected)).toBeLessThan(0.02);
      expect(tickets.filter((ticket) => ticket.queue === queue).length).toBeGreaterThanOrEqual(20);
    }
  });

  it("hold each difficulty at about its stated share", () => {
    const near = (actual: number, stated: number) => expect(Math.abs(actual - stated)).toBeLessThan(0.02);
    near(
      share((ticket) => ticket.secondQueue !== null),
      ticketMix.ambiguous,
    );
    near(
      share((ticket) => ticket.vague),
      ticketMix.vague,
    );
    near(
      share((ticket) => ticket.typos),
      ticketMix.typos,
    );
    near(
      share((ticket) => ticket.level === "L2"),
      ticketMix.secondLevel,
    );
    const duplicates = tickets.filter((ticket) => ticket.duplicateOf !== null);
    expect(duplicates.length).toBeGreaterThan(15);
    expect(duplicates.length).toBeLessThan(50);
    for (const { duplicateOf, input } of duplicates) expect(tickets[duplicateOf ?? -1]?.input).toBe(input);
    expect(new Set(tickets.map(({ input }) => input)).size).toBe(sampleTicketCount - duplicates.length);
  });

  it("name only known queues as second and never the same twice", () => {
    for (const { queue, secondQueue } of tickets) {
      if (secondQueue) expect(queueFacts[queue].confusedWith).toContain(secondQueue);
    }
  });
});

describe("templates and typos", () => {
  it("fill slots and options and refuse an unknown slot", () => {
    expect(expand("[a|b] printer {printer}[.|]", seededRandom(1))).toMatch(/^[AB] printer PRN-\d{3}\.?$/);
    expect(() => expand("{nowhere}", seededRandom(1))).toThrow("{nowhere}");
  });

  it("misspell plain words and leave codes, names and capitals alone", () => {
    const text = "printer PRN-101 prints error 0x80070643 for Marta in ME21N";
    const misspelt = addTypos(text, 1, seededRandom(3));
    expect(misspelt).not.toBe(text);
    expect(misspelt).toContain("PRN-101");
    expect(misspelt).toContain("0x80070643");
    expect(misspelt).toContain("Marta");
    expect(addTypos(text, 0, seededRandom(3))).toBe(text);
  });
});

describe("the sample teacher's answers", () => {
  const answers = tickets.map((ticket) => ({ ticket, answer: answerTicket(ticket.input) }));
  const isQueue = (text: string): text is QueueName => queues.some((queue) => queue === text);

  it("are right about 92 times in 100 and mostly wrong in a sensible way", () => {
    const right = answers.filter(({ ticket, answer }) => answer.text === ticket.queue).length / answers.length;
    expect(right).toBeGreaterThan(0.905);
    expect(right).toBeLessThan(0.93);
    for (const { ticket, answer } of answers) {
      if (!isQueue(answer.text) || answer.text === ticket.queue) continue;
      expect([ticket.secondQueue, ...queueFacts[ticket.queue].confusedWith]).toContain(answer.text);
    }
  });

  it("break the agreed form now and then", () => {
    const malformed = answers.filter(({ answer }) => !isQueue(answer.text)).length;
    expect(malformed).toBeGreaterThan(5);
    expect(malformed).toBeLessThan(30);
  });

  it("stay the same for the same ticket and carry probabilities that add up to 1", () => {
    for (const { ticket, answer } of answers.slice(0, 50)) {
      expect(answerTicket(ticket.input)).toEqual(answer);
      expect(answer.candidates.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 6);
      expect(new Set(answer.candidates.map(({ queue }) => queue)).size).toBe(queues.length);
    }
  });

  it("fall back on keywords, and on out-of-scope where there are none", () => {
    expect(sampleTickets().has("qqq")).toBe(false);
    expect(answerTicket("qqq", new Map()).candidates[0]?.queue).toBe("out-of-scope");
    expect(answerTicket("vpn tunnel to the gateway", new Map()).candidates[0]?.queue).toBe("vpn");
  });
});

describe("the seeded random numbers", () => {
  it("are uniform enough, repeatable, and differ by seed", () => {
    const random = seededRandom("a");
    const draws = Array.from({ length: 5_000 }, () => random.next());
    expect(draws.every((draw) => draw >= 0 && draw < 1)).toBe(true);
    expect(draws.reduce((sum, draw) => sum + draw, 0) / draws.length).toBeCloseTo(0.5, 1);
    expect(seededRandom("a").next()).toBe(draws[0]);
    expect(seededRandom("b").next()).not.toBe(draws[0]);
    expect(hash32("a")).not.toBe(hash32("b"));
    expect(() => random.pick([])).toThrow();
  });
});
