import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { queues } from "#lib/sample/queues.ts";
import { generateTickets } from "#lib/sample/tickets.ts";
import { type SampleTeacher, startSampleTeacher } from "./server.ts";

const fast = { latency: { medianMs: 0, sigma: 0 }, rateLimitedShare: 0 };
const [ticket] = generateTickets({ count: 1 });

describe("the sample teacher over HTTP", () => {
  let teacher: SampleTeacher;
  beforeAll(async () => {
    teacher = await startSampleTeacher(fast);
  });
  afterAll(() => teacher.close());

  const ask = (body: unknown) =>
    fetch(`${teacher.baseUrl}/chat/completions`, {
      method: "POST",
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
  const messages = [
    { role: "system", content: "Route the ticket." },
    { role: "user", content: `Ticket:\n${ticket?.input}` },
  ];

  it("answers with a queue, the usage and the mark that it is simulated", async () => {
    const response = await ask({ model: "sample-teacher", messages });
    const body = await response.json();
    expect(response.headers.get("x-stillhouse-teacher")).toBe("simulated");
    expect(body).toMatchObject({
      object: "chat.completion",
      model: "sample-teacher",
      system_fingerprint: "simulated",
      choices: [{ index: 0, finish_reason: "stop", logprobs: null, message: { role: "assistant" } }],
    });
    expect(queues).toContain(body.choices[0].message.content);
    expect(body.usage.prompt_tokens).toBeGreaterThan(20);
    expect(body.usage.total_tokens).toBe(body.usage.prompt_tokens + body.usage.completion_tokens);
  });

  it("gives log probabilities when asked, the best first, none above 1", async () => {
    const body = await (await ask({ model: "sample-teacher", messages, logprobs: true, top_logprobs: 5 })).json();
    const [token] = body.choices[0].logprobs.content;
    expect(token.top_logprobs).toHaveLength(5);
    expect(token.top_logprobs[0].token).toBe(token.token);
    const total = token.top_logprobs.reduce(
      (sum: number, { logprob }: { logprob: number }) => sum + Math.exp(logprob),
      0,
    );
    expect(total).toBeGreaterThan(0.9);
    expect(total).toBeLessThanOrEqual(1);
  });

  it("stops at max_tokens and says so", async () => {
    const body = await (await ask({ model: "sample-teacher", messages, max_tokens: 1 })).json();
    expect(body.choices[0].finish_reason).toBe("length");
    expect(body.choices[0].message.content).toHaveLength(4);
  });

  it("answers a text that the generator did not write by its keywords", async () => {
    const content = "the toner of the printer is empty and there is a paper jam";
    const body = await (await ask({ model: "sample-teacher", messages: [{ role: "user", content }] })).json();
    expect(body.choices[0].message.content).toBe("printing");
  });

  it.each([
    ["no JSON", "{", 400],
    ["no messages", { model: "m" }, 400],
    ["a stream", { model: "m", messages, stream: true }, 400],
    ["more than 1 MiB", { model: "m", messages: [{ role: "user", content: "x".repeat(1_100_000) }] }, 413],
  ])("refuses %s with a message", async (_, body, status) => {
    const response = await ask(body);
    expect(response.status).toBe(status);
    expect((await response.json()).error.message).not.toBe("");
  });

  it("lists its model and answers 404 elsewhere", async () => {
    const list = await (await fetch(`${teacher.baseUrl}/models`)).json();
    expect(list.data).toMatchObject([{ id: "sample-teacher", owned_by: "simulated" }]);
    expect((await fetch(`${teacher.baseUrl}/embeddings`, { method: "POST" })).status).toBe(404);
  });
});

describe("the sample teacher's traffic", () => {
  it("turns a share of the requests away with Retry-After", async () => {
    await using limited = await disposable({ ...fast, rateLimitedShare: 1 });
    const response = await fetch(`${limited.baseUrl}/chat/completions`, {
      method: "POST",
      body: JSON.stringify({ model: "m", messages: [{ role: "user", content: "hello" }] }),
    });
    expect(response.status).toBe(429);
    expect(response.headers.get("retry-after")).toBe("1");
  });

  it("says when its port is taken", async () => {
    await using first = await disposable(fast);
    await expect(startSampleTeacher({ ...fast, port: first.port })).rejects.toThrow("EADDRINUSE");
  });
});

async function disposable(options: Parameters<typeof startSampleTeacher>[0]) {
  const teacher = await startSampleTeacher(options);
  return { ...teacher, [Symbol.asyncDispose]: () => teacher.close() };
}
