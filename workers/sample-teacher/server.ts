/**
 * The sample teacher: an OpenAI-compatible server that **simulates** a large model for the sample project, so that a
 * newcomer sees a labelling run over HTTP without a key and without a cent. It waits, is rate limited and makes mistakes
 * at stated rates. `node workers/sample-teacher/server.ts [port]` runs it alone; it listens on this machine only.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { type SeededRandom, seededRandom } from "#lib/sample/random.ts";
import { CompletionRequest, complete, sampleModel, simulatedMark } from "./completion.ts";

export interface SampleTeacherOptions {
  /** 0 takes any free port */
  port?: number;
  /** log-normal: half of all answers take longer than the median, and `sigma` says how long the tail is */
  latency?: { medianMs: number; sigma: number };
  /** share of requests turned away with 429 and Retry-After */
  rateLimitedShare?: number;
}

export interface SampleTeacher {
  /** up to and including /v1 */
  baseUrl: string;
  port: number;
  /** stops listening and drops what is in flight */
  close(): Promise<void>;
}

const maxBodyBytes = 1024 * 1024;
const slowestMs = 3_000;

/** Starts the server in this process. Rejects when the port is taken. */
export async function startSampleTeacher(options: SampleTeacherOptions = {}): Promise<SampleTeacher> {
  const { port = 0, latency = { medianMs: 120, sigma: 0.45 }, rateLimitedShare = 0.007 } = options;
  const random = seededRandom("sample teacher: traffic");
  const server = createServer((request, response) => {
    answer(request, response, { latency, rateLimitedShare, random }).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const taken = (server.address() as AddressInfo).port;
  return {
    baseUrl: `http://127.0.0.1:${taken}/v1`,
    port: taken,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

type Traffic = Required<Pick<SampleTeacherOptions, "latency" | "rateLimitedShare">> & { random: SeededRandom };

async function answer(request: IncomingMessage, response: ServerResponse, traffic: Traffic): Promise<void> {
  const path = new URL(request.url ?? "/", "http://sample").pathname;
  if (request.method === "GET" && path === "/v1/models") {
    send(response, 200, {
      object: "list",
      data: [{ id: sampleModel, object: "model", created: 0, owned_by: simulatedMark }],
    });
    return;
  }
  if (request.method !== "POST" || path !== "/v1/chat/completions") {
    refuse(response, 404, "invalid_request_error", `The sample teacher has no ${request.method} ${path}.`);
    return;
  }
  const body = await readBody(request);
  if (body === null) {
    refuse(response, 413, "invalid_request_error", "The request is larger than 1 MiB.");
    return;
  }
  const parsed = CompletionRequest.safeParse(parseJson(body));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    refuse(
      response,
      400,
      "invalid_request_error",
      `${issue?.path.join(".") || "body"}: ${issue?.message ?? "not valid"}`,
    );
    return;
  }
  if (parsed.data.stream) {
    refuse(response, 400, "invalid_request_error", "stream: the sample teacher does not stream.");
    return;
  }
  if (traffic.random.chance(traffic.rateLimitedShare)) {
    refuse(response, 429, "rate_limit_exceeded", "Simulated rate limit.", { "retry-after": "1" });
    return;
  }
  await wait(Math.min(slowestMs, traffic.latency.medianMs * Math.exp(traffic.latency.sigma * traffic.random.normal())));
  send(response, 200, complete(parsed.data, Math.floor(Date.now() / 1000)));
}

/** Null when the body is over the limit; what is left of it is read and dropped, so that the answer arrives. */
async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= maxBodyBytes) chunks.push(chunk);
  }
  return bytes > maxBodyBytes ? null : Buffer.concat(chunks).toString("utf8");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function send(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    "content-type": "application/json; charset=utf-8",
    "content-length": Buffer.byteLength(text),
    "x-stillhouse-teacher": simulatedMark,
    ...headers,
  });
  response.end(text);
}

function refuse(
  response: ServerResponse,
  status: number,
  code: string,
  message: string,
  headers?: Record<string, string>,
): void {
  send(response, status, { error: { message, type: code, code, param: null } }, headers);
}

if (import.meta.main) {
  const teacher = await startSampleTeacher({ port: Number(process.argv[2] ?? 8091) });
  const stop = () => void teacher.close().then(() => process.exit(0));
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
  process.stdout.write(`Sample teacher (simulated) at ${teacher.baseUrl}\n`);
}
