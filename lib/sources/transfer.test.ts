import { createHash, randomBytes, randomUUID } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { mkdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { storagePath } from "#lib/core/storage.ts";
import { defaultTimeouts, getFollowing, type Reach } from "./http.ts";
import { Parts } from "./parts.ts";
import { sendFile, serve, stall, type TestServer } from "./servers.testing.ts";
import { rangeHeaders, type TransferOptions, transfer, type Validator } from "./transfer.ts";

const folder = mkdtempSync(join(tmpdir(), "stillhouse-sources-"));
vi.stubEnv("STILLHOUSE_DATA_DIR", folder);
afterAll(() => rm(folder, { recursive: true, force: true }));

let server: TestServer | null = null;
afterEach(() => server?.close());

const content = randomBytes(500_000);
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const newKey = () => `uploads/${randomUUID()}`;

type Setup = { url: string; parts: Parts; reach?: Partial<Reach>; known?: Validator | null; delays?: number[] };
function optionsOf({ url, parts, reach = {}, known = null, delays = [0, 0, 0] }: Setup) {
  const signal = reach.signal ?? new AbortController().signal;
  const out: Reach = { allow: ["127.0.0.0/8"], timeouts: defaultTimeouts, ...reach, signal };
  const logs: string[] = [];
  const options: TransferOptions = {
    remote: {
      host: new URL(url).host,
      get: (from, before) => getFollowing(new URL(url), rangeHeaders(from, before), out),
    },
    parts,
    known,
    maxBytes: 1_000_000,
    signal,
    begins: async () => undefined,
    progress: () => undefined,
    log: (message) => logs.push(message),
    delays,
  };
  return { options, logs };
}

async function placed(parts: Parts, key: string): Promise<Buffer> {
  const whole = await parts.whole();
  await whole.place();
  await parts.close();
  const file = await readFile(storagePath(key));
  expect(whole).toMatchObject({ bytes: file.length, sha256: sha256(file) });
  return file;
}

describe("a transfer", { timeout: 30_000 }, () => {
  it("that falls silent is taken up behind what came", async () => {
    let asked = 0;
    server = await serve((request, response) =>
      asked++ === 0 ? stall(response, content, 200_000, '"v"') : sendFile(request, response, content, '"v"'),
    );
    const key = newKey();
    const parts = await Parts.open(key, 1);
    const timeouts = { ...defaultTimeouts, idle: 300 };
    const { options, logs } = optionsOf({ url: `${server.url}/a`, parts, reach: { timeouts } });
    expect(await transfer(options)).toBe(true);
    expect(logs.join()).toMatch(/fell silent in the middle\. Goes on at 200\skB/);
    expect(server.seen[1]?.headers.range).toBe("bytes=200000-");
    expect((await placed(parts, key)).equals(content)).toBe(true);
  });

  it("gives up after as many attempts without a byte as there are waits", async () => {
    server = await serve((_request, response) => response.writeHead(502).end());
    const parts = await Parts.open(newKey(), 1);
    const { options } = optionsOf({ url: `${server.url}/a`, parts, delays: [0, 0, 0] });
    await expect(transfer(options)).rejects.toThrow(/answered 502/);
    expect(server.seen).toHaveLength(3);
  });

  it("ends at once when it is asked to, in the middle and while it waits", async () => {
    server = await serve((_request, response) => stall(response, content, 100_000, '"v"'));
    const parts = await Parts.open(newKey(), 1);
    const stop = new AbortController();
    const { options } = optionsOf({ url: `${server.url}/a`, parts, reach: { signal: stop.signal } });
    const running = transfer({ ...options, progress: (done) => done === 100_000 && stop.abort("cancel") });
    expect(await running).toBe(false);

    const again = new AbortController();
    const busy = optionsOf({ url: "http://127.0.0.1:1/a", parts, reach: { signal: again.signal }, delays: [0, 1e9] });
    expect(await transfer({ ...busy.options, log: () => again.abort("shutdown") })).toBe(false);
  });

  it("is not asked for when all of it is there", async () => {
    server = await serve((_request, response) => response.end());
    const key = newKey();
    const first = await Parts.open(key, 1);
    await first.append(content);
    await first.close();
    const parts = await Parts.open(key, 2);
    const known = { etag: '"v"', modified: null, total: content.length };
    const { options } = optionsOf({ url: `${server.url}/a`, parts, known });
    expect(await transfer(options)).toBe(true);
    expect(server.seen).toHaveLength(0);
    expect((await placed(parts, key)).equals(content)).toBe(true);
  });

  it("begins anew where the server names nothing to go on with, or answers a range it was not asked for", async () => {
    server = await serve((request, response) => {
      const odd = request.headers.range ? { "content-range": "bytes 5-9/10" } : {};
      response.writeHead(request.headers.range ? 206 : 200, { "content-length": content.length, ...odd }).end(content);
    });
    for (const known of [
      null,
      { etag: 'W/"weak"', modified: null, total: 10 },
      { etag: '"v"', modified: null, total: 500_000 },
    ]) {
      const key = newKey();
      const before = await Parts.open(key, 1);
      await before.append(Buffer.alloc(1_000, "x"));
      await before.close();
      const parts = await Parts.open(key, 2);
      const { options } = optionsOf({ url: `${server.url}/a`, parts, known });
      expect(await transfer(options)).toBe(true);
      expect((await placed(parts, key)).equals(content)).toBe(true);
    }
  });
});

describe("pieces of several claims", () => {
  it("are put together by where each began, whatever a stopped worker still writes", async () => {
    const key = newKey();
    const first = await Parts.open(key, 1);
    await first.append(Buffer.from("aaaa"));
    const second = await Parts.open(key, 2);
    expect(second.size).toBe(4);
    await second.append(Buffer.from("bbbb"));
    await first.append(Buffer.from("STALE"));
    const third = await Parts.open(key, 3);
    expect(third.size).toBe(8);
    await third.append(Buffer.from("cc"));
    expect((await placed(third, key)).toString()).toBe("aaaabbbbcc");
    await first.close();
    await second.close();
  });

  it("that did not reach the disk leave no gap", async () => {
    const key = newKey();
    for (const [epoch, text] of [
      [1, "aaaa"],
      [2, "bbbb"],
    ] as const) {
      const parts = await Parts.open(key, epoch);
      await parts.append(Buffer.from(text));
      await parts.close();
    }
    await truncate(storagePath(`${key}.parts/0-1`), 2);
    const parts = await Parts.open(key, 3);
    expect(parts.size).toBe(2);
    await parts.append(Buffer.from("cc"));
    expect((await placed(parts, key)).toString()).toBe("aacc");
  });

  it("other files beside them are none of theirs", async () => {
    const key = newKey();
    await mkdir(storagePath(`${key}.parts`), { recursive: true });
    for (const name of ["x", "0-9", "whole-1"]) await writeFile(storagePath(`${key}.parts/${name}`), "zzzz");
    expect((await Parts.open(key, 2)).size).toBe(0);
  });
});
