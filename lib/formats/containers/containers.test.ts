import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { AppError } from "#lib/core/errors.ts";
import { inspect } from "../inspect.ts";
import { bytesSource } from "../open-source.ts";
import { type ReadBack, readAll, readFrom } from "../read.testing.ts";
import { ReadOptions } from "../sniffed.ts";
import { Budget, maxUnpacked } from "./container.ts";
import { Gunzip } from "./gzip.ts";
import { type Files, tarGzOf, tarOf, zipOf } from "./pack.testing.ts";

const rows = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => `{"text":"Ticket ${from + index} é","label":"l${index % 3}"}\n`).join("");
const csv = (from: number, count: number) =>
  `text,label\n${Array.from({ length: count }, (_, index) => `"Ticket ${from + index},\nline two",l${index % 3}\n`).join("")}`;

const texts = ({ records, columns }: ReadBack) => records.map(({ values }) => values[columns.indexOf("text")]);

async function refusal(file: Uint8Array): Promise<AppError> {
  const error = await readAll(file).catch((thrown: unknown) => thrown);
  if (!(error instanceof AppError)) throw new Error(`expected a refusal, got ${String(error)}`);
  expect(error.detail.todo).toBeTruthy();
  return error;
}

const packers: [string, (files: Files) => Promise<Buffer> | Buffer][] = [
  ["zip", zipOf],
  ["tar", tarOf],
  ["tar.gz", tarGzOf],
];

describe.each(packers)("%s", (kind, pack) => {
  it("reads every data file of one kind, each in its own way of writing, and lists the others", async () => {
    const file = await pack({
      "set/README.txt.md": "about",
      "set/a.csv": csv(0, 3),
      "set/b.csv": Buffer.from(`\ufeff${csv(3, 2)}`, "utf16le"),
      "set/c.csv": csv(5, 1).replaceAll(",l", ";l").replace("text,label", "text;label"),
      "set/other.csv": "id,when\n1,2\n",
      "set/photo.jpg": "\xff\xd8\xff",
      "__MACOSX/set/._a.csv": "rubbish",
      ".DS_Store": "rubbish",
    });
    const read = await readAll(file);
    expect(read.how).toMatchObject({ container: kind, format: "csv", columns: ["text", "label"] });
    expect(texts(read)).toEqual([0, 1, 2, 3, 4, 5].map((index) => `Ticket ${index},\nline two`));
    expect(read.rejections).toEqual([]);
    expect(read.how.members.map(({ name, refused }) => [name, refused])).toEqual([
      ["set/a.csv", null],
      ["set/b.csv", null],
      ["set/c.csv", null],
      ["set/other.csv", "its rows are not like those of set/a.csv"],
      ["set/photo.jpg", "it is no data file by its name"],
    ]);
  });

  it("goes on at any place where a batch ended", async () => {
    const file = await pack({
      "a.jsonl": rows(0, 40),
      "b.jsonl": rows(40, 30),
      "c.jsonl": `${rows(70, 5)}{"text":"cut`,
    });
    const whole = await readAll(file, { pieceBytes: 61 });
    expect(texts(whole)).toHaveLength(75);
    expect(whole.rejections).toMatchObject([{ line: 6, reason: "c.jsonl: The file ends in the middle of this row." }]);
    let done = 0;
    for (const stop of whole.stops) {
      const rest = await readFrom(file, stop);
      done = whole.records.length - rest.records.length;
      expect(rest.records).toEqual(whole.records.slice(done));
      expect(rest.rejections.length).toBeLessThanOrEqual(1);
    }
    expect(done).toBe(75);
    expect(whole.stops.at(-1)?.read).toBeLessThanOrEqual(2 * file.length);
  });

  // Hostile case 5.
  it("uses no path of the archive, follows no link, opens no archive within", async () => {
    const inner = zipOf({ "deep.csv": csv(0, 1) });
    const file = await pack([
      { name: "good.csv", bytes: csv(0, 2) },
      { name: "../evil.csv", bytes: csv(10, 1) },
      { name: "/etc/evil.csv", bytes: csv(10, 1) },
      { name: "a/../../evil.csv", bytes: csv(10, 1) },
      { name: "link.csv", bytes: "", link: "/etc/passwd" },
      { name: "nested.zip", bytes: inner },
      { name: "disguised.csv", bytes: inner },
    ]);
    const read = await readAll(file);
    expect(texts(read)).toEqual(["Ticket 0,\nline two", "Ticket 1,\nline two"]);
    expect(Object.fromEntries(read.how.members.map(({ name, refused }) => [name, refused]))).toEqual({
      "good.csv": null,
      "../evil.csv": "its path leads out of the archive",
      "/etc/evil.csv": "its path is absolute",
      "a/../../evil.csv": "its path leads out of the archive",
      "link.csv": "it is a link",
      "nested.zip": "it is packed itself; archives in archives are not read",
      "disguised.csv": "This file is a zip archive, not a table of text.",
    });
  });

  it("reads only the files that were chosen", async () => {
    const file = await pack({ "a.jsonl": rows(0, 2), "b.jsonl": rows(2, 2), "c.jsonl": rows(4, 2) });
    const read = await readAll(file, { members: ["b.jsonl"] });
    expect(texts(read)).toEqual(["Ticket 2 é", "Ticket 3 é"]);
    expect(read.how.members.map(({ refused }) => refused)).toEqual([null, "it was not chosen", "it was not chosen"]);
  });

  it("refuses an archive without data", async () => {
    expect((await refusal(await pack({ "photo.jpg": "x", LICENSE: "y" }))).message).toMatch(/no data file/);
  });

  it("tells a data file that turns out to be none while it is read", async () => {
    const others = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`b${index}.csv`, csv(index, 1)]));
    const read = await readAll(await pack({ "a.csv": csv(100, 1), ...others, "z.csv": "<!doctype html><p>Sign in" }));
    expect(texts(read)).toHaveLength(21);
    expect(read.rejections).toMatchObject([{ code: "member", reason: expect.stringMatching(/^z\.csv: .*web page/) }]);
  });

  // Hostile case 5.
  it("stops a bomb while it streams", async () => {
    const bomb = await pack({ "a.csv": Buffer.concat([Buffer.from("text,label\n"), Buffer.alloc(120_000_000, "x")]) });
    if (kind === "tar") return;
    expect(bomb.length).toBeLessThan(1_000_000);
    const error = await refusal(bomb);
    expect(error).toMatchObject({ code: "LIMIT", detail: { status: 413 } });
  });

  it("tells an archive that is cut off", async () => {
    const file = await pack({ "a.jsonl": rows(0, 4_000) });
    const cut = file.subarray(0, Math.floor(file.length * 0.7));
    if (kind === "zip") {
      expect((await refusal(cut)).message).toMatch(/zip archive is damaged/);
      return;
    }
    const read = await readAll(cut);
    expect(read.records.length).toBeGreaterThan(1_000);
    expect(read.records.length).toBeLessThan(4_000);
    expect(texts(read)).toEqual(texts({ ...read, records: read.records }).map((_, index) => `Ticket ${index} é`));
    expect(read.rejections.at(-1)).toMatchObject({ code: "member" });
  });
});

