import { describe, expect, it } from "vitest";
import { tarGzOf, zipOf } from "./containers/pack.testing.ts";
import { folderOf, matchesPattern } from "./hugging-face.ts";
import { splitOf } from "./members.ts";
import { bytesSource } from "./open-source.ts";
import { readAll } from "./read.testing.ts";
import { readRows } from "./read-rows.ts";
import { frontMatter } from "./yaml.ts";

const card = (yaml: string) => `---\n${yaml}\n---\n# A dataset\n---\nnot: settings\n`;
const rows = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => `{"text":"Row ${from + index}","label":${(from + index) % 3}}\n`).join(
    "",
  );

describe("front matter", () => {
  it("reads maps, lists and texts as cards have them", () => {
    const read = frontMatter(
      card(
        [
          "license: cc-by-4.0  # a comment",
          "tags: [a, 'b c', \"d\"]",
          "configs:",
          "- config_name: default",
          "  data_files:",
          "  - split: train",
          '    path: "data/train-*"',
          "  - split: test",
          "    path:",
          "      - a.csv",
          "      - b.csv",
          "- config_name: other",
          "  data_files: other.csv",
          "empty:",
          "url: https://example.org:80/x",
        ].join("\r\n"),
      ),
    );
    expect(
      JSON.parse(JSON.stringify(read, (_key, value) => (value instanceof Map ? Object.fromEntries(value) : value))),
    ).toEqual({
      license: "cc-by-4.0",
      tags: ["a", "b c", "d"],
      configs: [
        {
          config_name: "default",
          data_files: [
            { split: "train", path: "data/train-*" },
            { split: "test", path: ["a.csv", "b.csv"] },
          ],
        },
        { config_name: "other", data_files: "other.csv" },
      ],
      empty: null,
      url: "https://example.org:80/x",
    });
  });

  it("survives what is no YAML", () => {
    expect(frontMatter("# Title\n")).toBeNull();
    expect(frontMatter(card("- a\n- b"))).toBeNull();
    expect(frontMatter(card("a: &x [*x]\n? b\n\t: c\n  d"))).toBeInstanceOf(Map);
    const deep = Array.from({ length: 5_000 }, (_, level) => `${" ".repeat(level)}k:`).join("\n");
    expect(frontMatter(card(deep))).toBeInstanceOf(Map);
    expect(frontMatter(card("__proto__: {polluted: yes}"))?.get("__proto__")).toBe("{polluted: yes}");
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

describe("a dataset's description", () => {
  it("names classes in the card, as a list or by number, and in dataset_infos.json", () => {
    const listed = card(
      "dataset_info:\n  features:\n  - name: text\n    dtype: string\n  - name: label\n    dtype:\n      class_label:\n        names:\n          '0': no\n          '1': yes",
    );
    expect(folderOf({ card: listed, infos: null }).classes).toEqual([["label", ["no", "yes"]]]);
    const infos = JSON.stringify({
      default: { features: { label: { names: ["a", "b"], _type: "ClassLabel" }, text: {} } },
    });
    expect(folderOf({ card: null, infos }).classes).toEqual([["label", ["a", "b"]]]);
    expect(folderOf({ card: listed, infos }).classes).toEqual([["label", ["no", "yes"]]]);
    expect(folderOf({ card: "x", infos: "{broken" }).classes).toEqual([]);
  });

  it.each([
    ["data/train-00001.parquet", "data/train-*", true],
    ["data/train-00001.parquet", "data/train-*.parquet", true],
    ["data/deep/train.csv", "data/*", false],
    ["data/deep/train.csv", "data/**", true],
    ["data/deep/train.csv", "**/train.csv", true],
    ["train.csv", "**/train.csv", true],
    ["train.csv", "./train.csv", true],
    ["trainXcsv", "train.csv", false],
    ["a".repeat(5_000), `${"*a".repeat(2_000)}b`, false],
  ])("%# %s", (path, pattern, expected) => {
    expect(matchesPattern(path, pattern)).toBe(expected);
  });

  it.each([
    ["data/train-00000-of-00002.parquet", "train"],
    ["train/part1.csv", "train"],
    ["my_dev.jsonl", "validation"],
    ["val.csv", "validation"],
    ["test/train.csv", "train"],
    ["contest.csv", null],
    ["latest-training.csv", "train"],
  ])("the name %s tells the split %s", (name, split) => {
    expect(splitOf(name)).toBe(split);
  });
});

describe("an archive of a dataset folder", () => {
  const files = {
    "repo-main/README.md": card(
      "configs:\n- config_name: small\n  data_files:\n  - split: train\n    path: part/a.jsonl\n- config_name: default\n  data_files:\n  - split: train\n    path: data/one*.jsonl\n  - split: test\n    path: data/two.jsonl",
    ),
    "repo-main/dataset_infos.json": JSON.stringify({
      default: { features: { label: { names: ["zero", "one", "two"], _type: "ClassLabel" } } },
    }),
    "repo-main/data/one-1.jsonl": rows(0, 3),
    "repo-main/data/one-2.jsonl": rows(3, 3),
    "repo-main/data/two.jsonl": rows(6, 2),
    "repo-main/part/a.jsonl": rows(90, 5),
    "repo-main/data/LICENSE": "x",
  };

  it("gives the rows of one configuration, with names for the classes", async () => {
    for (const file of [zipOf(files), await tarGzOf(files)]) {
      const read = await readAll(file);
      expect(read.records.map(({ values }) => values)).toEqual(
        Array.from({ length: 8 }, (_, index) => [`Row ${index}`, ["zero", "one", "two"][index % 3]]),
      );
      expect(read.warnings.join()).toContain('"default" is read, not "small"');
      expect(read.how.members.map(({ name, split, refused }) => [name.slice(10), split, refused])).toEqual([
        ["data/one-1.jsonl", "train", null],
        ["data/one-2.jsonl", "train", null],
        ["data/two.jsonl", "test", null],
        ["part/a.jsonl", null, 'it is not part of the configuration "default" in README.md'],
      ]);
    }
  });

  it("marks the rows of its own splits only when they are wanted", async () => {
    const source = bytesSource(zipOf(files));
    for (const ownSplits of [false, true]) {
      const { how } = await readAll(zipOf(files), { ownSplits });
      const sides: (boolean | undefined)[] = [];
      for await (const batch of readRows(source, how, null, ["text"])) {
        for (const _record of batch.records) sides.push(batch.holdout);
      }
      expect(sides).toEqual(
        ownSplits ? [false, false, false, false, false, false, true, true] : Array.from({ length: 8 }, () => undefined),
      );
    }
  });

  it("says when the card names files that are not there", async () => {
    const read = await readAll(
      zipOf({ "README.md": card("configs:\n- data_files: gone.csv"), "data.jsonl": rows(0, 2) }),
    );
    expect(read.records).toHaveLength(2);
    expect(read.warnings.join()).toContain("that the archive does not hold");
  });
});
