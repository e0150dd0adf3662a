/**
 * One OpenAI-compatible chat-completions client on undici's dispatcher: about a tenth of the CPU of fetch or a vendor's SDK, which
 * is what decides rows per second. One request per call; retrying is the caller's business, because only it knows the ledger.
 */
import { performance } from "node:perf_hooks";
import { Client, type Dispatcher } from "undici";
import { type AllowList, addressProblem, BlockedAddressError, guardedLookup, isAllowed } from "./address.ts";
import {
  type Asked,
  classify,
  type Failure,
  type FailureClass,
  type Outcome,
  type Received,
  unsupportedParameter,
} from "./outcome.ts";
import { redactor } from "./redact.ts";
import { sharedAborts, socketStack } from "./sockets.ts";

export type Message = { role: "system" | "user" | "assistant"; content: string };

/** One call. `responseFormat` and `logprobs` are left out by endpoints that do not know them; `adaptations` says so. */
export type ChatRequest = {
  model: string;
  messages: readonly Message[];
  maxTokens: number;
  temperature: number;
  responseFormat?: Readonly<Record<string, unknown>> | null;
  /** alternatives per token, 0..20; absent: no log-probabilities */
  topLogprobs?: number;
};

/** Milliseconds. `total` bounds a call whatever the endpoint does, so that a slow drip frees its slot. */
export type Timeouts = { connect: number; headers: number; idle: number; total: number };
export const defaultTimeouts: Timeouts = { connect: 10_000, headers: 60_000, idle: 15_000, total: 90_000 };

/** Most bytes read of one answer. */
export const maxAnswerBytes = 1024 * 1024;

export type ChatClient = {
  /** Never rejects: everything that can happen is an outcome. `signal` ends it as `cancelled`. */
  chat(request: ChatRequest, signal?: AbortSignal): Promise<Outcome>;
  /** parameters that the endpoint refused and that are left out or renamed since */
  adaptations(): string[];
  close(): Promise<void>;
};

export type ClientOptions = {
  baseUrl: string;
  apiKey: string | null;
  /** most sockets, and so most requests in flight */
  connections: number;
  allow: AllowList;
  timeouts?: Partial<Timeouts>;
};

/** Raised inside a call to end it; carries the class that it ends as. */
class Ended extends Error {
  readonly as: FailureClass;
  constructor(as: FailureClass, message: string) {
    super(message);
    this.as = as;
  }
}

const tlsCodes = /CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO_VERIFY|DEPTH_ZERO/;
const causes: Record<string, string> = {
  ECONNREFUSED: "nothing listens at that address",
  ENOTFOUND: "the host name does not exist",
  EAI_AGAIN: "the name server does not answer",
  EHOSTUNREACH: "there is no route to the host",
  ENETUNREACH: "there is no route to the network",
  ECONNRESET: "the connection was cut",
  UND_ERR_CONNECT_TIMEOUT: "no connection in time",
  CERT_HAS_EXPIRED: "its certificate has expired",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is self-signed",
  SELF_SIGNED_CERT_IN_CHAIN: "its certificate is self-signed",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate belongs to another host",
};

/** The outcome of a call without a whole response. `sent`: bytes of the request may have reached the endpoint. */
function failureOf(
  error: Error & { code?: string },
  sent: boolean,
  latencyMs: number,
  clean: (text: string) => string,
): Failure {
  const base = { status: null, sent, retryAfterMs: null, raw: "", latencyMs };
  if (error instanceof Ended) return { ...base, class: error.as, message: error.message };
  if (error instanceof BlockedAddressError) return { ...base, class: "blocked_address", message: error.message };
  const code = error.code ?? "";
  const cause = causes[code] ?? clean(error.message).slice(0, 200);
  if (code === "UND_ERR_HEADERS_TIMEOUT" || code === "UND_ERR_BODY_TIMEOUT")
    return { ...base, class: "timeout", message: "The endpoint took the request and then fell silent." };
  if (code === "UND_ERR_CONNECT_TIMEOUT")
    return { ...base, class: "timeout", message: `The endpoint is not reachable: ${cause}.` };
  if (sent && !tlsCodes.test(code))
    return { ...base, class: "reset", message: `The connection broke before the answer was whole: ${cause}.` };
  return {
    ...base,
    sent: false,
    class: "unreachable",
    message: `The endpoint is not reachable: ${cause}${code ? ` (${code})` : ""}.`,
  };
}

