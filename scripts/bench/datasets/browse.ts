import type { RowPage } from "#lib/datasets/row-walk.ts";
import { type Result, result } from "../main-job/results.ts";
import { importOnce, sendFile } from "./import-speed.ts";
import { median, percentile, type Stage, timed, withWorker } from "./stage.ts";
import { rareWords } from "./text.ts";

const searches = 200;
const rounds = 15;

/** Every filter of the table alone, and some together; the last fit no row. */
const filters: Record<string, unknown>[] = [
  { split: "holdout" },
  { split: "train" },
  { label: "queue_7" },
  { label: "queue_39", split: "holdout" },
  { hasOutput: "true" },
  { hasOutput: "false" },
  { minLength: 200 },
  { minLength: 1, maxLength: 240 },
  { repeated: "duplicates" },
  { repeated: "conflicts" },
  { origin: "import" },
  { origin: "edit" },
  { sort: "length" },
  { sort: "-length" },
  { sort: "-position" },
  { sort: "length", label: "queue_7" },
  { label: "no such label" },
  { minLength: 100_000 },
];

/** Texts of all kinds of rarity: words of 1 in 30 to 1 in a million rows, ids, phrases of frequent words, and what does not occur. */
function terms(rows: number): string[] {
  return Array.from({ length: searches }, (_, index) => {
    if (index % 4 === 0) return rareWords[(index * 7) % rareWords.length] ?? "";
    if (index % 4 === 1) return `Ticket ${Math.floor((rows / searches) * index)}`;
    if (index % 4 === 2)
      return ["printer password", "money back card", "late broken", "urgent", "INVOICE re"][index % 5] ?? "";
    return `no such text ${index}`;
  });
}

/** The kinds that took longest, by their medians. */
function tellSlowest(what: string, kinds: ReadonlyMap<string, readonly { ms: number }[]>): void {
  const medians = [...kinds].map(([kind, list]) => ({ kind, ms: median(list.map(({ ms }) => ms)) }));
  const told = medians.toSorted((a, b) => b.ms - a.ms).slice(0, 6);
  process.stdout.write(`slowest ${what}: ${told.map(({ kind, ms }) => `${kind} ${ms.toFixed(0)} ms`).join("; ")}\n`);
}

/** Browsing at `rows` rows through the verbs, right after the line has been indexed. */
export async function browsing(stage: Stage, rows: number): Promise<{ results: Result[]; versionId: string }> {
  const { db } = await import("#lib/core/db.ts");
  const { indexLine } = await import("#lib/datasets/indexing.ts");
  const source = await sendFile(stage, rows, 300);
  const { versionId } = await withWorker(() => importOnce(stage, source));
  const { line, lastPosition } = await db.datasetVersion.findUniqueOrThrow({ where: { id: versionId } });
  const indexed = await timed(() => indexLine(line));
  const page = (input: Record<string, unknown>) =>
    timed(() => stage.call<RowPage>("version.rows", { datasetVersionId: versionId, limit: 50, ...input }));

  const first: number[] = [];
  const end: number[] = [];
  await page({});
  for (let round = 0; round < 3 * rounds; round += 1) {
    first.push((await page({})).ms);
    end.push((await page({ cursor: String(lastPosition - 60 - round) })).ms);
  }
  const filtered: { ms: number; filter: string }[] = [];
  for (let round = 0; round < rounds; round += 1)
    for (const filter of filters) {
      const { ms, value } = await page(filter);
      filtered.push({ ms, filter: JSON.stringify(filter) });
      // The second page is asked for as often as the first.
      if (round % 2 === 1 && value.nextCursor) {
        const next = await page({ ...filter, cursor: value.nextCursor });
        filtered.push({ ms: next.ms, filter: `${JSON.stringify(filter)} page 2` });
      }
    }
  const searched: { ms: number; term: string }[] = [];
  let unfinished = 0;
  for (const search of terms(rows)) {
    const { ms, value } = await page({ search });
    searched.push({ ms, term: search });
    if (value.items.length < 50 && value.nextCursor !== null) unfinished += 1;
  }
  tellSlowest(
    "filters",
    Map.groupBy(filtered, ({ filter }) => filter),
  );
  tellSlowest(
    "searches",
    Map.groupBy(searched, ({ term }) => term.replace(/\d+/, "N")),
  );
  const times = (list: readonly { ms: number }[]) => list.map(({ ms }) => ms);
  const at = `at ${rows.toLocaleString("en-US")} rows`;
  const charts = await timed(() => stage.call("version.charts", { datasetVersionId: versionId }));
  return {
    versionId,
    results: [
      result(`indexes, text index included, ${at}`, indexed.ms / 1000, "s"),
      result(`first page ${at}`, median(first), "ms"),
      result("page at the end over the first", median(end) / median(first), "", { atMost: 2 }),
      result(`filters, p95 ${at}`, percentile(times(filtered), 0.95), "ms", { atMost: 100 }),
      result(`search, ${searches} terms, p95`, percentile(times(searched), 0.95), "ms", { atMost: 300 }),
      result("search, slowest", Math.max(...times(searched)), "ms", { atMost: 2_000 }),
      result("searches that stopped before a full page", unfinished, ""),
      result("histograms, the first time", charts.ms / 1000, "s"),
    ],
  };
}
