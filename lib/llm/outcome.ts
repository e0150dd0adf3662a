import { z } from "zod";
import { estimateTokens } from "./tokens.ts";

/** Longest wait that a Retry-After header may ask for; 114 hours have been seen in the wild. */
export const longestRetryAfterMs = 5 * 60_000;

/** What an answer cost in tokens. `estimated`: the endpoint said nothing or nonsense, so these are our own estimate. */
export type Usage = { inputTokens: number; outputTokens: number; estimated: boolean };

/** One generated token with its natural-log probability and the alternatives asked for. */
export type TokenLogprob = { token: string; logprob: number; top: { token: string; logprob: number }[] };

/** A complete answer. `finish` says why it ended; only `stop` is an answer to rely on. */
export type Answer = {
  class: "ok";
  id: string;
  text: string;
  refusal: string | null;
  finish: "stop" | "length" | "content_filter" | "other";
  usage: Usage;
  logprobs: TokenLogprob[] | null;
  /** the message as it came, key redacted, at most 8,000 characters */
  raw: string;
  latencyMs: number;
};

/**
 * rate_limited, overloaded, unreachable: try later · timeout, reset: the answer is unknown when `sent` · auth, not_found, redirect,
 * blocked_address: nothing will work until a person changes the teacher · needs_funds: a person must pay · bad_request: this row
 * only · invalid_response: what came back is no chat completion · cancelled: we ended it.
 */
export const failureClasses = [
  "rate_limited",
  "overloaded",
  "unreachable",
  "timeout",
  "reset",
  "auth",
  "not_found",
  "redirect",
  "blocked_address",
  "needs_funds",
  "bad_request",
  "invalid_response",
  "cancelled",
] as const;
export type FailureClass = (typeof failureClasses)[number];

export type Failure = {
  class: FailureClass;
  /** one sentence for people, key redacted */
  message: string;
  status: number | null;
  /** the request may have reached the model, so it may be billed */
  sent: boolean;
  retryAfterMs: number | null;
  raw: string;
  latencyMs: number;
};
export type Outcome = Answer | Failure;

/** What is known of the request when its answer is judged. Sizes bound what a truthful endpoint can report. */
export type Asked = { inputChars: number; inputBytes: number; maxTokens: number; logprobs: boolean };

const longestRaw = 8_000;

/** Retry-After as seconds or HTTP date, or `retry-after-ms`; null when absent, negative or unreadable. Capped. */
export function parseRetryAfter(
  headers: Record<string, string | string[] | undefined>,
  now = Date.now(),
): number | null {
  const first = (name: string) => (Array.isArray(headers[name]) ? headers[name][0] : headers[name])?.trim();
  const inMs = first("retry-after-ms");
  const text = first("retry-after");
  let wait = Number.NaN;
  if (inMs && /^\d+(\.\d+)?$/.test(inMs)) wait = Number(inMs);
  else if (text && /^\d+(\.\d+)?$/.test(text)) wait = Number(text) * 1000;
  else if (text && /[a-z]{3}/i.test(text)) wait = Math.max(0, Date.parse(text) - now);
  return Number.isFinite(wait) ? Math.min(Math.round(wait), longestRetryAfterMs) : null;
}

const TokenCount = z.number().int().min(0);
const ReportedUsage = z.object({ prompt_tokens: TokenCount, completion_tokens: TokenCount });

/**
 * Token counts as reported, or our own estimate when they are missing or cannot be true. A byte-level tokenizer makes at most one
 * token per byte; 20,000 tokens are left for a system prompt that the endpoint adds by itself.
 */
export function readUsage(reported: unknown, asked: Asked, answer: string): Usage {
  const parsed = ReportedUsage.safeParse(reported);
  if (parsed.success) {
    const { prompt_tokens: inputTokens, completion_tokens: outputTokens } = parsed.data;
    if (inputTokens > 0 && inputTokens <= asked.inputBytes + 20_000 && outputTokens <= asked.maxTokens * 4 + 1_000)
      return { inputTokens, outputTokens, estimated: false };
  }
  return {
    inputTokens: estimateTokens(asked.inputChars),
    outputTokens: estimateTokens(answer.length),
    estimated: true,
  };
}

const Logprob = z.object({ token: z.string(), logprob: z.number() });
const Choice = z.object({
  message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }),
  finish_reason: z.string().nullish(),
  logprobs: z
    .object({ content: z.array(Logprob.extend({ top_logprobs: z.array(Logprob).default([]) })).nullish() })
    .nullish()
    .catch(null),
});
const Completion = z.object({ id: z.string().catch(""), choices: z.array(Choice).min(1) });

const finishes = { stop: "stop", length: "length", content_filter: "content_filter" } as const;

/** `error` objects of OpenAI, vLLM, OpenRouter, Ollama and proxies: text, or an object with message, code and type. */
function errorOf(body: unknown): { message: string; code: string; status: number | null; param: string } | null {
  if (body === null || typeof body !== "object") return null;
  const record = body as Record<string, unknown>;
  const error = record.error ?? (record.object === "error" || "detail" in record ? record : null);
  if (typeof error === "string") return { message: error, code: "", status: null, param: "" };
  if (error === null || typeof error !== "object") return null;
  const { message, detail, code, type, param } = error as Record<string, unknown>;
  const words = [message, detail].find((text) => typeof text === "string" && text !== "");
  return {
    message: typeof words === "string" ? words : JSON.stringify(error).slice(0, 300),
    code: [code, type].filter((part) => typeof part === "string").join(" "),
    status: typeof code === "number" && code >= 400 && code < 600 ? code : null,
    param: typeof param === "string" ? param : "",
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  } catch {
    return undefined;
  }
}

