import { z } from "zod";
import type { Permission } from "./permissions.ts";

/** Things an id in an input can point at. The verb constructor loads them with the actor's team. */
export const entities = [
  "project",
  "upload",
  "dataset",
  "datasetVersion",
  "deletedDataset",
  "deletedVersion",
  "teacher",
  "run",
  "student",
  "evaluation",
  "review",
  "apiToken",
  "invitation",
  "outboxMail",
] as const;
export type Entity = (typeof entities)[number];

/** By definition, not by schema: `.meta()` makes another schema of the same definition. */
const refEntity = new WeakMap<object, Entity>();

/** The id of an `entity` of the actor's team. Checked by construction: see `loadRefs` in verb.ts. */
export function ref<E extends Entity>(entity: E) {
  const schema = z.uuid().meta({ description: `id of a ${entity}` }) as z.ZodUUID & { readonly __entity?: E };
  refEntity.set(schema.def, entity);
  return schema;
}

/** Which entity a field of an input points at, looking through optional and nullable. */
export function entityOf(schema: z.ZodType): Entity | undefined {
  let at: z.ZodType | undefined = schema;
  while (at) {
    const found = refEntity.get(at.def);
    if (found) return found;
    const inner: unknown = (at.def as { innerType?: unknown }).innerType;
    at = inner instanceof z.ZodType ? inner : undefined;
  }
  return undefined;
}

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** `public`: no sign-in; `self`: any signed-in person, about themselves; else a permission in the actor's team. */
export type Access = Permission | "public" | "self";

export type Endpoint<I extends z.ZodObject = z.ZodObject, O extends z.ZodType = z.ZodType> = {
  /** `noun.verb`; also the audit action */
  name: string;
  method: Method;
  /** below `/api/v1`, with `:params` that are fields of the input */
  path: `/${string}`;
  permission: Access;
  /** one sentence for the reference */
  summary: string;
  input: I;
  output: O;
  /** how body and answer travel; default json */
  body?: "json" | "stream";
  answers?: "json" | "file";
};

/** Declares one operation. Isomorphic: the browser types its calls with it, the server makes a verb of it. */
export function endpoint<I extends z.ZodObject, O extends z.ZodType>(e: Endpoint<I, O>): Endpoint<I, O> {
  return e;
}

/** Input fields of every list: keyset pagination. */
export const Page = z.object({
  cursor: z
    .string()
    .regex(/^[\w.:~-]{1,200}$/, "not a cursor of ours")
    .optional()
    .meta({ description: "`nextCursor` of the page before" }),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

/** Output of every list. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() });
}

/** Cuts a page out of `limit + 1` loaded items. `cursorOf` names the last shown one. */
export function toPage<T>(loaded: T[], limit: number, cursorOf: (item: T) => string) {
  const items = loaded.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: loaded.length > limit && last !== undefined ? cursorOf(last) : null };
}

/** ISO 8601 in answers, Date in the services. */
export const Instant = z
  .preprocess((value) => (value instanceof Date ? value.toISOString() : value), z.string())
  .meta({ format: "date-time" });

/** BigInt columns (micro-dollars, bytes) as JSON numbers, exact below 2^53. */
export const Int = z
  .preprocess((value) => (typeof value === "bigint" ? Number(value) : value), z.number())
  .meta({ type: "integer" });

/** Query strings carry text: "true", "1" and true are true. */
export const QueryFlag = z
  .union([z.boolean(), z.enum(["true", "false", "1", "0"])])
  .transform((value) => value === true || value === "true" || value === "1");
