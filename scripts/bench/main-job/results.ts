/** One figure of a bench. `bar` says what it must reach; without one it is only reported. */
export interface Result {
  name: string;
  value: number;
  unit: string;
  bar: string | null;
  holds: boolean | null;
}

type Bar = { atLeast: number } | { atMost: number } | { below: number };

export function result(name: string, value: number, unit: string, bar?: Bar): Result {
  const rounded = Number(value.toPrecision(6));
  if (!bar) return { name, value: rounded, unit, bar: null, holds: null };
  if ("atLeast" in bar) return { name, value: rounded, unit, bar: `>= ${bar.atLeast}`, holds: value >= bar.atLeast };
  if ("atMost" in bar) return { name, value: rounded, unit, bar: `<= ${bar.atMost}`, holds: value <= bar.atMost };
  return { name, value: rounded, unit, bar: `< ${bar.below}`, holds: value < bar.below };
}

/** A table for people, then one JSON line for programs. Returns the exit code: 1 when a bar is missed. */
export function printResults(bench: string, results: readonly Result[]): number {
  const rows = results.map(({ name, value, unit, bar, holds }) => ({
    name,
    value: `${value.toLocaleString("en-US", { maximumSignificantDigits: 5 })}${unit ? ` ${unit}` : ""}`,
    bar: bar ?? "",
    verdict: holds === null ? "" : holds ? "holds" : "MISSED",
  }));
  const width = (column: "name" | "value" | "bar") => Math.max(...rows.map((row) => row[column].length));
  for (const row of rows) {
    const cells = [
      row.name.padEnd(width("name")),
      row.value.padStart(width("value")),
      row.bar.padStart(width("bar")),
      row.verdict,
    ];
    process.stdout.write(`${cells.join("  ").trimEnd()}\n`);
  }
  process.stdout.write(`${JSON.stringify({ bench, results })}\n`);
  return results.some(({ holds }) => holds === false) ? 1 : 0;
}
