import { calcPrice, type ModelPrice, type Provider, waitForUpdate } from "@pydantic/genai-prices";

/** Micro-dollars per million tokens; a run keeps its own copy, so that a later price never changes what it cost. */
export type Price = { inputMicrosPerMtok: number; outputMicrosPerMtok: number };

/** What a request costs, in whole micro-dollars, rounded up so that a cap errs on the safe side. */
export function costMicros(price: Price, inputTokens: number, outputTokens: number): number {
  return Math.ceil((inputTokens * price.inputMicrosPerMtok + outputTokens * price.outputMicrosPerMtok) / 1_000_000);
}

/** A price from the book. `source` is what a teacher keeps: `book:<provider>/<model>@<day the price was looked up>`. */
export type BookEntry = Price & {
  source: string;
  provider: string;
  providerName: string;
  model: string;
  modelName: string;
  contextWindow: number | null;
  /** dearer above some prompt length; the price shown is that of short prompts */
  tiered: boolean;
};

type Listed = BookEntry & { haystack: string };

function micros(price: ModelPrice[string]): { micros: number; tiered: boolean } | null {
  const base = typeof price === "number" ? price : price?.base;
  if (base === undefined || !Number.isFinite(base)) return null;
  return { micros: Math.round(base * 1_000_000), tiered: typeof price !== "number" };
}

/** Prices change on known dates: the library decides which one holds at `at`. */
function entryOf(provider: Provider, model: Provider["models"][number], at: Date): Listed | null {
  const found = calcPrice({ input_tokens: 0, output_tokens: 0 }, model.id, { provider, timestamp: at });
  if (found?.model.id !== model.id) return null;
  const input = micros(found.model_price.input_mtok);
  const output = micros(found.model_price.output_mtok);
  if (!input || !output) return null;
  return {
    source: `book:${provider.id}/${model.id}@${at.toISOString().slice(0, 10)}`,
    provider: provider.id,
    providerName: provider.name,
    model: model.id,
    modelName: model.name ?? model.id,
    inputMicrosPerMtok: input.micros,
    outputMicrosPerMtok: output.micros,
    contextWindow: model.context_window ?? null,
    tiered: input.tiered || output.tiered,
    haystack: `${provider.id} ${provider.name} ${model.id} ${model.name ?? ""}`.toLowerCase(),
  };
}

let listed: { day: string; entries: Promise<Listed[]> } | undefined;

async function book(at: Date): Promise<Listed[]> {
  const day = at.toISOString().slice(0, 10);
  if (listed?.day !== day) {
    // Without an updater installed this answers with the data that came with the package: nothing is fetched.
    const entries = waitForUpdate().then((providers) =>
      (providers ?? []).flatMap((provider) => provider.models.flatMap((model) => entryOf(provider, model, at) ?? [])),
    );
    listed = { day, entries };
  }
  return listed.entries;
}

/**
 * Searches the price book by words of provider and model. Exact model names first, then a maker's own prices before resellers'
 * (shorter ids first). At most `limit` entries.
 */
export async function searchPrices(text: string, limit = 20, at = new Date()): Promise<BookEntry[]> {
  const wanted = text.toLowerCase().trim();
  const words = wanted.split(/[\s/:]+/).filter((word) => word !== "");
  const rank = (entry: Listed) =>
    entry.model.toLowerCase() === wanted ? 0 : entry.model.toLowerCase().startsWith(wanted) ? 1 : 2;
  const hits = (await book(at)).filter(({ haystack }) => words.every((word) => haystack.includes(word)));
  hits.sort((a, b) => rank(a) - rank(b) || a.model.length - b.model.length || a.source.localeCompare(b.source));
  return hits.slice(0, limit).map(({ haystack: _haystack, ...entry }) => entry);
}
