import type { IncomingHttpHeaders } from "node:http";
import { z } from "zod";
import { AppError } from "#lib/core/errors.ts";
import { formatBytes } from "#lib/format.ts";
import { asSourceError, PassingFault, statusError } from "./faults.ts";
import type { Answer } from "./http.ts";
import type { Parts } from "./parts.ts";

/** What tells one content of an address from another, and its size. Null: the server did not say. */
export const Validator = z.object({
  etag: z.string().nullable(),
  modified: z.string().nullable(),
  total: z.int().nullable(),
});
export type Validator = z.infer<typeof Validator>;

/** A file that can be asked for from an offset on. */
export type Remote = {
  host: string;
  /** asks for the bytes from `from` on, provided that the content is still `known`'s */
  get(from: number, known: Validator | null): Promise<Answer>;
  /** what the body of a refusal says, in one sentence */
  explain?(answer: Answer): Promise<AppError>;
};

export type TransferOptions = {
  remote: Remote;
  parts: Parts;
  /** as stored by `begins` of an earlier claim */
  known: Validator | null;
  maxBytes: number;
  signal: AbortSignal;
  /** the content was met, from its beginning: store what it is known by */
  begins(known: Validator): Promise<void>;
  /** bytes that are there, and how many there will be */
  progress(done: number, total: number | null): void;
  log(message: string): void;
  /** ms before the next attempt, by attempts without a new byte */
  delays: readonly number[];
};

/** Headers that ask for the rest of the very content that is known, or for all of another one (RFC 9110, 13.1.5). */
export function rangeHeaders(from: number, known: Validator | null): Record<string, string> {
  const name = known && nameOf(known);
  return from > 0 && name ? { range: `bytes=${from}-`, "if-range": name } : {};
}

/** A weak tag does not promise equal bytes. */
function nameOf({ etag, modified }: Validator): string | null {
  return etag && !etag.startsWith("W/") ? etag : modified;
}

/**
 * Brings a file over, behind what is there already where the server can do that, else from the beginning. Goes on after faults of the
 * connection as long as bytes come. On abort it returns false.
 * @throws AppError UPSTREAM for what the server says, LIMIT for a file that is too large
 */
export async function transfer(options: TransferOptions): Promise<boolean> {
  const { parts, delays, signal, log } = options;
  let { known } = options;
  const begins = async (fresh: Validator) => {
    known = fresh;
    await options.begins(fresh);
  };
  let fruitless = 0;
  for (;;) {
    const before = parts.size;
    try {
      await attempt({ ...options, known, begins });
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      if (!(error instanceof PassingFault)) throw error;
      if (error instanceof Restart) known = null;
      fruitless = parts.size > before ? 0 : fruitless + 1;
      const delay = delays[fruitless];
      if (delay === undefined) throw error;
      log(`${error.message} Goes on at ${formatBytes(parts.size)}.`);
      if (!(await pause(delay, signal))) return false;
    }
  }
}

/** The content is another one than before, or cannot be had from the middle. */
class Restart extends PassingFault {}

async function attempt(options: TransferOptions): Promise<void> {
  const { remote, parts, maxBytes, progress } = options;
  const canGoOn = options.known !== null && nameOf(options.known) !== null;
  if (parts.size > 0 && !canGoOn) await parts.restart();
  if (parts.size > 0 && parts.size === options.known?.total && canGoOn) return;
  const from = parts.size;
  const answer = await remote.get(from, options.known);
  try {
    const known = await accept(answer, from, options);
    refuseLarge(known.total, maxBytes, remote.host);
    for await (const chunk of readable(answer)) {
      await parts.append(chunk);
      if (known.total === null) refuseLarge(parts.size, maxBytes, remote.host);
      progress(parts.size, known.total);
    }
    if (known.total !== null && parts.size < known.total)
      throw new PassingFault("UPSTREAM", `${remote.host} ended before the end of the file.`, { where: remote.host });
    if (parts.size === 0) {
      throw new AppError("INVALID", "The file is empty.", { where: remote.host, todo: "Check the address." });
    }
  } finally {
    await answer.close();
  }
}

/** Only what the connection throws is a fault of the source; a full disk is not. */
async function* readable(answer: Answer): AsyncGenerator<Uint8Array> {
  try {
    yield* answer.body;
  } catch (error) {
    throw asSourceError(error, answer.url);
  }
}

/** What the answer brings: the rest, or all from the beginning. */
async function accept(answer: Answer, from: number, options: TransferOptions): Promise<Validator> {
  const { parts, remote, known } = options;
  if (answer.status === 206 && known) {
    const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(String(answer.headers["content-range"] ?? ""));
    const total = range?.[2] === undefined || range[2] === "*" ? known.total : Number(range[2]);
    if (Number(range?.[1]) === from && (known.total === null || total === known.total)) return { ...known, total };
  }
  if (answer.status === 206 || answer.status === 416 || answer.status === 412) {
    await parts.restart();
    throw new Restart("UPSTREAM", `${remote.host} has other content than before.`, { where: remote.host });
  }
  if (answer.status !== 200) throw (await remote.explain?.(answer)) ?? statusError(answer.status, remote.host);
  if (from > 0) {
    options.log(`${remote.host} sends the file from its beginning.`);
    await parts.restart();
  }
  const fresh = validatorOf(answer.headers);
  await options.begins(fresh);
  return fresh;
}

function validatorOf(headers: IncomingHttpHeaders): Validator {
  const length = headers["content-length"];
  const encoded = headers["content-encoding"] !== undefined && headers["content-encoding"] !== "identity";
  return {
    etag: headers.etag ?? null,
    // a packed answer is made anew each time
    modified: encoded ? null : (headers["last-modified"] ?? null),
    total: length !== undefined && /^\d{1,15}$/.test(length) ? Number(length) : null,
  };
}

function refuseLarge(bytes: number | null, most: number, host: string): void {
  if (bytes === null || bytes <= most) return;
  throw new AppError("LIMIT", `The file is larger than ${formatBytes(most)}.`, {
    where: host,
    status: 413,
    todo: "Split it, or raise MAX_UPLOAD_BYTES.",
  });
}

/** @returns false when the signal ended it */
function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      resolve(!signal.aborted);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", end);
      resolve(!signal.aborted);
    }, ms);
    signal.addEventListener("abort", end, { once: true });
  });
}
