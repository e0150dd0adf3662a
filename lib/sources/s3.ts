import { AwsV4Signer } from "aws4fetch";
import { AppError } from "#lib/core/errors.ts";
import { type AllowList, parseAddress } from "#lib/llm/address.ts";
import { endpointUse } from "./address.ts";
import { statusError } from "./faults.ts";
import { type Answer, getOnce, type Reach, readText } from "./http.ts";
import type { Remote, Validator } from "./transfer.ts";
import { readXml, textOf, type Xml } from "./xml.ts";

/** Null: a public bucket, asked without a signature. */
export type Keys = { accessKeyId: string; secretAccessKey: string; sessionToken: string | null } | null;

/** A bucket by path style (`https://endpoint/bucket/key`), which every S3-compatible server knows. */
export type Bucket = { endpoint: URL; region: string; bucket: string; keys: Keys };

export type BucketPage = {
  folders: string[];
  objects: { key: string; bytes: number; modifiedAt: string | null }[];
  next: string | null;
};

const emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const maxListBytes = 4 * 1024 * 1024;

/** @throws AppError INVALID for an endpoint that may not be reached */
export function parseEndpoint(text: string, allow: AllowList): URL {
  const url = parseAddress(text, allow, endpointUse);
  url.pathname = url.pathname.replace(/\/+$/, "");
  return url;
}

function encode(part: string): string {
  return encodeURIComponent(part).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** @throws AppError INVALID for a key that no address can carry */
function objectUrl({ endpoint, bucket }: Bucket, key: string): URL {
  const parts = key.split("/");
  if (parts.some((part) => part === "." || part === "..")) {
    throw new AppError("INVALID", "An object whose path has a part . or .. cannot be asked for.", {
      where: key,
      todo: "Copy it to another key.",
    });
  }
  return new URL(`${endpoint.href.replace(/\/+$/, "")}/${encode(bucket)}/${parts.map(encode).join("/")}`);
}

async function ask(bucket: Bucket, url: URL, headers: Record<string, string>, reach: Reach): Promise<Answer> {
  if (!bucket.keys) return getOnce(url, headers, reach);
  const { accessKeyId, secretAccessKey, sessionToken } = bucket.keys;
  const signer = new AwsV4Signer({
    method: "GET",
    url: url.href,
    headers: { ...headers, "x-amz-content-sha256": emptyHash },
    accessKeyId,
    secretAccessKey,
    ...(sessionToken === null ? {} : { sessionToken }),
    service: "s3",
    region: bucket.region,
  });
  const signed = await signer.sign();
  return getOnce(url, Object.fromEntries(signed.headers), reach);
}

/** One level of a bucket below a prefix. @throws AppError */
export async function listBucket(
  bucket: Bucket,
  { prefix, cursor, limit }: { prefix: string; cursor: string | null; limit: number },
  reach: Reach,
): Promise<BucketPage> {
  const url = objectUrl(bucket, "");
  const query = { "list-type": "2", prefix, delimiter: "/", "max-keys": String(limit), "encoding-type": "url" };
  for (const [name, value] of Object.entries({
    ...query,
    ...(cursor === null ? {} : { "continuation-token": cursor }),
  }))
    url.searchParams.set(name, value);
  // a blank must be %20 in what is signed and in what is sent alike
  url.search = url.search.replaceAll("+", "%20");
  const answer = await ask(bucket, url, {}, reach);
  if (answer.status !== 200) throw await refusal(answer, bucket);
  const xml = parse(await readText(answer, maxListBytes));
  if (xml?.name !== "ListBucketResult") {
    throw new AppError("UPSTREAM", `${bucket.endpoint.host} did not answer like an S3 server.`, {
      where: "endpoint",
      todo: "Check the endpoint: the address of the server without the bucket.",
    });
  }
  return readPage(xml);
}

function readPage(xml: Xml): BucketPage {
  const decode = textOf(xml, "EncodingType") === "url" ? decodeKey : (text: string) => text;
  const children = (name: string) => xml.children.filter((child) => child.name === name);
  return {
    folders: children("CommonPrefixes").map((one) => decode(textOf(one, "Prefix"))),
    objects: children("Contents")
      .map((one) => ({
        key: decode(textOf(one, "Key")),
        bytes: Number(textOf(one, "Size")) || 0,
        modifiedAt: textOf(one, "LastModified") || null,
      }))
      // a folder made by a web console is an empty object
      .filter(({ key }) => !key.endsWith("/")),
    next: textOf(xml, "IsTruncated") === "true" ? textOf(xml, "NextContinuationToken") || null : null,
  };
}

function decodeKey(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
}

function parse(text: string): Xml | null {
  try {
    return readXml(text);
  } catch {
    return null;
  }
}

const said: Record<string, [what: string, field: string, todo: string]> = {
  InvalidAccessKeyId: ["does not know this access key", "accessKey", "Check the access key."],
  SignatureDoesNotMatch: ["says the secret key is wrong", "secretKey", "Check the secret key and the region."],
  AccessDenied: [
    "refuses access",
    "bucket",
    "The keys need s3:ListBucket on the bucket and s3:GetObject on its objects.",
  ],
  NoSuchBucket: ["has no such bucket", "bucket", "Check the name of the bucket."],
  NoSuchKey: ["has no such object", "object", "Choose it from the list again."],
  PermanentRedirect: ["keeps this bucket in another region", "region", "Give the bucket's own region and endpoint."],
  AuthorizationHeaderMalformed: ["expects another region", "region", "Give the bucket's own region."],
  RequestTimeTooSkewed: ["says this server's clock is wrong", "endpoint", "Set the clock of this server."],
  ExpiredToken: ["says the session token has run out", "sessionToken", "Get new keys."],
};

/** Why the server did not do it, in words. */
async function refusal(answer: Answer, { endpoint }: Bucket): Promise<AppError> {
  const text = await readText(answer, maxListBytes).catch(() => "");
  const xml = parse(text);
  const code = xml?.name === "Error" ? textOf(xml, "Code") : "";
  const [what, field, todo] = said[code] ?? [];
  if (what !== undefined && field !== undefined && todo !== undefined)
    return new AppError("UPSTREAM", `${endpoint.host} ${what}.`, { where: field, todo, fields: { [field]: todo } });
  return statusError(answer.status, endpoint.host, code.replace(/[^\w .-]/g, "").slice(0, 100));
}

/** An object as a file that can be asked for from any offset. Redirects are refusals: keys go to the endpoint only. */
export function bucketObject(bucket: Bucket, key: string, reach: Reach): Remote {
  const url = objectUrl(bucket, key);
  return {
    host: bucket.endpoint.host,
    get: (from, known) => ask(bucket, url, objectHeaders(from, known), reach),
    explain: (answer) => refusal(answer, bucket),
  };
}

/** S3 knows If-Match rather than If-Range: other content is answered with 412. */
function objectHeaders(from: number, known: Validator | null): Record<string, string> {
  if (from === 0 || !known) return {};
  if (known.etag) return { range: `bytes=${from}-`, "if-match": known.etag };
  return known.modified ? { range: `bytes=${from}-`, "if-unmodified-since": known.modified } : {};
}