it("tells an archive that is cut off behind the last file that is read, once", async () => {
  const plain = await tarOf({ "a.csv": csv(0, 2), "photo.jpg": Buffer.alloc(20_000, 1), "b.csv": csv(2, 2) });
  const whole = await readAll(plain);
  expect(whole.rejections).toEqual([]);
  for (const size of [3_000, 10_000, 1_536 + 100]) {
    const read = await readAll(plain.subarray(0, size));
    expect(texts(read)).toHaveLength(2);
    expect(read.rejections).toMatchObject([{ code: "member" }]);
    expect((await readFrom(plain.subarray(0, size), read.stops.at(-1) ?? { offset: 0, line: 1 })).rejections).toEqual(
      [],
    );
  }
});

describe("zip", () => {
  it("is refused with more than 10,000 files", async () => {
    const many = Object.fromEntries(Array.from({ length: 10_001 }, (_, index) => [`${index}.xyz`, ""]));
    expect(await refusal(zipOf(many))).toMatchObject({ code: "LIMIT" });
  });

  it("says what it cannot open", async () => {
    const read = await readAll(
      zipOf([
        { name: "good.csv", bytes: csv(0, 1) },
        { name: "locked.csv", bytes: csv(1, 1), encrypted: true },
        { name: "odd.csv", bytes: csv(1, 1), method: 12 },
      ]),
    );
    expect(read.how.members.map(({ refused }) => refused)).toEqual([
      null,
      "it is encrypted",
      "it is packed in a way that is not supported; use Deflate",
    ]);
  });

  it("takes an Excel workbook for what it is", async () => {
    expect((await refusal(zipOf({ "[Content_Types].xml": "<x/>", "xl/workbook.xml": "<x/>" }))).message).toMatch(
      /Excel/,
    );
  });

  it("refuses an entry that is longer than it says", async () => {
    const file = zipOf({ "a.jsonl": rows(0, 5_000) });
    const directory = file.lastIndexOf("PK\x01\x02");
    file.writeUInt32LE(10, directory + 24);
    expect((await refusal(file)).message).toMatch(/damaged|no data file/);
  });
});