/** Opens no connection yet. An address that may not be reached shows as `blocked_address` at the first call. */
export function createChatClient(options: ClientOptions): ChatClient {
  const url = new URL(options.baseUrl);
  const timeouts = { ...defaultTimeouts, ...options.timeouts };
  const clean = redactor(options.apiKey);
  const path = `${url.pathname.replace(/\/+$/, "")}/chat/completions`;
  const headers: Record<string, string> = {
    "content-type": "application/json",
    accept: "application/json",
    "user-agent": "stillhouse",
  };
  if (options.apiKey) headers.authorization = `Bearer ${options.apiKey}`;
  const left = new Set<string>();

  // A literal address is connected to without a lookup, so it is judged here; names are judged by the lookup.
  const literal = url.hostname.replace(/^\[|\]$/g, "");
  const port = Number(url.port || (url.protocol === "https:" ? 443 : 80));
  const problem = addressProblem(literal);
  const blocked = problem !== "not an address" && problem !== null && !isAllowed(url.hostname, port, options.allow);
  const sockets = socketStack(options.connections, () => {
    return new Client(url.origin, {
      pipelining: 1,
      headersTimeout: timeouts.headers,
      bodyTimeout: timeouts.idle,
      keepAliveTimeout: 10_000,
      connect: { timeout: timeouts.connect, lookup: guardedLookup(url, options.allow) },
    });
  });
  const aborts = sharedAborts();

  function bodyOf(request: ChatRequest): string {
    const body: Record<string, unknown> = { model: request.model, messages: request.messages };
    body[left.has("max_tokens") ? "max_completion_tokens" : "max_tokens"] = request.maxTokens;
    if (!left.has("temperature")) body.temperature = request.temperature;
    if (request.responseFormat && !left.has("response_format")) body.response_format = request.responseFormat;
    if (request.topLogprobs !== undefined && !left.has("logprobs")) {
      body.logprobs = true;
      if (request.topLogprobs > 0) body.top_logprobs = request.topLogprobs;
    }
    return JSON.stringify(body);
  }

  function once(client: Client, request: ChatRequest, signal: AbortSignal | undefined): Promise<Outcome> {
    const started = performance.now();
    const elapsed = () => performance.now() - started;
    const body = bodyOf(request);
    const inputChars = request.messages.reduce((sum, message) => sum + message.content.length, 0);
    const asked: Asked = {
      inputChars,
      inputBytes: Buffer.byteLength(body),
      maxTokens: request.maxTokens,
      logprobs: request.topLogprobs !== undefined,
    };
    return new Promise((resolve) => {
      let controller: Dispatcher.DispatchController | null = null;
      let status = 0;
      let answered: Received["headers"] = {};
      let bytes = 0;
      let settled = false;
      const chunks: Buffer[] = [];
      const settle = (outcome: Outcome) => {
        if (settled) return;
        settled = true;
        clearTimeout(timer);
        forget();
        resolve(outcome);
      };
      // A call that waits for its connection has no controller yet: it is settled at once and aborted when it starts.
      const end = (error: Ended) => {
        const sent = controller !== null;
        controller?.abort(error);
        settle(failureOf(error, sent, elapsed(), clean));
      };
      const forget = aborts(signal, () => end(new Ended("cancelled", "The call was ended from our side.")));
      const timer = setTimeout(
        () => end(new Ended("timeout", `The endpoint took longer than ${timeouts.total / 1000} s.`)),
        timeouts.total,
      );
      client.dispatch(
        { method: "POST", path, headers, body },
        {
          onRequestStart(started) {
            controller = started;
            if (settled) started.abort(new Ended("cancelled", "Ended before it was sent."));
          },
          onResponseStart(_controller, code, responseHeaders) {
            status = code;
            answered = responseHeaders;
          },
          onResponseData(_controller, chunk) {
            bytes += chunk.length;
            if (bytes > maxAnswerBytes) end(new Ended("invalid_response", "The answer is larger than 1 MB."));
            else chunks.push(chunk);
          },
          onResponseEnd() {
            const text = (chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)).toString("utf8");
            settle(classify({ status, headers: answered, body: text, latencyMs: elapsed() }, asked, clean));
          },
          onResponseError(_controller, error) {
            settle(failureOf(error, controller !== null, elapsed(), clean));
          },
        },
      );
    });
  }

  return {
    async chat(request, signal) {
      if (blocked) {
        const error = new BlockedAddressError(`${literal} is not a public address (${problem}).`);
        return failureOf(error, false, 0, clean);
      }
      const client = sockets.take() ?? (await sockets.wait(signal));
      if (client === null || signal?.aborted) {
        if (client) sockets.give(client);
        return failureOf(new Ended("cancelled", "The call was ended before it was sent."), false, 0, clean);
      }
      try {
        // Each parameter can be given up once, so this ends after five rounds at the most.
        for (;;) {
          const without = new Set(left);
          const outcome = await once(client, request, signal);
          const refused = outcome.class === "ok" ? null : unsupportedParameter(outcome);
          if (refused === null || without.has(refused) || signal?.aborted) return outcome;
          left.add(refused);
        }
      } finally {
        sockets.give(client);
      }
    },
    adaptations: () =>
      [...left].map((name) =>
        name === "max_tokens" ? "max_tokens sent as max_completion_tokens" : `${name} left out`,
      ),
    close: () => sockets.close(),
  };
}