const noFunds =
  /insufficient_quota|insufficient.{0,12}(balance|credit|funds)|exceeded your current quota|billing_hard_limit|out of credits/i;

const explained: Partial<Record<FailureClass, string>> = {
  auth: "The endpoint refused the key",
  not_found: "The endpoint knows no such model or path",
  needs_funds: "The account at the endpoint has no funds left",
  rate_limited: "The endpoint asks to slow down",
  overloaded: "The endpoint is in trouble",
  bad_request: "The endpoint refused this request",
  redirect: "The endpoint answered with a redirect, which is never followed",
};

/** Some gateways answer 403 for one text that their moderation flagged: that is about the row, not about the key. */
const moderated = /moderation|flagged|content policy|safety system/i;

function classOfStatus(status: number, words: string): FailureClass {
  if (status >= 300 && status < 400) return "redirect";
  if (status === 402 || (status === 429 && noFunds.test(words))) return "needs_funds";
  if (status === 429) return "rate_limited";
  if (status === 403 && moderated.test(words)) return "bad_request";
  if (status === 401 || status === 403) return "auth";
  if (status === 404 || status === 405) return "not_found";
  if (status >= 500 || status === 408 || status === 409 || status === 425) return "overloaded";
  return "bad_request";
}

/** A received HTTP response with its whole body. */
export type Received = {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
  latencyMs: number;
};

/** Judges a whole response. Pure. `clean` blanks the key. */
export function classify(received: Received, asked: Asked, clean: (text: string) => string): Outcome {
  const { status, headers, body, latencyMs } = received;
  const type = String(headers["content-type"] ?? "");
  const parsed = parseJson(body);
  const error = errorOf(parsed);
  const failed = (failure: FailureClass, message: string, as = status): Failure => {
    const raw = clean(body.slice(0, longestRaw * 2)).slice(0, longestRaw);
    return { class: failure, message, status: as, sent: true, retryAfterMs: parseRetryAfter(headers), raw, latencyMs };
  };
  const invalid = (what: string) => failed("invalid_response", `The answer is no chat completion: ${what}.`);

  const failing = status >= 300 ? status : (error?.status ?? (error ? 500 : null));
  if (failing !== null) {
    const words = error ? `${error.code} ${error.message}` : "";
    const kind = classOfStatus(failing, words);
    const said = clean(error?.message ?? (kind === "redirect" ? String(headers.location ?? "") : "")).slice(0, 300);
    return failed(kind, `${explained[kind]} (HTTP ${failing})${said ? `: ${said}` : "."}`, failing);
  }
  if (status !== 200 && status !== 201) return invalid(`HTTP ${status}`);
  if (headers["content-encoding"] !== undefined && headers["content-encoding"] !== "identity")
    return invalid("it is compressed");
  if (body.trim() === "") return invalid("it is empty");
  if (/^\s*<(!doctype|html)/i.test(body)) return invalid("it is an HTML page");
  if (type !== "" && !/json/i.test(type)) return invalid(`its content type is ${clean(type).slice(0, 60)}`);
  if (parsed === undefined) return invalid("it is not whole JSON");
  const completion = Completion.safeParse(parsed);
  if (!completion.success)
    return invalid(`${completion.error.issues[0]?.path.join(".") || "its root"} is missing or wrong`);
  const [choice] = completion.data.choices;
  if (!choice) return invalid("it has no choices");
  const text = choice.message.content ?? "";
  const finish = finishes[choice.finish_reason as keyof typeof finishes] ?? (choice.finish_reason ? "other" : "stop");
  return {
    class: "ok",
    id: completion.data.id,
    text,
    refusal: choice.message.refusal ?? null,
    finish,
    usage: readUsage((parsed as { usage?: unknown }).usage, asked, text),
    logprobs: asked.logprobs
      ? (choice.logprobs?.content?.map(({ top_logprobs, ...token }) => ({ ...token, top: top_logprobs })) ?? null)
      : null,
    raw: clean(text.slice(0, longestRaw)),
    latencyMs,
  };
}

/** Which optional parameter a 400 complains about, so that the client can leave it out. Null when it is about the row. */
export function unsupportedParameter(
  failure: Failure,
): "max_tokens" | "temperature" | "response_format" | "logprobs" | null {
  if (failure.class !== "bad_request") return null;
  const error = errorOf(parseJson(failure.raw));
  const words = `${error?.code ?? ""} ${error?.message ?? failure.raw}`;
  if (!/unsupported|not support|unrecognized|unknown (field|param)|extra inputs|not permitted/i.test(words))
    return null;
  const names = ["max_tokens", "temperature", "response_format", "logprobs"] as const;
  return names.find((name) => error?.param === name) ?? names.find((name) => words.includes(name)) ?? null;
}
