import { z } from "zod";
import { endpoint, Instant, Int } from "#lib/core/endpoint.ts";

export const SystemHealth = z.object({
  version: z.string(),
  node: z.string(),
  url: z.string(),
  database: z.object({
    ok: z.boolean(),
    /** such as "PostgreSQL 18.4" */
    version: z.string(),
    sizeBytes: Int,
    /** one round trip from this web process, ms */
    latencyMs: z.number(),
  }),
  queue: z.object({
    kind: z.enum(["redis", "postgres"]),
    ok: z.boolean(),
    /** waiting, delayed and active deliveries, by queue */
    depth: z.record(z.string(), z.number()),
  }),
  workers: z.array(
    z.object({
      id: z.uuid(),
      host: z.string(),
      pid: z.number().int(),
      startedAt: Instant,
      seenAt: Instant,
      /** heard of within 15 s */
      alive: z.boolean(),
    }),
  ),
  storage: z.object({
    /** files and bytes under each top folder of the storage */
    folders: z.array(z.object({ name: z.string(), files: z.number().int(), bytes: z.number() })),
    freeBytes: z.number().nullable(),
  }),
  mail: z.object({ delivers: z.boolean(), from: z.string(), pending: z.number().int(), failed: z.number().int() }),
  /** name, value in words; secrets only as "set" or "not set" */
  settings: z.array(z.object({ name: z.string(), value: z.string(), secret: z.boolean() })),
});
export type SystemHealth = z.infer<typeof SystemHealth>;

export const systemGet = endpoint({
  name: "system.get",
  method: "GET",
  path: "/system",
  permission: "system.read",
  summary: "Health of the installation: database, queue, workers, storage, and the settings in force without secrets.",
  input: z.object({}),
  output: SystemHealth,
});
