import { splitNamed, splitOf } from "./members.ts";
import type { Sniffed, Split } from "./sniffed.ts";
import { storable } from "./storable.ts";
import { frontMatter, type Yaml } from "./yaml.ts";

/** What a dataset folder of Hugging Face says about itself: its card (README.md) and dataset_infos.json. */
export type Folder = {
  /** configurations by name, each with patterns of its files; empty: file names alone tell */
  configs: { name: string; isDefault: boolean; files: { split: Split | null; pattern: string }[] }[];
  classes: Sniffed["classes"];
};

/** @param texts contents of README.md and dataset_infos.json, where there are any */
export function folderOf(texts: { card: string | null; infos: string | null }): Folder {
  const card = texts.card === null ? null : frontMatter(texts.card);
  const classes = [...classesOfCard(card?.get("dataset_info") ?? null), ...classesOfInfos(texts.infos)];
  const seen = new Set<string>();
  return {
    configs: configsOf(card?.get("configs") ?? null),
    classes: classes.filter(([column]) => !seen.has(column) && seen.add(column)),
  };
}

function textOf(value: Yaml | undefined): string | null {
  return typeof value === "string" ? value : null;
}

const listOf = (value: Yaml | undefined): Yaml[] => (Array.isArray(value) ? value : value === undefined ? [] : [value]);

function configsOf(value: Yaml): Folder["configs"] {
  return listOf(value).flatMap((config) => {
    if (!(config instanceof Map)) return [];
    const files = listOf(config.get("data_files")).flatMap((entry) => {
      if (typeof entry === "string") return [{ split: splitOf(entry), pattern: entry }];
      if (!(entry instanceof Map)) return [];
      const split = textOf(entry.get("split"));
      return listOf(entry.get("path")).flatMap((path) =>
        typeof path === "string" ? [{ split: split === null ? splitOf(path) : splitNamed(split), pattern: path }] : [],
      );
    });
    const name = textOf(config.get("config_name")) ?? "default";
    const folder = textOf(config.get("data_dir"));
    if (files.length === 0 && folder) files.push({ split: null, pattern: `${folder.replace(/\/+$/, "")}/**` });
    return files.length === 0
      ? []
      : [{ name, isDefault: name === "default" || config.get("default") === "true", files }];
  });
}

/** `dataset_info` of a card: features as a list of { name, dtype: { class_label: { names: { '0': … } } } }. */
function classesOfCard(info: Yaml): Sniffed["classes"] {
  const infos = Array.isArray(info) ? info : [info];
  return infos.flatMap((one) => {
    const features = one instanceof Map ? one.get("features") : null;
    return listOf(features ?? []).flatMap((feature): Sniffed["classes"] => {
      if (!(feature instanceof Map)) return [];
      const name = textOf(feature.get("name"));
      const column = name === null ? null : storable(name);
      const type = feature.get("dtype");
      const label = type instanceof Map ? type.get("class_label") : null;
      const names = label instanceof Map ? label.get("names") : null;
      if (column === null) return [];
      if (Array.isArray(names)) return [[column, names.map((name) => storable(textOf(name) ?? ""))]];
      if (!(names instanceof Map)) return [];
      const list: string[] = [];
      for (const [index, name] of names)
        if (/^\d{1,5}$/.test(index)) list[Number(index)] = storable(textOf(name) ?? "");
      return [[column, Array.from(list, (name, index) => name ?? String(index))]];
    });
  });
}

function field(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}

/** Features as the library writes them: { label: { names: […], _type: "ClassLabel" } }. Also in Parquet's own description. */
export function classesOfFeatures(features: unknown): Sniffed["classes"] {
  if (typeof features !== "object" || features === null) return [];
  return Object.entries(features).flatMap(([column, feature]): Sniffed["classes"] => {
    const names = field(feature, "names");
    const isLabel = field(feature, "_type") === "ClassLabel" && Array.isArray(names) && names.length <= 100_000;
    return isLabel && names.every((name) => typeof name === "string") ? [[storable(column), names.map(storable)]] : [];
  });
}

function classesOfInfos(text: string | null): Sniffed["classes"] {
  if (text === null) return [];
  try {
    const infos: unknown = JSON.parse(text);
    // dataset_infos.json holds configurations by name; dataset_info.json is one of them.
    const features = field(infos, "features");
    if (features !== undefined) return classesOfFeatures(features);
    return Object.values(typeof infos === "object" && infos !== null ? infos : {}).flatMap((info) =>
      classesOfFeatures(field(info, "features")),
    );
  } catch {
    return [];
  }
}

/** Whether a path is of a pattern: `*` within a folder, `**` over folders, `?` one character. Linear in the path. */
export function matchesPattern(path: string, pattern: string): boolean {
  const clean = pattern.replace(/^(\.\/|hf:\/\/[^@]*@[^/]*\/)/, "");
  return matchParts(path.split("/"), clean.split("/"));
}

function matchParts(path: readonly string[], pattern: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return path.length === 0;
  if (first === "**") {
    if (rest.length === 0) return true;
    // One `**` is what cards use; more are not followed, so that matching stays cheap.
    if (rest.includes("**")) return false;
    return path.some((_part, index) => matchParts(path.slice(index), rest));
  }
  const [part, ...others] = path;
  return part !== undefined && matchWord(part, first) && matchParts(others, rest);
}

/** Greedy matching with one way back: `*` takes as little as it can. */
function matchWord(word: string, pattern: string): boolean {
  let at = 0;
  let to = 0;
  let star = -1;
  let from = 0;
  while (at < word.length) {
    if (to < pattern.length && (pattern[to] === "?" || pattern[to] === word[at]) && pattern[to] !== "*") {
      at += 1;
      to += 1;
    } else if (pattern[to] === "*") {
      star = to;
      from = at;
      to += 1;
    } else if (star >= 0) {
      to = star + 1;
      from += 1;
      at = from;
    } else return false;
  }
  while (pattern[to] === "*") to += 1;
  return to === pattern.length;
}
