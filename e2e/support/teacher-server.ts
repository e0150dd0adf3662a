/**
 * A teacher endpoint for tests and benches: speaks OpenAI's chat-completions protocol, answers after a fixed time, counts its
 * calls per row text and misbehaves on request. In process (`startTeacherServer`) or on its own:
 *
 *   node e2e/support/teacher-server.ts --port 8099 --latency 50
 *
 * Faults are chosen by `behave` in process, over HTTP by `POST /control` (`{latencyMs?, labels?, fault?, share?, contains?, times?}`), or by
 * the row itself: a user message that holds `[[fault:NAME]]` gets that fault. `GET /control` answers with the counts.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pathToFileURL } from "node:url";
import { writeRows } from "#lib/sample/writer.ts";

export const faults = [
  "outside",
  "prose",
  "empty",
  "html",
  "truncated",
  "bom",
  "wrong-type",
  "no-choices",
  "error-200",
  "stall",
  "drip",
  "huge",
  "reset",
  "drop",
  "redirect",
  "echo-key",
  "unauthorized",
  "no-model",
  "rate-limit",
  "rate-limit-0",
  "rate-limit-negative",
  "rate-limit-date",
  "rate-limit-114h",
  "no-funds",
  "payment",
  "broken",
  "bad-request",
  "refusal",
  "length",
  "filtered",
  "usage-missing",
  "usage-negative",
  "usage-text",
  "usage-absurd",
  "no-max-tokens",
  "duplicate-id",
] as const;
export type Fault = (typeof faults)[number];

/** A fault for some calls: those that contain a text, a share of all, at most so many times. */
export type Behaviour = { fault: Fault; share?: number; contains?: string; times?: number };

type Chat = { model: string; messages: { role: string; content: string }[]; max_tokens?: number; logprobs?: boolean };
export type TeacherServer = {
  /** up to and including /v1 */
  baseUrl: string;
  port: number;
  /** calls per row text (the last user message) */
  calls: Map<string, number>;
  total(): number;
  /** most requests that were in flight at once */
  peak(): number;
  behave(...behaviours: Behaviour[]): void;
  setLatency(ms: number): void;
  setAnswer(answer: (row: string) => string): void;
  close(): Promise<void>;
};

type State = {
  latencyMs: number;
  behaviours: Behaviour[];
  answer: (row: string) => string;
  calls: Map<string, number>;
  peak: number;
};

/** The same answer for the same row, so that runs can be compared. Asked for new rows, it writes tickets. */
function answerFrom(labels: readonly string[], row: string): string {
  const rows = writeRows(row);
  if (rows !== null) return rows;
  let hash = 0;
  for (let i = 0; i < row.length; i++) hash = (hash * 31 + row.charCodeAt(i)) >>> 0;
  return labels[hash % labels.length] ?? "";
}
const sampleLabels = ["billing", "login", "network"];

function json(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}

const failing = (
  response: ServerResponse,
  status: number,
  message: string,
  code = "",
  headers: Record<string, string> = {},
) => json(response, status, { error: { message, code, type: code } }, headers);

let served = 0;
function completion(
  chat: Chat,
  text: string,
  extra: Record<string, unknown> = {},
  choice: Record<string, unknown> = {},
) {
  served++;
  const prompt = chat.messages.reduce((sum, message) => sum + message.content.length, 0);
  const logprobs = chat.logprobs
    ? {
        content: [
          {
            token: text,
            logprob: -0.05,
            top_logprobs: [
              { token: text, logprob: -0.05 },
              { token: "other", logprob: -3 },
            ],
          },
        ],
      }
    : null;
  return {
    id: `chatcmpl-${served}`,
    object: "chat.completion",
    model: chat.model,
    choices: [
      {
        index: 0,
        message: { role: "assistant", content: text, refusal: null },
        finish_reason: "stop",
        logprobs,
        ...choice,
      },
    ],
    usage: { prompt_tokens: Math.ceil(prompt / 4) + 11, completion_tokens: Math.ceil(text.length / 4) },
    ...extra,
  };
}

