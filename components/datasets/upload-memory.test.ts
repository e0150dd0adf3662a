import type { PreviousUpload, UrlStorage } from "tus-js-client";
import { expect, it } from "vitest";
import { levelsOf } from "./source-words.ts";
import { fingerprintOf, latest, unfinishedOf } from "./upload-memory.ts";

const now = Date.parse("2026-03-02T12:00:00Z");
const file = (name: string, size = 5) => ({ name, size, lastModified: 7 }) as File;

function remembered(fingerprint: string, hoursAgo: number, id: string): PreviousUpload {
  return {
    urlStorageKey: `tus::${fingerprint}::${hoursAgo}`,
    creationTime: new Date(now - hoursAgo * 3_600_000).toString(),
    size: 5,
    metadata: { filename: "a.csv" },
    uploadUrl: `/api/v1/uploads/tus/${id}`,
    parallelUploadUrls: null,
  };
}
const storageOf = (uploads: PreviousUpload[]) => ({ findAllUploads: async () => uploads }) as unknown as UrlStorage;

it("knows a file by project, person, name, size and time of change", () => {
  const one = fingerprintOf("p", "u", file("a.csv"));
  expect(one).toBe(fingerprintOf("p", "u", file("a.csv")));
  expect(one).not.toBe(fingerprintOf("p2", "u", file("a.csv")));
  expect(one).not.toBe(fingerprintOf("p", "u2", file("a.csv")));
  expect(one).not.toBe(fingerprintOf("p", "u", file("a.csv", 6)));
  expect(one).not.toBe(fingerprintOf("p", "u", file("b.csv")));
});

it("goes on with the latest that the server still has", () => {
  const key = fingerprintOf("p", "u", file("a.csv"));
  expect(latest([remembered(key, 3, "old"), remembered(key, 1, "new")], now)?.uploadUrl).toMatch(/new$/);
  expect(latest([remembered(key, 25, "swept")], now)).toBeNull();
});

it("lists what is half sent: this person's, in this project, each file once, nothing swept", async () => {
  const mine = fingerprintOf("p", "u", file("a.csv"));
  const uploads = [
    remembered(mine, 3, "first"),
    remembered(mine, 1, "second"),
    remembered(fingerprintOf("p", "u", file("b.csv")), 30, "swept"),
    remembered(fingerprintOf("p2", "u", file("c.csv")), 1, "elsewhere"),
    remembered(fingerprintOf("p", "u2", file("d.csv")), 1, "somebody else's"),
  ];
  const found = await unfinishedOf(storageOf(uploads), "p", "u", now);
  expect(found.map(({ url, fileName, bytes }) => [url, fileName, bytes])).toEqual([
    ["/api/v1/uploads/tus/second", "a.csv", 5],
  ]);
});

it("names the levels of a bucket", () => {
  expect(levelsOf("data", "")).toEqual([["data", ""]]);
  expect(levelsOf("data", "a/b/")).toEqual([
    ["data", ""],
    ["a", "a/"],
    ["b", "a/b/"],
  ]);
});
