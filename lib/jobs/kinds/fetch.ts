import { z } from "zod";
import { defineKind } from "./kind.ts";

/**
 * Where a file is fetched from. What is secret in it (the query of a signed address, the keys of a bucket) is no part of the payload,
 * which everybody in the team may read: it lies encrypted with the upload while the run lasts.
 */
export const FetchSource = z.discriminatedUnion("kind", [
  /** `sealed`: the address has a query, kept with the upload */
  z.object({ kind: z.literal("url"), address: z.string(), sealed: z.boolean() }),
  /** `sealed`: with keys; else the bucket is public */
  z.object({
    kind: z.literal("bucket"),
    endpoint: z.string(),
    region: z.string(),
    bucket: z.string(),
    key: z.string(),
    sealed: z.boolean(),
  }),
]);
export type FetchSource = z.infer<typeof FetchSource>;

/** A file that the server fetches from an address or a bucket; it becomes an upload. */
export const fetchKind = defineKind({
  payload: z.object({ uploadId: z.uuid(), source: FetchSource }),
  result: z.object({ uploadId: z.uuid(), fileName: z.string(), bytes: z.number().int(), sha256: z.string() }),
  pausable: false,
  perWorker: 2,
});
