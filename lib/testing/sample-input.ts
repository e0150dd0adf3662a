import { z } from "zod";
import { type Entity, entityOf } from "#lib/core/endpoint.ts";

type Def = {
  type: string;
  innerType?: z.ZodType;
  in?: z.ZodType;
  element?: z.ZodType;
  options?: z.ZodType[];
  entries?: Record<string, string>;
  values?: unknown[];
  shape?: Record<string, z.ZodType>;
};

/** A value that is likely to satisfy a schema, with own ids in its ref fields: enough to get past parsing to the tenant check. */
function exampleOf(schema: z.ZodType, ids: Record<Entity, string>): unknown {
  const entity = entityOf(schema);
  if (entity) return ids[entity];
  const def = schema.def as unknown as Def;
  const candidates: unknown[] = [];
  switch (def.type) {
    case "optional":
    case "default":
    case "prefault":
      return undefined;
    case "nullable":
      return null;
    case "pipe":
      return exampleOf(def.in ?? z.unknown(), ids);
    case "object":
      return Object.fromEntries(Object.entries(def.shape ?? {}).map(([name, field]) => [name, exampleOf(field, ids)]));
    case "array":
      candidates.push(
        [],
        [exampleOf(def.element ?? z.unknown(), ids)],
        [1, 2].map((n) => `${exampleOf(def.element ?? z.unknown(), ids)}${n}`),
      );
      break;
    case "union":
      return exampleOf(def.options?.[0] ?? z.unknown(), ids);
    case "enum":
      return Object.values(def.entries ?? {})[0];
    case "literal":
      return def.values?.[0];
    case "boolean":
      return true;
    case "number":
      candidates.push(1, 0.5, 0, 10, 1000);
      break;
    case "record":
      return {};
    default:
      candidates.push(
        "example",
        "a@example.com",
        "https://example.com/v1",
        "00000000-0000-7000-8000-000000000000",
        "correct horse battery staple 9",
        "UTC",
        "a".repeat(64),
        undefined,
        {},
      );
  }
  return candidates.find((candidate) => schema.safeParse(candidate).success) ?? candidates[0];
}

export function sampleOf(schema: z.ZodObject, ids: Record<Entity, string>): Record<string, unknown> {
  const entries = Object.entries(schema.shape).map(
    ([name, field]) => [name, exampleOf(field as z.ZodType, ids)] as const,
  );
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}
