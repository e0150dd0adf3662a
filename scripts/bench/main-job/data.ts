import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Banking77 (PolyAI, CC-BY-4.0), beside the repository; it is not part of it. */
const folder = join(import.meta.dirname, "../../../../shared/data/intents/banking77");

export const files = { train: join(folder, "train.jsonl"), test: join(folder, "test.jsonl") } as const;
export const isDataThere = () => Object.values(files).every((file) => existsSync(file));

export interface Example {
  input: string;
  output: string;
}

export function readExamples(file: string): Example[] {
  const lines = readFileSync(file, "utf8").split("\n").filter(Boolean);
  return lines.map((line) => JSON.parse(line) as Example);
}
