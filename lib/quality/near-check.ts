import type { Leaks } from "./exact.ts";
import { type FindingDraft, mostKept } from "./finding-sink.ts";
import { type Look, note } from "./look.ts";
import type { NearPair } from "./near.ts";
import { Bits, Numbers } from "./numbers.ts";
import { inputsOf, otherOf, type Scanned } from "./scan.ts";

/** Pairs as three numbers each; a share of 1 is 1,000,000. */
class Pairs {
  readonly entry = new Numbers();
  readonly other = new Numbers();
  readonly score = new Numbers();

  add(entry: number, other: number, score: number): void {
    this.entry.push(entry);
    this.other.push(other);
    this.score.push(Math.round(score * 1e6));
  }

  /** Those of similarity 1, and the others. */
  split(): [Pairs, Pairs] {
    const parts: [Pairs, Pairs] = [new Pairs(), new Pairs()];
    for (let i = 0; i < this.entry.length; i++) {
      const score = this.score.at(i) / 1e6;
      parts[score === 1 ? 0 : 1].add(this.entry.at(i), this.other.at(i), score);
    }
    return parts;
  }

  /** Indexes, the most similar first and by order of arrival within a thousandth: counted, because there may be millions. */
  ranked(): Uint32Array {
    const steps = 1_000;
    const stepOf = (index: number) => steps - Math.floor(this.score.at(index) / (1e6 / steps));
    const ends = new Uint32Array(steps + 2);
    for (let i = 0; i < this.entry.length; i++) ends[stepOf(i) + 1] = (ends[stepOf(i) + 1] as number) + 1;
    for (let step = 1; step < ends.length; step++) ends[step] = (ends[step] as number) + (ends[step - 1] as number);
    const order = new Uint32Array(this.entry.length);
    for (let i = 0; i < this.entry.length; i++) {
      const at = ends[stepOf(i)] as number;
      order[at] = i;
      ends[stepOf(i)] = at + 1;
    }
    return order;
  }
}

/** Compares what may be nearly equal and tells near duplicates, near leakage and near conflicts. */
export async function findNear(look: Look, scanned: Scanned, leaked: Leaks): Promise<void> {
  const { finder } = scanned;
  if (!finder) return;
  const duplicates = new Pairs();
  const leaks = new Pairs();
  const conflicts = new Pairs();
  const bestLeak = new Map<number, number>();
  const heldOut = { same: leaked.heldOut, near: new Bits() };
  const labelOf = (entry: number) => (entry < scanned.count ? scanned.labelIds.at(entry) : 0);
  const onPair = ({ kind, entry, other, score }: NearPair) => {
    const [a, b] = [labelOf(entry), labelOf(other)];
    if (look.classification && a !== 0 && b !== 0 && a !== b) conflicts.add(entry, other, score);
    if (kind === "duplicate") duplicates.add(entry, other, score);
    else if (!leaked.rows.has(scanned.positions.at(entry))) {
      if (other < scanned.count) heldOut[score === 1 ? "same" : "near"].add(scanned.positions.at(other));
      keepBest(leaks, bestLeak, { entry, other, score });
    }
  };
  await finder.pairs({
    fetch: (entries) => inputsOf(look, scanned, entries),
    pulse: look.pulse,
    onPair,
    onProgress: look.tell,
  });

  const add = async (
    check: "near-duplicate" | "leak-exact" | "leak-near" | "near-conflict",
    pairs: Pairs,
    grouped: boolean,
  ) => {
    const order = pairs.ranked();
    for (const index of order.subarray(0, mostKept)) {
      look.sink.add(check, draftOf(look, scanned, pairs, index, grouped));
      await look.sink.settle();
    }
    for (const index of order.subarray(mostKept))
      look.sink.tally(check).rows.add(scanned.positions.at(pairs.entry.at(index)));
  };
  await add("near-duplicate", duplicates, true);
  // The same words with other punctuation are no less leaked than the same text.
  const [same, near] = leaks.split();
  await add("leak-exact", same, false);
  await add("leak-near", near, false);
  await add("near-conflict", conflicts, false);
  for (const other of look.others) countPartners(look, scanned, other.id, { same, near });
  note(look, "leak-exact", { "held-out rows of this version": heldOut.same.size });
  note(look, "leak-near", { "held-out rows of this version": heldOut.near.size });
  const { bands, rows } = finder.banding;
  look.methods.push(
    `Near duplicates: MinHash of shingles of five ${finder.kind}, ${bands} bands of ${rows}, every pair verified by its Jaccard similarity (at least ${finder.threshold}).`,
  );
  if (finder.capped > 0)
    look.methods.push(`${finder.capped} rows had more than 64 candidates and were compared with 64 of them.`);
}

/** One finding per row: with its most similar partner. */
function keepBest(leaks: Pairs, best: Map<number, number>, { entry, other, score }: Omit<NearPair, "kind">): void {
  const known = best.get(entry);
  if (known === undefined) {
    best.set(entry, leaks.entry.length);
    leaks.add(entry, other, score);
  } else if (Math.round(score * 1e6) > leaks.score.at(known)) {
    leaks.other.data[known] = other;
    leaks.score.data[known] = Math.round(score * 1e6);
  }
}

function countPartners(look: Look, scanned: Scanned, versionId: string, leaks: { same: Pairs; near: Pairs }): void {
  const count = (pairs: Pairs) => {
    let rows = 0;
    for (let i = 0; i < pairs.entry.length; i++)
      if (otherOf(scanned, look.others, pairs.other.at(i))?.id === versionId) rows++;
    return rows;
  };
  const known = look.partners.get(versionId);
  look.partners.set(versionId, { exact: (known?.exact ?? 0) + count(leaks.same), near: count(leaks.near) });
}

function draftOf(look: Look, scanned: Scanned, pairs: Pairs, index: number, grouped: boolean): FindingDraft {
  const entry = pairs.entry.at(index);
  const partner = pairs.other.at(index);
  const other = otherOf(scanned, look.others, partner);
  const score = pairs.score.at(index) / 1e6;
  const position = scanned.positions.at(partner);
  const root = scanned.finder?.groups.find(entry) ?? entry;
  const where = other ? `row ${position} of ${other.name}` : `row ${position}`;
  const labels = [entry, partner].map((one) => {
    const id = one < scanned.count ? scanned.labelIds.at(one) : 0;
    return id === 0 ? null : (scanned.labels.counts[id - 1]?.label ?? null);
  });
  const answers =
    labels[0] && labels[1] && labels[0] !== labels[1] ? `; "${labels[0]}" here, "${labels[1]}" there` : "";
  return {
    position: scanned.positions.at(entry),
    ...(grouped ? { group: scanned.positions.at(root) } : {}),
    ...(other ? { otherVersionId: other.id } : {}),
    otherPosition: position,
    score,
    note: `${score === 1 ? "The same words as" : `${score.toFixed(2)} like`} ${where}${answers}.`,
  };
}
