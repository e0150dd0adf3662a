import { setTimeout as wait } from "node:timers/promises";
import type { z } from "zod";
import { type Actor, makeActor, type Person } from "./actor.ts";
import { writeAudit } from "./audit.ts";
import { type Db, db, isConflict, type Tx } from "./db.ts";
import type { Endpoint } from "./endpoint.ts";
import { AppError } from "./errors.ts";
import { log } from "./log.ts";
import { permissions } from "./permissions.ts";
import { type Found, loadRefs } from "./refs.ts";

/** What a call brings besides its input. */
export type Call = {
  actor: Actor | Person | null;
  /** only for verbs with `body: "stream"` */
  body?: ReadableStream<Uint8Array>;
  /** aborted when the caller goes away */
  signal?: AbortSignal;
  ip?: string;
  userAgent?: string;
};

type Io<I extends z.ZodObject> = {
  actor: Actor;
  /** the caller even when it has no team: for `self` and `public` endpoints */
  caller: Actor | Person | null;
  input: z.output<I>;
  found: Found<I>;
  ip: string;
  userAgent: string;
  signal: AbortSignal;
};
type Reads<I extends z.ZodObject> = Io<I> & { db: Db };
type Writes<I extends z.ZodObject> = Io<I> & {
  tx: Tx;
  /** runs after the commit; a failure is logged, the sweep makes up for it */
  after(effect: () => Promise<unknown>): void;
  /** names what was acted on, where it is not the output's `id` or the first ref of the input */
  audit(targetId: string, data?: Record<string, unknown>): void;
};

/** A file on its way out. */
export type Download = {
  stream: ReadableStream<Uint8Array>;
  fileName: string;
  contentType: string;
  bytes?: number;
  headers?: Record<string, string>;
};

export type VerbKind = "query" | "mutation" | "action" | "upload" | "download";

/** An endpoint with its implementation. Only the five constructors below make one. */
export type Verb<I extends z.ZodObject = z.ZodObject, Out = unknown> = {
  kind: VerbKind;
  endpoint: Endpoint;
  /** authorise -> parse -> load refs -> run -> audit. `raw` is untrusted. */
  call(call: Call, raw: unknown): Promise<Out>;
  /** phantom, for typed calls */
  readonly __input?: z.input<I>;
};

function authorise(endpoint: Endpoint, caller: Call["actor"]): void {
  const access = endpoint.permission;
  if (access === "public") return;
  if (!caller) throw new AppError("UNAUTHENTICATED", "Sign in first, or send a valid API token.");
  if (access === "self") {
    // A token acts in a team; what concerns the person (password, sessions) takes the person.
    if (caller.kind === "token" && endpoint.method !== "GET") {
      throw new AppError("FORBIDDEN", "An API token cannot change a person's own settings.", {
        todo: "Sign in and do it there.",
      });
    }
    return;
  }
  if (caller.teamId === null)
    throw new AppError("FORBIDDEN", "You are in no team.", { todo: "Ask an owner for an invitation." });
  if (caller.can(access)) return;
  const rule = permissions[access];
  const byScope = caller.scopes !== null && rule.roles.some((role) => role === caller.role);
  throw new AppError(
    "FORBIDDEN",
    byScope
      ? `This token lacks the scope "${rule.scope}".`
      : `Your role (${caller.role}) does not allow this: ${rule.says.toLowerCase()}.`,
    { todo: byScope ? "Create a token with that scope." : `Ask someone who may: ${rule.roles.join(", ")}.` },
  );
}

/** Turns zod's issues into one AppError with a message per field. */
export function invalidInput(error: z.ZodError): AppError {
  const fields: Record<string, string> = {};
  for (const issue of error.issues) fields[issue.path.join(".") || "input"] ??= issue.message;
  const [where, message] = Object.entries(fields)[0] ?? ["input", "not valid"];
  return new AppError("INVALID", `${where}: ${message}`, { where, fields, todo: "Correct it and send it again." });
}

/** PostgreSQL's text has no NUL character; told here, once, instead of failing in some statement. */
function refuseNul(value: unknown, where = "input"): void {
  if (typeof value === "string") {
    if (value.includes("\u0000"))
      throw new AppError("INVALID", `${where} holds a NUL character.`, { where, todo: "Remove it." });
  } else if (value !== null && typeof value === "object") {
    for (const [name, item] of Object.entries(value)) refuseNul(item, where === "input" ? name : `${where}.${name}`);
  }
}

const nobody = makeActor({ kind: "system", userId: "", teamId: "", role: "reviewer", scopes: [], credentialId: null });

async function prepare<I extends z.ZodObject>(endpoint: Endpoint<I>, call: Call, raw: unknown): Promise<Io<I>> {
  authorise(endpoint, call.actor);
  refuseNul(raw);
  const parsed = endpoint.input.safeParse(raw);
  if (!parsed.success) throw invalidInput(parsed.error);
  const teamId = call.actor?.teamId ?? null;
  // Public and self endpoints carry no refs, except those of a team member about the own team.
  const found = teamId === null ? ({} as Found<I>) : await loadRefs(endpoint.input, parsed.data, teamId);
  return {
    actor: call.actor && call.actor.teamId !== null ? call.actor : nobody,
    caller: call.actor,
    input: parsed.data,
    found,
    ip: call.ip ?? "",
    userAgent: call.userAgent ?? "",
    signal: call.signal ?? new AbortController().signal,
  };
}

