import type { z } from "zod";
import type { Endpoint } from "#lib/core/endpoint.ts";
import { AppError, type ErrorBody, errorCodes } from "#lib/core/errors.ts";

/** Path of a call with its parameters filled in, and the rest of the input for query or body. Isomorphic. */
export function target(endpoint: Pick<Endpoint, "path">, input: Record<string, unknown>) {
  const rest = { ...input };
  const path = endpoint.path.replace(/:(\w+)/g, (_whole, name: string) => {
    const value = rest[name];
    delete rest[name];
    return encodeURIComponent(String(value));
  });
  return { path: `/api/v1${path}`, rest };
}

function queryString(fields: Record<string, unknown>): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined || value === null || value === "") continue;
    for (const item of Array.isArray(value) ? value : [value]) params.append(name, String(item));
  }
  return params.size > 0 ? `?${params}` : "";
}

/** The address of a GET endpoint, for links and downloads. */
export function urlOf<I extends z.ZodObject>(endpoint: Endpoint<I>, input: z.input<I>): string {
  const { path, rest } = target(endpoint, input);
  return path + queryString(rest);
}

function isErrorBody(value: unknown): value is { error: ErrorBody } {
  const error = (value as { error?: { code?: unknown; message?: unknown } } | null)?.error;
  return typeof error?.message === "string" && (errorCodes as readonly unknown[]).includes(error.code);
}

/** The AppError that an answer carries; a broken answer becomes UPSTREAM. */
export async function errorOf(response: Response): Promise<AppError> {
  const body: unknown = await response.json().catch(() => null);
  if (!isErrorBody(body))
    return new AppError("UPSTREAM", `The server answered ${response.status}.`, { todo: "Try again." });
  const { code, message, ...detail } = body.error;
  return new AppError(code, message, { ...detail, status: response.status });
}

/** Calls an endpoint over HTTP. @throws AppError */
export async function callEndpoint<I extends z.ZodObject, O extends z.ZodType>(
  endpoint: Endpoint<I, O>,
  input: z.input<I>,
  options: { signal?: AbortSignal; headers?: Record<string, string>; base?: string } = {},
): Promise<z.output<O>> {
  const { path, rest } = target(endpoint, input);
  const inQuery = endpoint.method === "GET" || endpoint.method === "DELETE";
  const response = await fetch((options.base ?? "") + path + (inQuery ? queryString(rest) : ""), {
    method: endpoint.method,
    headers: { ...(inQuery ? {} : { "content-type": "application/json" }), ...options.headers },
    ...(inQuery ? {} : { body: JSON.stringify(rest) }),
    ...(options.signal ? { signal: options.signal } : {}),
  }).catch((error: unknown) => {
    if (options.signal?.aborted) throw error;
    throw new AppError("UPSTREAM", "The server cannot be reached.", {
      todo: "Check the connection; it will be tried again.",
    });
  });
  if (!response.ok) throw await errorOf(response);
  return (await response.json().catch(() => {
    throw new AppError("UPSTREAM", "The server's answer was cut off.", { todo: "Try again." });
  })) as z.output<O>;
}

/** Cache key of a call; the server's prefetch uses the same. Undefined fields do not count. */
export function keyOf(endpoint: { name: string }, input: Record<string, unknown>) {
  const fields = Object.entries(input).filter(([, value]) => value !== undefined);
  return [endpoint.name, Object.fromEntries(fields.sort(([a], [b]) => a.localeCompare(b)))] as const;
}
