import { AppError } from "#lib/core/errors.ts";
import { versionRows } from "#lib/datasets/version-rows.ts";
import type { OtherSide } from "./compared.ts";
import { LabelTable } from "./label-table.ts";
import type { Look } from "./look.ts";
import { NearFinder, type SideCode, sides } from "./near.ts";
import { Numbers } from "./numbers.ts";
import { inputsAt, pagesOf, type ReadRow } from "./read.ts";
import type { RowTools } from "./row-tools.ts";
import { shingleKindFor } from "./shingles.ts";

/** What one pass over the rows leaves behind: a few numbers per row. */
export type Scanned = {
  /** by entry of `finder`; own rows first, in order */
  positions: Numbers;
  /** own rows */
  count: number;
  inputChars: Numbers;
  labels: LabelTable;
  labelIds: Numbers;
  finder: NearFinder | null;
  /** where the entries of each other version begin */
  starts: number[];
};

/** Reads every row once: texts, lengths, tokens, labels, and the band keys for near duplicates. */
export async function scanRows(look: Look, tools: RowTools, repeats: Numbers): Promise<Scanned> {
  const { version, policy, sink, pulse } = look;
  const near = ["leak-exact", "leak-near", "near-duplicate", "near-conflict"] as const;
  const wantsNear = near.some((check) => sink.wants(check));
  const kind = shingleKindFor(Number(version.inputChars) / Math.max(1, version.rowCount));
  const others = wantsNear ? look.others : [];
  const expected = others.reduce((sum, other) => sum + other.rows, version.rowCount);
  const scanned: Scanned = {
    positions: new Numbers(),
    count: 0,
    inputChars: new Numbers(),
    labels: new LabelTable(),
    labelIds: new Numbers(),
    finder: wantsNear ? new NearFinder(policy.thresholds.nearDuplicate, kind, expected) : null,
    starts: [],
  };
  let nextRepeat = 0;
  for await (const page of pagesOf(look.reader, look.rows)) {
    for (const row of page) {
      const wait = pulse();
      if (wait) await wait;
      const repeat = nextRepeat < repeats.length && repeats.at(nextRepeat) === row.position;
      if (repeat) nextRepeat++;
      scanned.positions.push(row.position);
      scanned.inputChars.push(row.input.length);
      scanned.labelIds.push(scanned.labels.add(row.output, row.holdout));
      scanned.finder?.add({ input: row.input, side: row.holdout ? 1 : 0, hash: row.hash, repeat });
      for (const { code, part, note } of tools.checkText(row)) sink.add(code, { position: row.position, part, note });
    }
    await checkTokens(look, tools, page);
    scanned.count += page.length;
    await sink.settle();
    look.tell(scanned.count, expected);
  }
  for (const other of others) await addOther(look, scanned, other);
  return scanned;
}

/** What a tokenizer adds to a text at most. */
const specialTokens = 8;
/** Characters counted between two looks at the clock: some 0.2 s. */
const countedChars = 200_000;

/** Rows with more tokens than the student reads. A token has at least one byte, so that short rows need not be counted. */
async function checkTokens(look: Look, { countTokens }: RowTools, page: readonly ReadRow[]): Promise<void> {
  const most = look.policy.thresholds.contextTokens;
  if (!look.sink.wants("too-long") || look.skipped.has("too-long")) return;
  let batch: { position: number; text: string }[] = [];
  let chars = 0;
  const count = async () => {
    const counts = countTokens(batch.map(({ text }) => text));
    batch.forEach(({ position }, index) => {
      const tokens = counts[index] ?? 0;
      const note = `${tokens} tokens; the window is ${most}.`;
      if (tokens > most) look.sink.add("too-long", { position, score: tokens, note });
    });
    batch = [];
    chars = 0;
    await look.pulse();
  };
  try {
    for (const { position, input, output } of page) {
      const text = output === null ? input : `${input}\n${output}`;
      if (Buffer.byteLength(text) + specialTokens <= most) continue;
      batch.push({ position, text });
      chars += text.length;
      if (chars >= countedChars) await count();
    }
    if (batch.length > 0) await count();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    look.skipped.set("too-long", error.message);
  }
}

async function addOther(look: Look, scanned: Scanned, other: OtherSide): Promise<void> {
  const { finder } = scanned;
  if (!finder) return;
  const side: SideCode = other.side === "holdout" ? sides.otherHoldout : sides.otherTrain;
  scanned.starts.push(finder.count);
  const where = `r."holdout" = ${other.side === "holdout"}`;
  for await (const page of pagesOf(look.reader, versionRows(other), where)) {
    for (const { position, input, hash } of page) {
      const wait = look.pulse();
      if (wait) await wait;
      scanned.positions.push(position);
      finder.add({ input, side, hash, repeat: false });
    }
  }
}

/** Which other version an entry is of; null for the version's own rows. */
export function otherOf({ starts, count }: Scanned, others: readonly OtherSide[], entry: number): OtherSide | null {
  if (entry < count) return null;
  let at = starts.length - 1;
  while (at > 0 && entry < (starts[at] as number)) at--;
  return others[at] ?? null;
}

/** Texts of entries, wherever they are from. */
export async function inputsOf(look: Look, scanned: Scanned, entries: readonly number[]): Promise<string[]> {
  const bySource = Map.groupBy(entries, (entry) => otherOf(scanned, look.others, entry));
  const texts = new Map<number, string>();
  for (const [other, of] of bySource) {
    const rows = other ? versionRows(other) : look.rows;
    const found = await inputsAt(
      look.reader,
      rows,
      of.map((entry) => scanned.positions.at(entry)),
    );
    of.forEach((entry, index) => {
      texts.set(entry, found[index] ?? "");
    });
  }
  return entries.map((entry) => texts.get(entry) ?? "");
}
