import { beforeAll, describe, expect, test } from "vitest";
import type { Actor } from "#lib/core/actor.ts";
import { db } from "#lib/core/db.ts";
import { tokenizerVerbs } from "#lib/datasets/tokenizers.ts";
import { seeded } from "#lib/metrics/random.ts";
import type { CheckCode } from "#lib/quality/checks.ts";
import type { QualityReport } from "#lib/quality/schema.ts";
import { callVerbAs } from "#lib/testing/call-verb.ts";
import { makeProject, makeTeam, makeVersion } from "#lib/testing/factories.ts";
import { tinyBpe } from "#lib/text/tokenizer.testing.ts";
import { findingsOf, lookOver, messy, type Row } from "./quality.testing.ts";

let engineer: Actor;
let projectId: string;

beforeAll(async () => {
  engineer = (await makeTeam()).engineer;
});

async function project(labels: string[]): Promise<void> {
  projectId = (await makeProject(engineer, { labels })).id;
}
const look = (id: string) => lookOver(engineer, id);
const page = (id: string, check: CheckCode, more: object = {}) => findingsOf(engineer, id, check, more);
const positions = async (id: string, check: CheckCode) => (await page(id, check)).items.map(({ position }) => position);

describe("a report", () => {
  // Hostile case 13.
  test("finds what is wrong, says how much, and opens its rows", async () => {
    await project(["delivery", "refund", "cancel_order"]);
    const versionId = await makeVersion(engineer, projectId, messy);
    const { report, of } = await look(versionId);
    expect(await positions(versionId, "duplicate")).toEqual([2, 5]);
    expect(of("duplicate")).toMatchObject({
      rows: 2,
      groups: 2,
      status: "found",
      kept: 2,
      fixes: ["keep-first", "keep-majority"],
    });
    expect((await page(versionId, "near-duplicate")).items).toMatchObject([
      { position: 3, other: { position: 1 }, row: { output: "refund" } },
    ]);
    expect(await positions(versionId, "conflict")).toEqual([4, 5, 11]);
    expect(await positions(versionId, "near-conflict")).toContain(3);
    expect(await positions(versionId, "leak-exact")).toEqual([4, 5]);
    expect(of("leak-exact").figures).toMatchObject({ "held-out rows of this version": 1 });
    expect(await positions(versionId, "leak-near")).toEqual([7]);
    expect(await positions(versionId, "label-spelling")).toEqual([6]);
    expect(await positions(versionId, "outside-labels")).toEqual([8, 9]);
    expect(await positions(versionId, "email")).toEqual([10]);
    expect((await page(versionId, "email")).items[0]?.note).not.toContain("lovelace");
    expect(await positions(versionId, "too-long")).toEqual([13]);
    expect((await positions(versionId, "length-outlier"))[0]).toBe(13);
    expect(of("label-noise").status).toBe("skipped");
    expect(of("ip").status).toBe("off");
    expect(report).toMatchObject({ status: "block", rowCount: messy.length, compared: [] });
    expect(report.checks.every(({ share }) => share >= 0 && share <= 1)).toBe(true);
  });

  test("labels named like Object's own keys are labels", async () => {
    await project(["__proto__", "constructor"]);
    const rows = ["__proto__", "constructor", "__proto__", "toString"].map((output, i) => ({
      input: `text ${i}`,
      output,
    }));
    const versionId = await makeVersion(engineer, projectId, rows);
    await look(versionId);
    expect(await positions(versionId, "outside-labels")).toEqual([4]);
    expect(await positions(versionId, "rare-label")).toEqual([1, 2, 3, 4]);
  });

  test("findings come in pages, and other teams see none", async () => {
    await project(["a", "b"]);
    const rows = Array.from({ length: 25 }, (_, i) => ({
      input: i < 20 ? "the same again" : `text ${i}`,
      output: "a",
    }));
    const versionId = await makeVersion(engineer, projectId, rows);
    await look(versionId);
    const first = await page(versionId, "duplicate", { limit: 10 });
    const second = await page(versionId, "duplicate", { limit: 10, cursor: first.nextCursor });
    expect([...first.items, ...second.items].map(({ position }) => position)).toEqual(
      Array.from({ length: 19 }, (_, i) => i + 2),
    );
    expect(second.nextCursor).toBeNull();
    const stranger = (await makeTeam("Other")).owner;
    await expect(callVerbAs("quality.get", stranger, { datasetVersionId: versionId })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
  });

  test("follows the policy: off, allowed shares, other levels", async () => {
    await project(["delivery", "refund", "cancel_order"]);
    const versionId = await makeVersion(engineer, projectId, messy);
    await callVerbAs("quality.policySet", engineer, {
      projectId,
      levels: { "leak-near": "warn", email: "off", ip: "info", duplicate: "block" },
      allowed: { "leak-exact": 0.5, duplicate: 0.04 },
      thresholds: { contextTokens: 100_000, languages: [] },
    });
    const { report, of } = await look(versionId);
    expect(of("leak-exact")).toMatchObject({ status: "allowed", rows: 2 });
    expect(of("leak-near")).toMatchObject({ status: "found", level: "warn" });
    expect(of("email")).toMatchObject({ status: "off", rows: 0 });
    expect(of("too-long")).toMatchObject({ status: "clean" });
    expect(report.status).toBe("block");
    const { policy, changed } = (await callVerbAs("quality.policyGet", engineer, { projectId })) as {
      policy: QualityReport["policy"];
      changed: object;
    };
    expect(policy).toEqual(report.policy);
    expect(changed).toMatchObject({ thresholds: { contextTokens: 100_000 } });
  });

  test("suspects planted wrong labels and holds a version against the one before", async () => {
    await project(["card", "parcel"]);
    const random = seeded(5);
    const topics = ["card pin chip bank declined cash", "parcel courier tracking late box door"].map((words) =>
      words.split(" "),
    );
    const fillers = "please help with my the since again still why is it".split(" ");
    const pick = (words: readonly string[] = []) => words[Math.floor(random() * words.length)] ?? "";
    const isWrong = (i: number) => i % 10 === 9;
    const rows = Array.from({ length: 600 }, (_, i): Row => {
      const topic = i % 4 < 2 ? 0 : 1;
      const input = Array.from({ length: 10 }, () => pick(random() < 0.4 ? topics[topic] : fillers)).join(" ");
      return { input, output: ["card", "parcel"][isWrong(i) ? 1 - topic : topic] ?? "" };
    });
    const versionId = await makeVersion(engineer, projectId, rows);
    const { of } = await look(versionId);
    const { items } = await page(versionId, "label-noise", { limit: 200 });
    const first = items.slice(0, 30);
    expect(first.filter(({ position }) => isWrong(position - 1)).length).toBeGreaterThanOrEqual(29);
    expect(first.every(({ suggestion, row }) => suggestion !== null && suggestion !== row?.output)).toBe(true);
    expect(of("drift").status).toBe("skipped");
    const fixed = await callVerbAs("quality.fix", engineer, {
      datasetVersionId: versionId,
      check: "label-noise",
      action: "relabel",
      reason: "wrong labels",
      seqs: first.map(({ seq }) => seq),
    });
    const next = await look(String(fixed.id));
    expect(next.report.drift).toMatchObject({
      datasetVersionId: versionId,
      parts: [
        { part: "labels", drifted: false },
        { part: "length", drifted: false },
        { part: "words", drifted: false },
      ],
    });
    expect(next.of("label-noise").rows).toBeLessThan(of("label-noise").rows - 20);
  });
});

describe("the student's window", () => {
  /** Gives the project of the moment this tokenizer. */
  async function setTokenizer(text: string): Promise<void> {
    const verb = tokenizerVerbs.find(({ endpoint }) => endpoint.name === "project.tokenizerSet");
    const body = new Blob([text]).stream();
    await verb?.call({ actor: engineer, body }, { projectId, fileName: "tokenizer.json" });
  }

  test("tokens are those of the project's tokenizer; one that never ends costs this check only", async () => {
    await project(["a", "b"]);
    await callVerbAs("quality.policySet", engineer, { projectId, thresholds: { contextTokens: 20 } });
    // A token a byte, but "the" and " the" are one: 20 of them are 20 tokens in 79 bytes.
    const rows = [
      { input: "the ".repeat(20).trim(), output: null },
      { input: "the ".repeat(21).trim(), output: null },
      { input: "x".repeat(20), output: null },
      { input: "x".repeat(21), output: "a" },
    ];
    const versionId = await makeVersion(engineer, projectId, rows);
    await setTokenizer(tinyBpe());
    const { report } = await look(versionId);
    expect((await page(versionId, "too-long")).items.map(({ position, score }) => [position, score])).toEqual([
      [2, 21],
      [4, 23],
    ]);
    expect(report.methods.join(" ")).toContain("tokenizer.json (BPE)");

    const evil = { type: "Split", pattern: { Regex: "^(x+)+$" }, behavior: "Isolated", invert: false };
    await setTokenizer(tinyBpe({ pre_tokenizer: evil }));
    const hostile = await makeVersion(engineer, projectId, [{ input: `${"x".repeat(60)}!`, output: "a" }]);
    const { of } = await look(hostile);
    expect(of("too-long")).toMatchObject({ status: "skipped", sentence: expect.stringContaining("longer than") });
  });
});

describe("answers that are no labels", () => {
  const checked = async (kind: "extraction" | "generation", rows: Row[], jsonSchema?: object) => {
    projectId = (await makeProject(engineer, { kind, labels: [] })).id;
    if (jsonSchema) await db.task.update({ where: { projectId }, data: { jsonSchema } });
    const versionId = await makeVersion(engineer, projectId, rows);
    return { versionId, ...(await look(versionId)) };
  };

  // Hostile case 63.
  test("JSON is held against the schema; a pattern that would never end is not run", async () => {
    const schema = {
      type: "object",
      required: ["name"],
      properties: { name: { type: "string", pattern: "^(a+)+$" }, pattern: { type: "string" } },
    };
    const { versionId, of } = await checked(
      "extraction",
      [
        { input: "one", output: '{"name": "Ada"}' },
        { input: "two", output: '{"name": 7}' },
        { input: "three", output: '{"name": "Ada"' },
        { input: "four", output: `{"name": "${"a".repeat(60)}!"}` },
        { input: "five", output: '{"name": "x", "pattern": 1}' },
        { input: "six", output: "NaN" },
      ],
      schema,
    );
    expect(await positions(versionId, "invalid-json")).toEqual([2, 3, 5, 6]);
    expect(of("label-noise").status).toBe("skipped");
    expect(of("rare-label").status).toBe("skipped");
  });

  test("free answers: refusals, cut ones, and two answers to one input are no conflict", async () => {
    const { versionId, of } = await checked("generation", [
      { input: "write a haiku", output: "I'm sorry, but I can't help with that request." },
      { input: "say hello", output: "Hello!" },
      { input: "say hello", output: "Good day to you." },
      { input: "as JSON", output: '{"answer": ["a", "b"' },
      { input: "nothing yet", output: null },
    ]);
    expect(await positions(versionId, "refusal")).toEqual([1]);
    expect(await positions(versionId, "truncated")).toEqual([4]);
    expect(of("conflict")).toMatchObject({ status: "skipped", rows: 0 });
    expect(of("empty").rows).toBe(0);
  });
});
