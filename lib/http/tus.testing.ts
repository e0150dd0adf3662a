import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { Upload } from "tus-js-client";
import type { Actor } from "#lib/core/actor.ts";
import { db } from "#lib/core/db.ts";
import { hashToken, randomToken } from "#lib/core/secrets.ts";
import { env } from "#lib/env.ts";
import { resumableUpload } from "./tus.ts";

export const tusBase = "/api/v1/uploads/tus";
export const origin = () => new URL(env.STILLHOUSE_URL).origin;
const holder = globalThis as { __stillhouseUploadLocks?: unknown };
let servers: Server[] = [];

/** The Authorization header of a new API token. */
export async function tokenOf({ teamId, userId }: Actor, scopes = ["read", "write"]): Promise<string> {
  const value = randomToken("sth_");
  await db.apiToken.create({
    data: { teamId, userId, name: "t", prefix: value.slice(0, 8), tokenHash: hashToken(value), scopes },
  });
  return `Bearer ${value}`;
}

/** The route on a real socket, as a freshly started process. @returns its port */
export async function listen(): Promise<number> {
  delete holder.__stillhouseUploadLocks;
  const server = createServer(async (incoming, outgoing) => {
    const { method = "GET", url, headers } = incoming;
    const body = method === "POST" || method === "PATCH" ? Readable.toWeb(incoming) : null;
    const init = { method, headers, body, duplex: "half" } as unknown as RequestInit;
    const answer = await resumableUpload(new Request(`${origin()}${url}`, init));
    outgoing.writeHead(answer.status, Object.fromEntries(answer.headers));
    outgoing.end(Buffer.from(await answer.arrayBuffer()));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

export function closeServers(): void {
  for (const server of servers) server.close();
  for (const server of servers) server.closeAllConnections();
  servers = [];
}

export function metadata(fields: Record<string, string>): string {
  const pairs = Object.entries(fields);
  return pairs.map(([name, value]) => `${name} ${Buffer.from(value).toString("base64")}`).join(",");
}

type Sent = {
  port: number;
  file: Buffer;
  authorization: string;
  projectId: string;
  uploadUrl?: string;
  partBytes: number;
};

/** A file, or its rest, by the same client as the browser's. @returns the upload's id */
export function sendWithClient({ port, file, authorization, projectId, uploadUrl, partBytes }: Sent): Promise<string> {
  return new Promise((resolve, reject) => {
    const upload = new Upload(file, {
      endpoint: `http://127.0.0.1:${port}${tusBase}`,
      uploadUrl: uploadUrl ?? null,
      headers: { authorization },
      metadata: { projectId, filename: "tickets.csv" },
      chunkSize: partBytes,
      retryDelays: null,
      onError: reject,
      onSuccess: () => resolve(upload.url?.split("/").at(-1) ?? ""),
    });
    upload.start();
  });
}
