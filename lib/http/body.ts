import { AppError } from "#lib/core/errors.ts";

const maxJsonBytes = 2 * 1024 * 1024;
const maxDepth = 64;
const maxQueryFields = 100;

function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (quoted) {
      if (c === 92) i++;
      else if (c === 34) quoted = false;
    } else if (c === 34) quoted = true;
    else if (c === 91 || c === 123) deepest = Math.max(deepest, ++depth);
    else if (c === 93 || c === 125) depth--;
  }
  return deepest;
}

async function readLimited(body: ReadableStream<Uint8Array> | null): Promise<string> {
  if (!body) return "";
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > maxJsonBytes) {
      throw new AppError("LIMIT", "The request body is larger than 2 MiB.", {
        status: 413,
        todo: "Upload files through POST …/uploads.",
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** A JSON body as an object; absent is empty. @throws AppError INVALID | LIMIT */
export async function readJson(request: Request): Promise<Record<string, unknown>> {
  const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  const text = await readLimited(request.body);
  if (text.trim() === "") return {};
  if (type !== "application/json") {
    throw new AppError("INVALID", `The body is ${type ?? "of no stated type"}, not JSON.`, {
      status: 415,
      todo: "Send Content-Type: application/json.",
    });
  }
  if (depthOf(text) > maxDepth) throw new AppError("INVALID", `The JSON is nested deeper than ${maxDepth} levels.`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new AppError(
      "INVALID",
      `The body is not valid JSON: ${error instanceof Error ? error.message : "unreadable"}`,
    );
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw new AppError("INVALID", "The body must be a JSON object.");
  }
  return value as Record<string, unknown>;
}

/** Query fields as an object; a repeated field becomes a list. */
export function readQuery(params: URLSearchParams): Record<string, unknown> {
  if (params.size > maxQueryFields)
    throw new AppError("INVALID", `More than ${maxQueryFields} query parameters.`, { status: 414 });
  const fields: [string, unknown][] = [];
  for (const name of new Set(params.keys())) {
    const values = params.getAll(name);
    fields.push([name, values.length > 1 ? values : values[0]]);
  }
  return Object.fromEntries(fields);
}
