import { randomUUID } from "node:crypto";
import { fullDisk, isConflict, isPassingDbFault, isTooSlow } from "#lib/core/db.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import { log } from "#lib/core/log.ts";
import type { Download, Verb } from "#lib/core/verb.ts";
import { readJson, readQuery } from "./body.ts";
import { addressOf, callerOf, refuseCrossSite } from "./caller.ts";
import { once } from "./idempotency.ts";
import { router } from "./routes.ts";
import { verbs } from "./verbs.ts";

const match = router(verbs);

/** Headers of every answer: it is somebody's data, so nothing in between may keep or reinterpret it. */
export const always = { "cache-control": "no-store", "x-content-type-options": "nosniff" };

/** Serves any request below `/api/v1`. The only way in, for the browser as for a script. */
export async function dispatch(request: Request): Promise<Response> {
  const requestId = randomUUID();
  const url = new URL(request.url);
  try {
    refuseCrossSite(request);
    const segments = url.pathname
      .replace(/^\/api\/v1\/?/, "")
      .split("/")
      .map(decodeSegment);
    const found = match(request.method, segments);
    if (!found) throw notFound("address");
    if ("allowed" in found) {
      const error = new AppError("INVALID", `This address takes ${found.allowed.join(", ")}, not ${request.method}.`, {
        status: 405,
      });
      return respondError(error, requestId, { allow: found.allowed.join(", ") });
    }
    return await serve(request, url, found.verb, found.params, requestId);
  } catch (error) {
    return respondError(asAppError(error, requestId, `${request.method} ${url.pathname}`), requestId);
  }
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw notFound("address");
  }
}

async function serve(
  request: Request,
  url: URL,
  verb: Verb,
  params: Record<string, string>,
  requestId: string,
): Promise<Response> {
  const actor = await callerOf(request);
  const { endpoint } = verb;
  const call = {
    actor,
    signal: request.signal,
    ip: addressOf(request.headers),
    userAgent: (request.headers.get("user-agent") ?? "").slice(0, 300),
  };
  const query = readQuery(url.searchParams);
  if (verb.kind === "upload") {
    const value = await verb.call(
      { ...call, ...(request.body ? { body: request.body } : {}) },
      { ...query, ...params },
    );
    return Response.json(value, { status: 201, headers: { ...always, "x-request-id": requestId } });
  }
  const body = request.method === "GET" || request.method === "DELETE" ? {} : await readJson(request);
  const input = { ...query, ...body, ...params };
  if (verb.kind === "download") return respondFile((await verb.call(call, input)) as Download, requestId);

  const key = request.headers.get("idempotency-key");
  const headers: Record<string, string> = { ...always, "x-request-id": requestId };
  if (key !== null && request.method === "POST") {
    const { value, replayed } = await once(actor, key, { action: endpoint.name, input }, () => verb.call(call, input));
    if (replayed) headers["idempotency-replayed"] = "true";
    return Response.json(value, { status: 200, headers });
  }
  return Response.json(await verb.call(call, input), { headers });
}

function respondFile(file: Download, requestId: string): Response {
  const ascii = file.fileName.replace(/[^\w.-]+/g, "_");
  return new Response(file.stream, {
    headers: {
      ...always,
      "content-type": file.contentType,
      "content-disposition": `attachment; filename="${ascii}"; filename*=UTF-8''${encodeURIComponent(file.fileName)}`,
      ...(file.bytes === undefined ? {} : { "content-length": String(file.bytes) }),
      "x-request-id": requestId,
      ...file.headers,
    },
  });
}

export function asAppError(error: unknown, requestId: string, what: string): AppError {
  if (error instanceof AppError) return error;
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  // a cursor or filter of the wrong type, which only the database noticed
  if (code === "P2023" || code === "P2007") return new AppError("INVALID", "A cursor or filter has the wrong form.");
  if (code === "P2002") {
    return new AppError("CONFLICT", "Something with this name exists already.", { todo: "Choose another name." });
  }
  const full = fullDisk(error);
  if (full !== null) {
    log.error({ err: error, requestId, what }, "disk full");
    return new AppError(
      "LIMIT",
      `The disk of the ${full === "files" ? "server" : "database"} is full: this could not be saved.`,
      {
        status: 507,
        todo: "Free some space there, then try again. What is stored can still be read.",
      },
    );
  }
  if (isTooSlow(error)) {
    log.warn({ err: error, requestId, what }, "statement timed out");
    return new AppError("INTERNAL", "The database took too long over this and stopped.", {
      status: 503,
      retryAfterSec: 10,
      todo: "Ask for less at once (a narrower filter or search), or try again when less is going on.",
    });
  }
  if (isConflict(error)) {
    log.warn({ err: error, requestId, what }, "met another change again and again");
    return new AppError("INTERNAL", "Others are changing the same thing right now, so this was not done.", {
      status: 503,
      retryAfterSec: 2,
      todo: "Try again in a moment.",
    });
  }
  if (isPassingDbFault(error)) {
    log.warn({ err: error, requestId, what }, "database away");
    return new AppError("INTERNAL", "The database cannot be reached or is busy right now.", {
      status: 503,
      retryAfterSec: 2,
      todo: "Try again in a moment.",
    });
  }
  log.error({ err: error, requestId, what }, "request failed");
  return new AppError("INTERNAL", "Something went wrong inside Stillhouse.", {
    todo: `Try again; the log has it under request ${requestId}.`,
  });
}

export function respondError(error: AppError, requestId: string, extra: Record<string, string> = {}): Response {
  const retry = error.detail.retryAfterSec;
  return Response.json(
    { error: error.toBody() },
    {
      status: error.status,
      headers: {
        ...always,
        "x-request-id": requestId,
        ...(retry === undefined ? {} : { "retry-after": String(retry) }),
        ...(error.code === "UNAUTHENTICATED" ? { "www-authenticate": "Bearer" } : {}),
        ...extra,
      },
    },
  );
}