describe("gzip", () => {
  it("is read through, in several members and with rubbish behind", async () => {
    const file = Buffer.concat([gzipSync(csv(0, 2)), gzipSync('"Ticket 2,\nline two",z\n')]);
    expect(texts(await readAll(file))).toHaveLength(3);
    for (const pieceBytes of [7, 64, 4_096]) {
      const read = await readAll(Buffer.concat([file, Buffer.from("rubbish".repeat(100))]), pieceBytes);
      expect(texts(read)).toHaveLength(3);
      expect(read.rejections).toMatchObject([{ code: "member" }]);
    }
  });

  it("goes on at any place where a batch ended", async () => {
    const text = csv(0, 150);
    const file = gzipSync(text);
    const whole = await readAll(file, { pieceBytes: 50 });
    expect(texts(whole)).toHaveLength(150);
    for (const stop of whole.stops) {
      const rest = await readFrom(file, stop);
      const done = whole.records.length - rest.records.length;
      expect(rest.records).toEqual(whole.records.slice(done));
    }
  });

  it("takes the good rows of a file that is cut off anywhere", async () => {
    const lines = Array.from({ length: 3_000 }, (_, index) => `{"text":"${index} ${Math.sin(index)}"}\n`).join("");
    const file = gzipSync(`[${lines.trim().replaceAll("\n", ",\n")}]`);
    for (const share of [0.3, 0.6, 0.99]) {
      const read = await readAll(file.subarray(0, Math.floor(file.length * share)), { unlabelled: true });
      expect(read.records.length).toBeGreaterThan(3_000 * share * 0.8);
      expect(read.warnings.join()).toContain("cut off");
      expect(read.rejections.map(({ code }) => code)).toEqual(["json", "member"]);
    }
  });

  it("says when bytes in the middle are wrong", async () => {
    const file = gzipSync(rows(0, 5_000));
    file.fill(0xff, file.length / 2, file.length / 2 + 40);
    expect((await refusal(file)).message).toMatch(/gzip file is damaged/);
  });

  it("is not unpacked twice", async () => {
    expect((await refusal(gzipSync(gzipSync(csv(0, 1))))).message).toMatch(/gzip archive/);
  });

  // Hostile case 5.
  it("stops 1 GB of zeros within flat memory", async () => {
    const one = gzipSync(Buffer.alloc(16 << 20), { level: 9 });
    const bomb = Buffer.concat(Array.from({ length: 64 }, () => one));
    const before = process.memoryUsage().rss;
    let most = 0;
    let passed = 0;
    const unpack = async () => {
      for await (const chunk of new Gunzip().unpack(bytesSource(bomb).read(0), new Budget(bomb.length))) {
        passed += chunk.length;
        most = Math.max(most, process.memoryUsage().rss - before);
      }
    };
    await expect(unpack()).rejects.toMatchObject({ code: "LIMIT" });
    expect(passed).toBeLessThanOrEqual(maxUnpacked(bomb.length));
    expect(most).toBeLessThan(150 << 20);
  });

  it("allows fifty times the packed size, and 100 MB to small files", () => {
    expect(maxUnpacked(1_000)).toBe(100_000_000);
    expect(maxUnpacked(10_000_000)).toBe(500_000_000);
  });
});

it("inspects only the head of a large packed file", async () => {
  const file = gzipSync(rows(0, 200_000), { level: 1 });
  let read = 0;
  const source = bytesSource(file);
  const counted = {
    bytes: source.bytes,
    async *read(start: number, end?: number) {
      for await (const chunk of source.read(start, end)) {
        read += chunk.length;
        yield chunk;
      }
    },
  };
  const seen = await inspect(counted, "big.jsonl.gz", ReadOptions.parse({}));
  expect(seen.complete).toBe(false);
  expect(read).toBeLessThan(file.length / 2);
  expect(seen.dataBytes).toBeGreaterThan(0.8 * rows(0, 200_000).length);
});
