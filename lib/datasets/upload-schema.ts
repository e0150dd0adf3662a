import { z } from "zod";
import { endpoint, Instant, Int, pageOf, ref } from "#lib/core/endpoint.ts";
import { Upload } from "./schema.ts";

/** Where the server fetched a file, without what is secret in it. */
export const UploadOrigin = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("url"), address: z.string() }),
  z.object({ kind: z.literal("bucket"), endpoint: z.string(), bucket: z.string(), key: z.string() }),
]);
export type UploadOrigin = z.infer<typeof UploadOrigin>;

export const UploadStatus = z.object({
  id: z.uuid(),
  projectId: z.uuid(),
  fileName: z.string(),
  /** receiving: bytes are still missing; complete: may be imported; imported: a dataset was made of it */
  state: z.enum(["receiving", "complete", "imported"]),
  /** bytes that have arrived */
  bytes: Int,
  /** size that was declared; null where it is not known before the end */
  totalBytes: Int.nullable(),
  origin: UploadOrigin.nullable(),
  /** the run that fetches it */
  runId: z.uuid().nullable(),
  createdAt: Instant,
});
export type UploadStatus = z.infer<typeof UploadStatus>;

/** Where the tus protocol is spoken, below `/api/v1`. The id of an upload follows. */
export const tusPath = "/uploads/tus";

export const uploadBegin = endpoint({
  name: "upload.begin",
  method: "POST",
  path: "/projects/:projectId/uploads/resumable",
  permission: "data.write",
  summary: "Begins a resumable upload; its bytes are sent to /api/v1/uploads/tus/:uploadId by the tus protocol.",
  input: z.object({
    projectId: ref("project"),
    fileName: z.string().min(1).max(500),
    bytes: z.coerce.number().int().min(1, "the file is empty"),
  }),
  output: UploadStatus,
});

export const uploadGet = endpoint({
  name: "upload.get",
  method: "GET",
  path: "/uploads/:uploadId",
  permission: "data.write",
  summary: "How far an upload is.",
  input: z.object({ uploadId: ref("upload") }),
  output: UploadStatus,
});

export const uploadFinish = endpoint({
  name: "upload.finish",
  method: "POST",
  path: "/uploads/:uploadId/finish",
  permission: "data.write",
  summary: "Closes a resumable upload whose bytes are all there and tells its hash; closing it again changes nothing.",
  input: z.object({ uploadId: ref("upload") }),
  output: Upload,
});

const Fetching = z.object({ id: z.uuid(), runId: z.uuid() });

export const uploadFetchUrl = endpoint({
  name: "upload.fetchUrl",
  method: "POST",
  path: "/projects/:projectId/uploads/url",
  permission: "data.write",
  summary: "Lets the server fetch a file from a public https address; the run's end makes it an upload.",
  input: z.object({ projectId: ref("project"), url: z.string().trim().min(1, "give an address").max(4000) }),
  output: Fetching,
});

const bucketInput = {
  projectId: ref("project"),
  /** the S3-compatible server, without the bucket */
  endpoint: z.string().trim().min(1, "give the address of the bucket's server").max(500),
  region: z
    .string()
    .trim()
    .regex(/^[a-z0-9-]{1,40}$/i, "such as eu-central-1")
    .default("us-east-1"),
  bucket: z
    .string()
    .trim()
    .regex(/^[\w.-]{1,255}$/, "letters, digits, dots, hyphens"),
  /** empty keys: a public bucket */
  accessKey: z.string().trim().max(200).default(""),
  secretKey: z.string().trim().max(500).default(""),
  sessionToken: z.string().trim().max(4000).default(""),
};

export const bucketObjects = endpoint({
  name: "bucket.objects",
  method: "POST",
  path: "/projects/:projectId/bucket/objects",
  permission: "data.write",
  summary: "What lies in a bucket below a prefix, one level. Keys are used for this request and not kept.",
  input: z.object({
    ...bucketInput,
    prefix: z.string().max(1024).default(""),
    cursor: z.string().max(2000).optional(),
    limit: z.coerce.number().int().min(1).max(1000).default(200),
  }),
  output: pageOf(z.object({ key: z.string(), bytes: Int, modifiedAt: z.string().nullable() })).extend({
    folders: z.array(z.string()),
  }),
});

export const uploadFetchObject = endpoint({
  name: "upload.fetchObject",
  method: "POST",
  path: "/projects/:projectId/uploads/bucket",
  permission: "data.write",
  summary: "Lets the server fetch an object of a bucket. Keys are kept encrypted until the run ends.",
  input: z.object({ ...bucketInput, object: z.string().min(1).max(1024) }),
  output: Fetching,
});
