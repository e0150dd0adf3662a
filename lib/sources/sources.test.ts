import { afterEach, describe, expect, it } from "vitest";
import { AppError } from "#lib/core/errors.ts";
import { parseAddress } from "#lib/llm/address.ts";
import { endpointUse, fileUse, nameOfAddress, redirectTarget, shownAddress } from "./address.ts";
import { PassingFault } from "./faults.ts";
import { defaultTimeouts, getFollowing, getOnce, type Reach } from "./http.ts";
import { listBucket, parseEndpoint } from "./s3.ts";
import { serve, serveBucket, type TestServer, testKeys, testRegion } from "./servers.testing.ts";
import { rangeHeaders } from "./transfer.ts";
import { readXml, textOf } from "./xml.ts";

let servers: TestServer[] = [];
afterEach(async () => {
  await Promise.all(servers.map((server) => server.close()));
  servers = [];
});
const own = (server: TestServer) => {
  servers.push(server);
  return server;
};
const reach = (allow: string[], more: Partial<Reach> = {}): Reach => ({
  allow,
  signal: new AbortController().signal,
  timeouts: defaultTimeouts,
  ...more,
});

/** Ways to say an address inside, or to hide where one leads. */
const inside = [
  "https://127.0.0.1/x",
  "http://127.0.0.1/x",
  "https://127.1/x",
  "https://[::1]/x",
  "https://[::ffff:127.0.0.1]/x",
  "https://0x7f000001/x",
  "https://0x7f.1/x",
  "https://2130706433/x",
  "https://017700000001/x",
  "https://0.0.0.0/x",
  "https://169.254.169.254/latest/meta-data/",
  "https://[fd00:ec2::254]/latest",
  "https://10.0.0.1/x",
  "https://172.16.5.4/x",
  "https://192.168.0.10/x",
  "https://100.64.0.1/x",
  "https://[fe80::1]/x",
  "https://[64:ff9b::a00:1]/x",
  "https://localhost/x",
  "https://LocalHost./x",
  "https://db.internal/x",
  "https://printer.local/x",
  "https://metadata.google.internal/computeMetadata/v1/",
  "https://user@example.com/x",
  "https://user:password@example.com/x",
  "https://example.com@127.0.0.1/x",
  "https://example.com%2f@127.0.0.1/x",
  "https://example.com\\@127.0.0.1/x",
  "https://ex\tample.com/x",
  "https://１２７.0.0.1/x",
  "https://exаmple.com/x",
  "http://example.com/x",
  "ftp://example.com/x",
  "file:///etc/passwd",
  "data:text/csv,a",
  "gopher://example.com/",
  "//example.com/x",
  "example.com/x",
  "",
];

// Hostile case 53.
describe("addresses of files and buckets", () => {
  it.each(inside)("%j is refused, with what to do", (text) => {
    for (const use of [fileUse, endpointUse]) {
      expect(() => parseAddress(text, [], use)).toThrow(
        expect.objectContaining({
          code: "INVALID",
          detail: expect.objectContaining({ where: use.field, todo: use.todo }),
        }),
      );
    }
  });

  it("a signed address keeps its query and loses its fragment; an endpoint has neither", () => {
    const url = parseAddress("https://files.example.com/a/b%20c.csv?sig=a%2Bb&x=1#part", [], fileUse);
    expect(url.href).toBe("https://files.example.com/a/b%20c.csv?sig=a%2Bb&x=1");
    expect(shownAddress(url)).toBe("https://files.example.com/a/b%20c.csv");
    expect(nameOfAddress(url)).toBe("b c.csv");
    expect(nameOfAddress(new URL("https://files.example.com/"))).toBe("files.example.com");
    expect(() => parseEndpoint("https://s3.example.com/?x=1", [])).toThrow(AppError);
    expect(parseEndpoint("https://s3.example.com/storage/v1/s3/", []).href).toBe(
      "https://s3.example.com/storage/v1/s3",
    );
  });

  it.each(inside.filter((text) => /^\w+:/.test(text)))("a redirect to %j is refused", (location) => {
    const refused = () => redirectTarget(location, new URL("https://files.example.com/a"), []);
    expect(refused).toThrow(AppError);
  });

  it("a redirect within the same site is taken", () => {
    const next = redirectTarget("../b.csv?x=1", new URL("https://files.example.com/a/c"), []);
    expect(next.href).toBe("https://files.example.com/b.csv?x=1");
  });
});

// Hostile case 53.
describe("connections", () => {
  it("a name that leads elsewhere by the time of the connection reaches nothing", async () => {
    const inner = own(await serve((_request, response) => response.end("inner")));
    let asked = 0;
    const resolve = async () => [{ address: asked++ === 0 ? "93.184.215.14" : "127.0.0.1", family: 4 }];
    const url = new URL(`https://rebind.example.com:${inner.port}/x`);
    await expect(getOnce(url, {}, reach([], { resolve }))).rejects.toMatchObject({
      code: "INVALID",
      message: expect.stringContaining("127.0.0.1 (loopback)"),
    });
    expect(asked).toBe(2);
    expect(inner.seen).toHaveLength(0);
  });

  it("a redirect to another port of this machine reaches nothing", async () => {
    const inner = own(await serve((_request, response) => response.end("inner")));
    const outer = own(
      await serve((_request, response) => response.writeHead(307, { location: `${inner.url}/secrets` }).end()),
    );
    const allow = [`127.0.0.1:${outer.port}`];
    await expect(getFollowing(new URL(`${outer.url}/a`), {}, reach(allow))).rejects.toMatchObject({
      code: "INVALID",
      message: expect.stringContaining("redirects to an address that may not be fetched"),
    });
    expect(inner.seen).toHaveLength(0);
  });

  it("nothing listens, and silence, are faults that may pass", async () => {
    const gone = await serve((_request, response) => response.end());
    await gone.close();
    const allow = ["127.0.0.0/8"];
    await expect(getOnce(new URL(gone.url), {}, reach(allow))).rejects.toBeInstanceOf(PassingFault);
    const silent = own(await serve(() => undefined));
    const timeouts = { ...defaultTimeouts, headers: 100 };
    await expect(getOnce(new URL(silent.url), {}, reach(allow, { timeouts }))).rejects.toThrow(/no answer in time/);
  });
});