type Act = (response: ServerResponse, chat: Chat, text: string, request: IncomingMessage) => void;
const limited = (retryAfter: string | (() => string)): Act => {
  return (response) =>
    failing(response, 429, "Rate limit reached", "rate_limit_exceeded", {
      "retry-after": typeof retryAfter === "string" ? retryAfter : retryAfter(),
    });
};
const usage =
  (value: unknown): Act =>
  (response, chat, text) =>
    json(response, 200, completion(chat, text, { usage: value }));
const answer = (text: string, choice: Record<string, unknown> = {}): Act => {
  return (response, chat) => json(response, 200, completion(chat, text, {}, choice));
};

const acts: Record<Fault, Act> = {
  outside: answer("definitely_not_a_label"),
  prose: (response, chat, text) =>
    json(response, 200, completion(chat, `I would say that this is about ${text}, but it is hard to tell.`)),
  empty: answer(""),
  html: (response) =>
    response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><h1>Welcome to nginx</h1>"),
  truncated: (response, chat, text) =>
    response
      .writeHead(200, { "content-type": "application/json" })
      .end(JSON.stringify(completion(chat, text)).slice(0, 60)),
  bom: (response, chat, text) =>
    response
      .writeHead(200, { "content-type": "application/json" })
      .end(`\ufeff${JSON.stringify(completion(chat, text))}`),
  "wrong-type": (response, chat, text) =>
    response
      .writeHead(200, { "content-type": "text/event-stream" })
      .end(`data: ${JSON.stringify(completion(chat, text))}\n\n`),
  "no-choices": (response, chat, text) => json(response, 200, completion(chat, text, { choices: [] })),
  "error-200": (response) => json(response, 200, { error: { message: "Provider returned error", code: 502 } }),
  stall: () => {},
  drip: (response) => {
    response.writeHead(200, { "content-type": "application/json" });
    const timer = setInterval(() => response.write(" "), 100);
    response.on("close", () => clearInterval(timer));
  },
  huge: (response) => {
    response.writeHead(200, { "content-type": "application/json" });
    const block = Buffer.alloc(256 * 1024, 0x20);
    let left = 4096;
    const pour = () => {
      while (left-- > 0 && !response.destroyed) if (!response.write(block)) return response.once("drain", pour);
      return response.end();
    };
    pour();
  },
  reset: (response, chat, text) => {
    const body = JSON.stringify(completion(chat, text));
    response.writeHead(200, { "content-type": "application/json", "content-length": String(body.length) });
    response.write(body.slice(0, 40), () => response.socket?.resetAndDestroy());
  },
  drop: (response) => response.socket?.destroy(),
  redirect: (response) => response.writeHead(302, { location: "http://169.254.169.254/latest/meta-data" }).end(),
  "echo-key": (response, _chat, _text, request) =>
    failing(response, 400, `Bad header "${request.headers.authorization}" in request`, "invalid_request_error"),
  unauthorized: (response) => failing(response, 401, "Incorrect API key provided", "invalid_api_key"),
  "no-model": (response, chat) => failing(response, 404, `The model ${chat.model} does not exist`, "model_not_found"),
  "rate-limit": limited("1"),
  "rate-limit-0": limited("0"),
  "rate-limit-negative": limited("-1"),
  "rate-limit-date": limited(() => new Date(Date.now() + 2_000).toUTCString()),
  "rate-limit-114h": limited(String(114 * 3600)),
  "no-funds": (response) => failing(response, 429, "You exceeded your current quota", "insufficient_quota"),
  payment: (response) => failing(response, 402, "Insufficient Balance"),
  broken: (response) => failing(response, 503, "Service unavailable"),
  "bad-request": (response) => failing(response, 400, "Invalid content in messages[1]", "invalid_request_error"),
  refusal: answer("", { message: { role: "assistant", content: null, refusal: "I can't help with that." } }),
  length: (response, chat, text) => json(response, 200, completion(chat, text, {}, { finish_reason: "length" })),
  filtered: answer("", { finish_reason: "content_filter" }),
  "usage-missing": usage(undefined),
  "usage-negative": usage({ prompt_tokens: -5, completion_tokens: -1 }),
  "usage-text": usage({ prompt_tokens: "12", completion_tokens: "many" }),
  "usage-absurd": usage({ prompt_tokens: 1e308, completion_tokens: 1e308 }),
  "no-max-tokens": (response, chat, text) =>
    chat.max_tokens === undefined
      ? json(response, 200, completion(chat, text))
      : failing(
          response,
          400,
          "Unsupported parameter: 'max_tokens' is not supported. Use 'max_completion_tokens'.",
          "unsupported_parameter",
        ),
  "duplicate-id": (response, chat, text) => json(response, 200, completion(chat, text, { id: "chatcmpl-cached" })),
};

