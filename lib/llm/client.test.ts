import { createServer } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Fault, startTeacherServer, type TeacherServer } from "#e2e/support/teacher-server.ts";
import { type ChatClient, type ChatRequest, createChatClient, type Timeouts } from "./client.ts";
import { longestRetryAfterMs, type Outcome, parseRetryAfter } from "./outcome.ts";

const key = "sk-canary-0123456789abcdefghij";
const quick: Partial<Timeouts> = { connect: 500, headers: 300, idle: 300, total: 600 };
let server: TeacherServer;
let client: ChatClient;
const opened: ChatClient[] = [];

function open(baseUrl: string, allow = ["127.0.0.0/8"], timeouts = quick): ChatClient {
  const made = createChatClient({ baseUrl, apiKey: key, connections: 8, allow, timeouts });
  opened.push(made);
  return made;
}
const ask = (row: string, extra: Partial<ChatRequest> = {}): ChatRequest => ({
  model: "teacher-1",
  messages: [
    { role: "system", content: "Answer with one label." },
    { role: "user", content: row },
  ],
  maxTokens: 16,
  temperature: 0,
  ...extra,
});
const fault = (name: Fault): Promise<Outcome> => client.chat(ask(`row [[fault:${name}]]`));

beforeAll(async () => {
  server = await startTeacherServer();
  client = open(server.baseUrl);
});
afterEach(() => server.behave());
afterAll(async () => {
  await Promise.all(opened.map((made) => made.close()));
  await server.close();
});

describe("a call", () => {
  it("brings text, usage and latency", async () => {
    const outcome = await client.chat(ask("my invoice is wrong"));
    expect(outcome).toMatchObject({
      class: "ok",
      finish: "stop",
      refusal: null,
      usage: { estimated: false, outputTokens: 2 },
    });
    expect(outcome.latencyMs).toBeGreaterThan(0);
  });
  it("brings log-probabilities when asked for", async () => {
    const outcome = await client.chat(ask("x", { topLogprobs: 2 }));
    expect(outcome.class === "ok" && outcome.logprobs?.[0]).toMatchObject({
      logprob: -0.05,
      top: [{ logprob: -0.05 }, { logprob: -3 }],
    });
  });
  it("renames max_tokens for models that refuse it, for all calls in flight", async () => {
    const own = open(server.baseUrl);
    const outcomes = await Promise.all(["a", "b", "c"].map((row) => own.chat(ask(`${row} [[fault:no-max-tokens]]`))));
    expect(outcomes.map((outcome) => outcome.class)).toEqual(["ok", "ok", "ok"]);
    expect(own.adaptations()).toEqual(["max_tokens sent as max_completion_tokens"]);
  });
});

