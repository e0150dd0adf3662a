/**
 * A stand-in for a large model, declared as such: a process of its own that replays the gold labels of both files after
 * 50 ms, a stated share of them replaced by another label. Wrong ones are chosen by the row's text, so every run sees the
 * same ones. Prints its address, then serves until it is stopped.
 */
import { startTeacherServer } from "#e2e/support/teacher-server.ts";
import { seededRandom } from "#lib/sample/random.ts";
import { files, readExamples } from "./data.ts";

export const replay = { latencyMs: 50, errorRate: 0.09 } as const;

if (import.meta.main) {
  const examples = Object.values(files).flatMap(readExamples);
  const labels = [...new Set(examples.map(({ output }) => output))].sort();
  const answers = new Map(examples.map(({ input, output }) => [input, spoil(input, output, labels)]));
  const teacher = await startTeacherServer({ latencyMs: replay.latencyMs, port: Number(process.argv[2] ?? 0) });
  teacher.setAnswer((row) => answers.get(row) ?? "unknown row");
  process.stdout.write(`${teacher.baseUrl}\n`);
}

function spoil(input: string, gold: string, labels: readonly string[]): string {
  const random = seededRandom(`replay:${input}`);
  return random.chance(replay.errorRate) ? random.pick(labels.filter((label) => label !== gold)) : gold;
}