function faultFor(state: State, row: string): Fault | null {
  const marked = /\[\[fault:([a-z0-9-]+)\]\]/.exec(row)?.[1];
  if (marked && marked in acts) return marked as Fault;
  for (const behaviour of state.behaviours) {
    if (behaviour.contains !== undefined && !row.includes(behaviour.contains)) continue;
    if (behaviour.times !== undefined && behaviour.times <= 0) continue;
    if (behaviour.share !== undefined && Math.random() >= behaviour.share) continue;
    if (behaviour.times !== undefined) behaviour.times--;
    return behaviour.fault;
  }
  return null;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

/** Starts one on 127.0.0.1. `port` 0 picks a free one. */
export async function startTeacherServer(options: { port?: number; latencyMs?: number } = {}): Promise<TeacherServer> {
  const state: State = {
    latencyMs: options.latencyMs ?? 0,
    behaviours: [],
    answer: (row) => answerFrom(sampleLabels, row),
    calls: new Map(),
    peak: 0,
  };
  let inFlight = 0;

  function chat(request: IncomingMessage, response: ServerResponse, body: Chat): void {
    const row = body.messages.findLast((message) => message.role === "user")?.content ?? "";
    state.calls.set(row, (state.calls.get(row) ?? 0) + 1);
    state.peak = Math.max(state.peak, ++inFlight);
    response.on("close", () => inFlight--);
    const fault = faultFor(state, row);
    setTimeout(() => {
      if (response.destroyed) return;
      const text = state.answer(row);
      if (fault) acts[fault](response, body, text, request);
      else json(response, 200, completion(body, text));
    }, state.latencyMs);
  }

  function control(request: IncomingMessage, response: ServerResponse, body: string): void {
    if (request.method === "POST") {
      type Control = { latencyMs?: number; labels?: string[] } & Partial<Behaviour>;
      const { latencyMs, labels, ...behaviour } = JSON.parse(body) as Control;
      if (latencyMs !== undefined) state.latencyMs = latencyMs;
      if (labels !== undefined) state.answer = (row) => answerFrom(labels, row);
      state.behaviours = behaviour.fault ? [behaviour as Behaviour] : [];
    }
    const total = [...state.calls.values()].reduce((sum, count) => sum + count, 0);
    json(response, 200, { total, rows: state.calls.size, repeated: total - state.calls.size, peak: state.peak });
  }

  const server = createServer((request, response) => {
    bodyOf(request).then(
      (body) => {
        if (request.url?.endsWith("/chat/completions")) chat(request, response, JSON.parse(body) as Chat);
        else if (request.url === "/control") control(request, response, body);
        else failing(response, 404, "no such path");
      },
      () => response.destroy(),
    );
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) =>
    server.once("error", reject).listen(options.port ?? 0, "127.0.0.1", resolve),
  );
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    port,
    calls: state.calls,
    total: () => [...state.calls.values()].reduce((sum, count) => sum + count, 0),
    peak: () => state.peak,
    behave: (...behaviours) => {
      state.behaviours = behaviours;
    },
    setLatency: (ms) => {
      state.latencyMs = ms;
    },
    setAnswer: (give) => {
      state.answer = give;
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const option = (name: string, otherwise: number) => {
    const at = process.argv.indexOf(`--${name}`);
    return at < 0 ? otherwise : Number(process.argv[at + 1]);
  };
  const server = await startTeacherServer({ port: option("port", 8099), latencyMs: option("latency", 50) });
  console.log(server.baseUrl);
  process.on("SIGTERM", () => server.close().then(() => process.exit(0)));
}
