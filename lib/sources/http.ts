import type { IncomingHttpHeaders } from "node:http";
import { Client } from "undici";
import { AppError } from "#lib/core/errors.ts";
import { type AllowList, assertReachable, guardedLookup, type Resolve } from "#lib/llm/address.ts";
import { fileUse, redirectTarget } from "./address.ts";
import { asSourceError } from "./faults.ts";

/** Milliseconds. `idle`: without a byte; `total`: of the whole transfer, so that a slow drip does not hold a worker for ever. */
export type Timeouts = { connect: number; headers: number; idle: number; total: number };
export const defaultTimeouts: Timeouts = { connect: 10_000, headers: 60_000, idle: 60_000, total: 12 * 3_600_000 };

const maxRedirects = 5;
const redirects = new Set([301, 302, 303, 307, 308]);

/** How we reach out. `resolve` only for tests. */
export type Reach = { allow: AllowList; signal: AbortSignal; timeouts: Timeouts; resolve?: Resolve };

/** The beginning of an answer. Who takes one reads its body to the end or closes it. */
export type Answer = {
  url: URL;
  status: number;
  headers: IncomingHttpHeaders;
  body: AsyncIterable<Uint8Array>;
  close(): Promise<void>;
};

/**
 * One GET to an address that was checked before (`parseAddress`); what its name resolves to is checked at the connection.
 * Redirects are answers like others. Nothing of ours is sent along: no cookies, no authorization but the given headers.
 * @throws AppError UPSTREAM | INVALID for what went wrong on the way
 */
export async function getOnce(url: URL, headers: Readonly<Record<string, string>>, reach: Reach): Promise<Answer> {
  const { allow, signal, timeouts, resolve } = reach;
  await assertReachable(url, allow, resolve, fileUse);
  const client = new Client(url.origin, {
    pipelining: 1,
    headersTimeout: timeouts.headers,
    bodyTimeout: timeouts.idle,
    connect: { timeout: timeouts.connect, lookup: guardedLookup(url, allow, resolve) },
  });
  try {
    const answer = await client.request({
      method: "GET",
      path: url.pathname + url.search,
      // the bytes of the file itself, so that offsets mean the same on both sides
      headers: { "user-agent": "stillhouse", accept: "*/*", "accept-encoding": "identity", ...headers },
      signal,
    });
    return {
      url,
      status: answer.statusCode,
      headers: answer.headers,
      body: answer.body,
      close: () => client.destroy(),
    };
  } catch (error) {
    await client.destroy();
    throw asSourceError(error, url);
  }
}

/**
 * GET that follows at most five redirects itself, each checked like the first address. Headers such as Range go along; secrets must not
 * be among them.
 */
export async function getFollowing(
  start: URL,
  headers: Readonly<Record<string, string>>,
  reach: Reach,
): Promise<Answer> {
  let url = start;
  for (let hop = 0; hop <= maxRedirects; hop++) {
    const answer = await getOnce(url, headers, reach);
    const location = answer.headers.location;
    if (!redirects.has(answer.status) || location === undefined) return answer;
    await answer.close();
    url = redirectTarget(location, url, reach.allow);
  }
  throw new AppError("UPSTREAM", `${start.host} redirects more than ${maxRedirects} times.`, {
    where: start.host,
    todo: "Open the address in a browser and copy the one of the file itself.",
  });
}

/** A short text answer, such as a list or an error. @throws AppError UPSTREAM when it is longer than `most` bytes */
export async function readText(answer: Answer, most: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of answer.body) {
      bytes += chunk.byteLength;
      if (bytes > most) throw new AppError("UPSTREAM", `The answer of ${answer.url.host} is too long.`);
      chunks.push(chunk);
    }
  } catch (error) {
    throw asSourceError(error, answer.url);
  } finally {
    await answer.close();
  }
  return Buffer.concat(chunks).toString("utf8");
}
