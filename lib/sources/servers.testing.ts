import { createHash, createHmac } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type Seen = { method: string; url: string; headers: IncomingMessage["headers"] };
export type TestServer = { port: number; url: string; seen: Seen[]; close(): Promise<void> };

/** A real HTTP server on a free port of this machine. */
export async function serve(handle: (request: IncomingMessage, response: ServerResponse) => void): Promise<TestServer> {
  const seen: Seen[] = [];
  const server: Server = createServer((request, response) => {
    seen.push({ method: request.method ?? "", url: request.url ?? "", headers: request.headers });
    handle(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Answers a GET of `content` as careful servers do: ranges, validators, preconditions. */
export function sendFile(request: IncomingMessage, response: ServerResponse, content: Buffer, etag: string): void {
  const [, from] = /^bytes=(\d+)-$/.exec(request.headers.range ?? "") ?? [];
  const ifRange = request.headers["if-range"];
  const ifMatch = request.headers["if-match"];
  if (ifMatch !== undefined && ifMatch !== etag) {
    response.writeHead(412).end();
    return;
  }
  const start = from === undefined || (ifRange !== undefined && ifRange !== etag) ? 0 : Number(from);
  const rest = content.subarray(start);
  response.writeHead(start > 0 ? 206 : 200, {
    etag,
    "content-length": rest.length,
    "content-type": "text/html",
    ...(start > 0 ? { "content-range": `bytes ${start}-${content.length - 1}/${content.length}` } : {}),
  });
  response.end(rest);
}

/** Sends the head and the first bytes, and then nothing more. */
export function stall(response: ServerResponse, content: Buffer, bytes: number, etag: string): void {
  response.writeHead(200, { etag, "content-length": content.length });
  response.write(content.subarray(0, bytes));
}

export const testKeys = { accessKeyId: "AKIATEST", secretAccessKey: "s3cr3t/with+signs" };
export const testRegion = "eu-test-1";

const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();
const sha = (text: string) => createHash("sha256").update(text).digest("hex");

/** The signature of a request after AWS Signature Version 4, worked out from the documentation. Null: right; else the error code. */
function signatureFault(request: IncomingMessage): string | null {
  const pattern =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([\w-]+)\/s3\/aws4_request, SignedHeaders=([\w;-]+), Signature=(\w{64})$/;
  const [, accessKey, day = "", region = "", signed = "", signature] =
    pattern.exec(request.headers.authorization ?? "") ?? [];
  if (accessKey === undefined) return "AccessDenied";
  if (accessKey !== testKeys.accessKeyId) return "InvalidAccessKeyId";
  if (region !== testRegion) return "AuthorizationHeaderMalformed";
  const [path = "", query = ""] = (request.url ?? "").split("?");
  const canonical = [
    request.method,
    path,
    query.split("&").filter(Boolean).sort().join("&"),
    ...signed.split(";").map((name) => `${name}:${String(request.headers[name] ?? "").trim()}`),
    "",
    signed,
    request.headers["x-amz-content-sha256"],
  ].join("\n");
  const scope = `${day}/${region}/s3/aws4_request`;
  const toSign = ["AWS4-HMAC-SHA256", request.headers["x-amz-date"], scope, sha(canonical)].join("\n");
  const key = hmac(hmac(hmac(hmac(`AWS4${testKeys.secretAccessKey}`, day), region), "s3"), "aws4_request");
  if (!signed.split(";").includes("host")) return "AccessDenied";
  return hmac(key, toSign).toString("hex") === signature ? null : "SignatureDoesNotMatch";
}

const xml = (response: ServerResponse, status: number, body: string) =>
  response
    .writeHead(status, { "content-type": "application/xml" })
    .end(`<?xml version="1.0" encoding="UTF-8"?>\n${body}`);
const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
const urlEncoded = (text: string) => encodeURIComponent(text).replaceAll("%2F", "/");

/** A bucket `data` as an S3 server shows it: path style, signed requests, lists by level and page, objects with ranges. */
export function serveBucket(objects: ReadonlyMap<string, Buffer>): Promise<TestServer> {
  return serve((request, response) => {
    const url = new URL(request.url ?? "", "http://bucket");
    const fault = signatureFault(request);
    if (fault) return xml(response, 403, `<Error><Code>${fault}</Code><Message>no</Message></Error>`);
    const [, bucket, ...rest] = url.pathname.split("/");
    if (bucket !== "data") return xml(response, 404, "<Error><Code>NoSuchBucket</Code></Error>");
    const key = decodeURIComponent(rest.join("/"));
    if (key === "") return list(response, url.searchParams, objects);
    const content = objects.get(key);
    if (!content) return xml(response, 404, "<Error><Code>NoSuchKey</Code></Error>");
    sendFile(request, response, content, `"${sha(content.toString("latin1"))}"`);
  });
}

function list(response: ServerResponse, query: URLSearchParams, objects: ReadonlyMap<string, Buffer>): void {
  const prefix = query.get("prefix") ?? "";
  const names = [...objects.keys()].filter((name) => name.startsWith(prefix)).sort();
  const entries = [...new Set(names.map((name) => /^[^/]*\/?/.exec(name.slice(prefix.length))?.[0] ?? ""))];
  const from = Number(query.get("continuation-token") ?? "0");
  const most = Number(query.get("max-keys"));
  const shown = entries.slice(from, from + most).map((entry) => {
    const name = urlEncoded(prefix + entry);
    return entry.endsWith("/")
      ? `<CommonPrefixes><Prefix>${escaped(name)}</Prefix></CommonPrefixes>`
      : `<Contents><Key>${escaped(name)}</Key><Size>${objects.get(prefix + entry)?.length}</Size><LastModified>2026-01-02T03:04:05.000Z</LastModified></Contents>`;
  });
  const more = from + most < entries.length;
  xml(
    response,
    200,
    `<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><EncodingType>url</EncodingType><IsTruncated>${more}</IsTruncated>` +
      `${more ? `<NextContinuationToken>${from + most}</NextContinuationToken>` : ""}${shown.join("")}</ListBucketResult>`,
  );
}
