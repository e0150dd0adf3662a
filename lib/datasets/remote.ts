import type { Actor } from "#lib/core/actor.ts";
import type { Tx } from "#lib/core/db.ts";
import { AppError } from "#lib/core/errors.ts";
import { decrypt, encrypt } from "#lib/core/secrets.ts";
import { mutation, query } from "#lib/core/verb.ts";
import { env } from "#lib/env.ts";
import type { FetchSource } from "#lib/jobs/kinds/fetch.ts";
import { enqueueRun } from "#lib/jobs/queue.ts";
import { createRun } from "#lib/jobs/runs.ts";
import { assertReachable, parseAddress } from "#lib/llm/address.ts";
import { endpointUse, fileUse, nameOfAddress, shownAddress } from "#lib/sources/address.ts";
import { defaultTimeouts, getFollowing, type Reach } from "#lib/sources/http.ts";
import { type Bucket, bucketObject, listBucket, parseEndpoint } from "#lib/sources/s3.ts";
import { type Remote, rangeHeaders } from "#lib/sources/transfer.ts";
import { newUpload, refuseArchived } from "./upload-rows.ts";
import { bucketObjects, type UploadOrigin, uploadFetchObject, uploadFetchUrl } from "./upload-schema.ts";

const allow = () => env.STILLHOUSE_ALLOW_ADDRESSES;
const secretContext = (uploadId: string) => `upload:${uploadId}`;
const listTimeouts = { connect: 10_000, headers: 20_000, idle: 20_000, total: 30_000 };

type NewFetch = {
  project: { id: string; simulated: boolean };
  fileName: string;
  source: FetchSource;
  origin: UploadOrigin;
  /** kept encrypted until the run ends; null: nothing is secret */
  secret: object | null;
};

/** Writes the upload and the run that fills it. */
async function startFetch(tx: Tx, actor: Actor, { project, fileName, source, origin, secret }: NewFetch) {
  const id = crypto.randomUUID();
  const upload = await newUpload(tx, actor, project.id, fileName, {
    id,
    origin,
    ...(secret ? { secret: encrypt(JSON.stringify(secret), secretContext(id)) } : {}),
  });
  const run = await createRun(tx, actor, {
    kind: "fetch",
    projectId: project.id,
    title: `Fetch ${upload.fileName}`,
    payload: { uploadId: id, source },
    simulated: project.simulated,
  });
  await tx.upload.update({ where: { id }, data: { runId: run.id } });
  return run;
}

const fetchUrl = mutation(uploadFetchUrl, async ({ actor, tx, input, found, after, audit }) => {
  refuseArchived(found.projectId);
  const url = parseAddress(input.url, allow(), fileUse);
  await assertReachable(url, allow(), undefined, fileUse);
  const address = shownAddress(url);
  const sealed = url.search !== "";
  const run = await startFetch(tx, actor, {
    project: found.projectId,
    fileName: nameOfAddress(url),
    source: { kind: "url", address, sealed },
    origin: { kind: "url", address },
    secret: sealed ? { search: url.search } : null,
  });
  after(() => enqueueRun(run));
  const { uploadId } = run.payload as { uploadId: string };
  audit(uploadId, { address });
  return { id: uploadId, runId: run.id };
});

type BucketInput = {
  endpoint: string;
  region: string;
  bucket: string;
  accessKey: string;
  secretKey: string;
  sessionToken: string;
};

/** @throws AppError INVALID for half of a pair of keys, or an endpoint that may not be reached */
async function bucketOf(input: BucketInput): Promise<Bucket> {
  const { accessKey, secretKey, sessionToken, region, bucket } = input;
  if ((accessKey === "") !== (secretKey === "")) {
    const field = accessKey === "" ? "accessKey" : "secretKey";
    const missing = "Give both keys, or none for a public bucket.";
    throw new AppError("INVALID", missing, { where: field, fields: { [field]: missing } });
  }
  const endpoint = parseEndpoint(input.endpoint, allow());
  await assertReachable(endpoint, allow(), undefined, endpointUse);
  const keys =
    accessKey === ""
      ? null
      : { accessKeyId: accessKey, secretAccessKey: secretKey, sessionToken: sessionToken || null };
  return { endpoint, region, bucket, keys };
}

/** A POST, since keys belong in no address; it changes nothing. */
const objects = query(bucketObjects, async ({ input, signal }) => {
  const within = AbortSignal.any([signal, AbortSignal.timeout(listTimeouts.total)]);
  const reach: Reach = { allow: allow(), signal: within, timeouts: listTimeouts };
  const { prefix, cursor = null, limit } = input;
  const { folders, objects: items, next } = await listBucket(await bucketOf(input), { prefix, cursor, limit }, reach);
  return { items, folders, nextCursor: next };
});

const fetchObject = mutation(uploadFetchObject, async ({ actor, tx, input, found, after, audit }) => {
  refuseArchived(found.projectId);
  const { endpoint, region, bucket, keys } = await bucketOf(input);
  const { object: key } = input;
  const run = await startFetch(tx, actor, {
    project: found.projectId,
    fileName: key,
    source: { kind: "bucket", endpoint: endpoint.href, region, bucket, key, sealed: keys !== null },
    origin: { kind: "bucket", endpoint: endpoint.href, bucket, key },
    secret: keys,
  });
  after(() => enqueueRun(run));
  const { uploadId } = run.payload as { uploadId: string };
  audit(uploadId, { endpoint: endpoint.href, bucket, object: key });
  return { id: uploadId, runId: run.id };
});

/**
 * What a run fetches, checked anew: the operator's list may have changed since.
 * @throws AppError CONFLICT when what it needs was forgotten at the end of an earlier attempt
 */
export function remoteOf(source: FetchSource, upload: { id: string; secret: string | null }, reach: Reach): Remote {
  if (source.sealed && upload.secret === null) {
    throw new AppError("CONFLICT", "The keys of this fetch were forgotten when it ended.", {
      todo: "Start it again from the import page.",
    });
  }
  const secret = upload.secret === null ? null : JSON.parse(decrypt(upload.secret, secretContext(upload.id)));
  if (source.kind === "url") {
    const url = parseAddress(source.address + (secret?.search ?? ""), reach.allow, fileUse);
    return { host: url.host, get: (from, known) => getFollowing(url, rangeHeaders(from, known), reach) };
  }
  const { region, bucket, key } = source;
  const endpoint = parseEndpoint(source.endpoint, reach.allow);
  return bucketObject({ endpoint, region, bucket, keys: secret }, key, reach);
}

/** How the runs reach out. */
export function reachOf(signal: AbortSignal): Reach {
  return { allow: allow(), signal, timeouts: defaultTimeouts };
}

export const remoteVerbs = [fetchUrl, objects, fetchObject];