describe("faults", () => {
  const table: [Fault, Partial<Record<keyof Outcome | "status" | "sent" | "finish", unknown>>][] = [
    ["html", { class: "invalid_response" }],
    ["truncated", { class: "invalid_response" }],
    ["wrong-type", { class: "invalid_response" }],
    ["no-choices", { class: "invalid_response" }],
    ["huge", { class: "invalid_response" }],
    ["bom", { class: "ok" }],
    ["error-200", { class: "overloaded", status: 502 }],
    ["stall", { class: "timeout", sent: true }],
    ["drip", { class: "timeout", sent: true }],
    ["reset", { class: "reset", sent: true }],
    ["drop", { class: "reset", sent: true }],
    ["redirect", { class: "redirect", status: 302 }],
    ["unauthorized", { class: "auth", status: 401 }],
    ["no-model", { class: "not_found", status: 404 }],
    ["no-funds", { class: "needs_funds", status: 429 }],
    ["payment", { class: "needs_funds", status: 402 }],
    ["broken", { class: "overloaded", status: 503 }],
    ["bad-request", { class: "bad_request", status: 400 }],
    ["empty", { class: "ok" }],
    ["length", { class: "ok", finish: "length" }],
    ["filtered", { class: "ok", finish: "content_filter" }],
  ];
  it.each(table)("%s", async (name, expected) => {
    expect(await fault(name)).toMatchObject(expected);
  });
  it("frees its slot after a drip, a stall and a flood", async () => {
    await Promise.all((["drip", "stall", "huge", "drip", "stall", "huge", "drip", "stall"] as const).map(fault));
    expect((await client.chat(ask("after"))).class).toBe("ok");
  });
  it("shows a refusal", async () => {
    expect(await fault("refusal")).toMatchObject({ class: "ok", refusal: "I can't help with that." });
  });
  it("never follows a redirect with the key", async () => {
    const target = await startTeacherServer();
    const outcome = await fault("redirect");
    expect(outcome).toMatchObject({ class: "redirect" });
    expect(target.total()).toBe(0);
    await target.close();
  });
  it("redacts the key that an endpoint echoes", async () => {
    const outcome = await fault("echo-key");
    expect(outcome.class).toBe("bad_request");
    expect(JSON.stringify(outcome)).not.toContain(key);
    expect(JSON.stringify(outcome)).toContain("[key redacted]");
  });
  it.each(["usage-missing", "usage-negative", "usage-text", "usage-absurd"] as const)(
    "estimates tokens: %s",
    async (name) => {
      const outcome = await fault(name);
      if (outcome.class !== "ok") throw new Error(outcome.message);
      expect(outcome.usage.estimated).toBe(true);
      expect(outcome.usage.inputTokens).toBeGreaterThan(0);
      expect(outcome.usage.inputTokens + outcome.usage.outputTokens).toBeLessThan(1000);
    },
  );
  it("obeys Retry-After within a cap", async () => {
    expect(await fault("rate-limit")).toMatchObject({ class: "rate_limited", retryAfterMs: 1000 });
    expect(await fault("rate-limit-0")).toMatchObject({ retryAfterMs: 0 });
    expect(await fault("rate-limit-negative")).toMatchObject({ retryAfterMs: null });
    expect(await fault("rate-limit-114h")).toMatchObject({ retryAfterMs: longestRetryAfterMs });
    const dated = await fault("rate-limit-date");
    expect(dated.class === "rate_limited" && dated.retryAfterMs).toBeGreaterThan(0);
    expect(parseRetryAfter({ "retry-after": "Wed, 21 Oct 2015 07:28:00 GMT" })).toBe(0);
    expect(parseRetryAfter({ "retry-after": "soon" })).toBeNull();
  });
});

describe("an endpoint that is not there", () => {
  it("says that nothing listens", async () => {
    const gone = await startTeacherServer();
    await gone.close();
    expect(await open(gone.baseUrl).chat(ask("x"))).toMatchObject({
      class: "unreachable",
      sent: false,
      message: expect.stringMatching(/nothing listens/),
    });
  });
  it("says that the name does not exist", async () => {
    const outcome = await open("https://teacher.invalid/v1").chat(ask("x"));
    expect(outcome).toMatchObject({ class: "unreachable", sent: false });
  });
  it("does not talk without TLS to what should have it", async () => {
    const outcome = await open(server.baseUrl.replace("http:", "https:")).chat(ask("x"));
    expect(outcome).toMatchObject({ class: "unreachable", sent: false });
  });
  it("is refused inside the network", async () => {
    expect(await open(server.baseUrl, []).chat(ask("x"))).toMatchObject({ class: "blocked_address", sent: false });
    expect(await open("https://localhost:1/v1", []).chat(ask("x"))).toMatchObject({
      class: "blocked_address",
      sent: false,
    });
  });
  it("accepts and never answers: the headers time-out", async () => {
    const silent = createServer(() => {}).listen(0, "127.0.0.1");
    await new Promise((resolve) => silent.once("listening", resolve));
    const { port } = silent.address() as { port: number };
    expect(await open(`http://127.0.0.1:${port}/v1`).chat(ask("x"))).toMatchObject({ class: "timeout", sent: true });
    silent.close();
  });
  it("ends as cancelled when we end it, also while it waits for a socket", async () => {
    const narrow = createChatClient({ baseUrl: server.baseUrl, apiKey: key, connections: 1, allow: ["127.0.0.0/8"] });
    opened.push(narrow);
    const stop = new AbortController();
    const both = Promise.all([narrow.chat(ask("a [[fault:stall]]"), stop.signal), narrow.chat(ask("b"), stop.signal)]);
    stop.abort();
    expect((await both).map((outcome) => outcome.class)).toEqual(["cancelled", "cancelled"]);
  });
});