it("asks for the rest only of content that has a name", () => {
  const known = { etag: '"a"', modified: null, total: 10 };
  expect(rangeHeaders(5, known)).toEqual({ range: "bytes=5-", "if-range": '"a"' });
  expect(rangeHeaders(5, { ...known, etag: 'W/"a"', modified: "Mon, 05 Jan 2026 10:00:00 GMT" })).toEqual({
    range: "bytes=5-",
    "if-range": "Mon, 05 Jan 2026 10:00:00 GMT",
  });
  expect(rangeHeaders(5, { ...known, etag: 'W/"a"' })).toEqual({});
  expect(rangeHeaders(0, known)).toEqual({});
});

describe("XML", () => {
  it("reads elements, entities and CDATA", () => {
    const xml = readXml(
      '<?xml version="1.0"?><!-- x --><a b="1"><c>1 &lt; 2 &amp;#38; &#x41;</c><c/><d><![CDATA[<e>]]></d></a>',
    );
    expect(xml.children.map(({ name }) => name)).toEqual(["c", "c", "d"]);
    expect([textOf(xml, "c"), textOf(xml, "d"), textOf(xml, "none")]).toEqual(["1 < 2 &#38; A", "<e>", ""]);
  });
  it.each([
    "",
    "text",
    "<a>",
    "<a></b>",
    "<a/><b/>",
    "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>",
    "<a".repeat(99),
    "<a>".repeat(99),
  ])("refuses %j", (text) => expect(() => readXml(text)).toThrow(SyntaxError));
});

describe("a bucket", () => {
  const names = ["a b+c.csv", "deep/one.jsonl", "deep/er/two.csv", "é & <x>.csv", "z.csv"];
  const objects = new Map(names.map((name) => [name, Buffer.from(name)]));
  const bucketOf = (server: TestServer, keys: Partial<typeof testKeys> = {}, region = testRegion, bucket = "data") => ({
    endpoint: new URL(server.url),
    region,
    bucket,
    keys: { ...testKeys, ...keys, sessionToken: null },
  });
  const page = (prefix = "", cursor: string | null = null, limit = 100) => ({ prefix, cursor, limit });
  const allow = reach(["127.0.0.0/8"]);

  it("is listed by level and page, names with signs and all", async () => {
    const server = own(await serveBucket(objects));
    const top = await listBucket(bucketOf(server), page(), allow);
    expect(top.folders).toEqual(["deep/"]);
    expect(top.objects.map(({ key }) => key)).toEqual(["a b+c.csv", "z.csv", "é & <x>.csv"]);
    expect(top.objects[1]).toEqual({ key: "z.csv", bytes: 5, modifiedAt: "2026-01-02T03:04:05.000Z" });
    const below = await listBucket(bucketOf(server), page("deep/"), allow);
    expect(below).toMatchObject({ folders: ["deep/er/"], objects: [{ key: "deep/one.jsonl" }], next: null });
    const first = await listBucket(bucketOf(server), page("", null, 2), allow);
    const second = await listBucket(bucketOf(server), page("", first.next, 2), allow);
    expect([...first.objects, ...second.objects].map(({ key }) => key)).toEqual(top.objects.map(({ key }) => key));
    expect(server.seen.every(({ headers }) => headers.authorization?.includes("AWS4-HMAC-SHA256"))).toBe(true);
    expect(JSON.stringify(server.seen)).not.toContain(testKeys.secretAccessKey);
  });

  it.each([
    ["a wrong secret", { secretAccessKey: "no" }, testRegion, "data", /secret key is wrong/, "secretKey"],
    ["an unknown key", { accessKeyId: "AKIANO" }, testRegion, "data", /does not know this access key/, "accessKey"],
    ["another region", {}, "us-east-1", "data", /expects another region/, "region"],
    ["no such bucket", {}, testRegion, "none", /has no such bucket/, "bucket"],
  ])("says what is wrong: %s", async (_name, keys, region, bucket, message, where) => {
    const server = own(await serveBucket(objects));
    const failed = listBucket(bucketOf(server, keys, region, bucket), page(), allow);
    await expect(failed).rejects.toThrow(message);
    await expect(failed).rejects.toMatchObject({ code: "UPSTREAM", detail: { where } });
  });

  it("that is no S3 server at all, or redirects with our keys, is refused", async () => {
    const html = own(await serve((_request, response) => response.end("<!DOCTYPE html><p>hello")));
    await expect(listBucket(bucketOf(html), page(), allow)).rejects.toThrow(/did not answer like an S3 server/);
    const thief = own(await serve((_request, response) => response.end()));
    const sly = own(await serve((_request, response) => response.writeHead(307, { location: thief.url }).end()));
    await expect(listBucket(bucketOf(sly), page(), allow)).rejects.toThrow(/answered 307/);
    expect(thief.seen).toHaveLength(0);
  });

  it("a test server that checks nothing would prove nothing", async () => {
    const server = own(await serveBucket(objects));
    const signed = await fetch(`${server.url}/data/z.csv`, { headers: { authorization: "AWS4-HMAC-SHA256 x" } });
    expect(signed.status).toBe(403);
  });
});