function targetOf(io: Io<z.ZodObject>, output: unknown): string | null {
  const id = output !== null && typeof output === "object" && "id" in output ? output.id : Object.keys(io.found)[0];
  if (typeof id !== "string") return null;
  const fromInput = (io.input as Record<string, unknown>)[id];
  return typeof fromInput === "string" ? fromInput : id;
}

function output<O extends z.ZodType>(endpoint: Endpoint<z.ZodObject, O>, value: unknown): z.output<O> {
  const parsed = endpoint.output.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Error(`${endpoint.name} answered against its own schema: ${parsed.error.message}`);
}

/** Reads. Never writes, so it needs no transaction and leaves no audit row. */
export function query<I extends z.ZodObject, O extends z.ZodType>(
  endpoint: Endpoint<I, O>,
  run: (io: Reads<I>) => Promise<z.input<O>>,
): Verb<I, z.output<O>> {
  return {
    kind: "query",
    endpoint,
    async call(call, raw) {
      const io = await prepare(endpoint, call, raw);
      return output(endpoint, await run({ ...io, db }));
    },
  };
}

/** How often a change is begun again that met another one. */
const tries = 4;

/** Runs a transaction again that deadlocked with another or could not be serialised. It left nothing, so nothing happens twice. */
async function insist<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt === tries || !isConflict(error)) throw error;
      await wait(Math.random() * 50 * 2 ** attempt);
    }
  }
}

/** Changes the database: one transaction that holds the change and its audit row; effects on the world after the commit. */
export function mutation<I extends z.ZodObject, O extends z.ZodType>(
  endpoint: Endpoint<I, O>,
  run: (io: Writes<I>) => Promise<z.input<O>>,
): Verb<I, z.output<O>> {
  return {
    kind: "mutation",
    endpoint,
    async call(call, raw) {
      const io = await prepare(endpoint, call, raw);
      const effects: (() => Promise<unknown>)[] = [];
      let named: { targetId: string; data?: Record<string, unknown> } | null = null;
      const change = async (tx: Tx) => {
        effects.length = 0;
        named = null;
        const value = await run({
          ...io,
          tx,
          after: (effect) => effects.push(effect),
          audit: (targetId, data) => {
            named = { targetId, ...(data ? { data } : {}) };
          },
        });
        const target = named as { targetId: string; data?: Record<string, unknown> } | null;
        await writeAudit(tx, call.actor, {
          action: endpoint.name,
          targetId: target?.targetId ?? targetOf(io, value),
          data: target?.data ?? io.input,
        });
        return output(endpoint, value);
      };
      const result = await insist(() => db.$transaction(change));
      for (const effect of effects) {
        await effect().catch((error: unknown) =>
          log.error({ err: error, verb: endpoint.name }, "effect after commit failed"),
        );
      }
      return result;
    },
  };
}

/** Talks to the world (a test call, a prediction): no transaction is held meanwhile; audited when it changed something. */
export function action<I extends z.ZodObject, O extends z.ZodType>(
  endpoint: Endpoint<I, O>,
  run: (io: Reads<I>) => Promise<z.input<O>>,
): Verb<I, z.output<O>> {
  return {
    kind: "action",
    endpoint,
    async call(call, raw) {
      const io = await prepare(endpoint, call, raw);
      const value = await run({ ...io, db });
      await writeAudit(db, call.actor, { action: endpoint.name, targetId: targetOf(io, value), data: io.input });
      return output(endpoint, value);
    },
  };
}

/** Takes a body of any size as a stream; the input is path and query only. */
export function upload<I extends z.ZodObject, O extends z.ZodType>(
  endpoint: Endpoint<I, O>,
  run: (io: Reads<I> & { body: ReadableStream<Uint8Array> }) => Promise<z.input<O>>,
): Verb<I, z.output<O>> {
  const streamed = { ...endpoint, body: "stream" as const };
  return {
    kind: "upload",
    endpoint: streamed,
    async call(call, raw) {
      const io = await prepare(endpoint, call, raw);
      if (!call.body)
        throw new AppError("INVALID", "The request has no body.", { todo: "Send the file as the request body." });
      const value = await run({ ...io, db, body: call.body });
      await writeAudit(db, call.actor, { action: endpoint.name, targetId: targetOf(io, value), data: io.input });
      return output(endpoint, value);
    },
  };
}

/** Answers with a file, streamed. `output` of the endpoint documents its content. */
export function download<I extends z.ZodObject, O extends z.ZodType>(
  endpoint: Endpoint<I, O>,
  run: (io: Reads<I>) => Promise<Download>,
): Verb<I, Download> {
  const file = { ...endpoint, answers: "file" as const };
  return {
    kind: "download",
    endpoint: file,
    async call(call, raw) {
      const io = await prepare(endpoint, call, raw);
      return run({ ...io, db });
    },
  };
}
