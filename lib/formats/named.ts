import type { Batch, Cell, Sniffed } from "./types.ts";

/** Puts the names of classes in the place of the integers that stand for them (ClassLabel of Hugging Face). */
function classNamer(how: Pick<Sniffed, "classes">, columns: readonly string[]): ((batch: Batch) => Batch) | null {
  const named = columns.flatMap((column, index) => {
    const names = how.classes.find(([of]) => of === column)?.[1];
    return names ? [{ index, names }] : [];
  });
  if (named.length === 0) return null;
  return (batch) => {
    for (const { values } of batch.records) {
      for (const { index, names } of named) values[index] = nameOf(values[index] ?? null, names);
    }
    return batch;
  };
}

/** Batches with the names of classes. */
export function named(
  batches: AsyncGenerator<Batch>,
  how: Pick<Sniffed, "classes">,
  columns: readonly string[],
): AsyncGenerator<Batch> {
  const name = classNamer(how, columns);
  return name ? mapped(batches, name) : batches;
}

async function* mapped(batches: AsyncGenerator<Batch>, map: (batch: Batch) => Batch): AsyncGenerator<Batch> {
  for await (const batch of batches) yield map(batch);
}

/** -1 means no label. A number without a name stays as it is. */
function nameOf(value: Cell, names: readonly string[]): Cell {
  if (value === null || !/^-?\d+$/.test(value)) return value;
  return value === "-1" ? null : (names[Number(value)] ?? value);
}
