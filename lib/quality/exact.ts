import { versionRows } from "#lib/datasets/version-rows.ts";
import type { Look } from "./look.ts";
import { Bits, Numbers } from "./numbers.ts";
import { portionsOf } from "./read.ts";

type Portion<T> = AsyncGenerator<T[]>;

async function eachOf<T>({ sink, pulse }: Look, portions: Portion<T>, take: (row: T) => void): Promise<void> {
  for await (const rows of portions) {
    await pulse();
    for (const row of rows) take(row);
    await sink.settle();
  }
}

/** Rows that repeat an earlier input of their side. @returns their positions, in order */
export async function findRepeats(look: Look): Promise<Numbers> {
  const repeats = new Numbers();
  const rows = portionsOf<{ position: number; first: number }>(
    look.reader,
    `WITH repeated AS MATERIALIZED (SELECT r."inputHash", r."holdout", min(r."position") AS first FROM ${look.rows} r
       GROUP BY 1, 2 HAVING count(*) > 1)
     SELECT r."position", g.first FROM ${look.rows} r JOIN repeated g USING ("inputHash", "holdout")
     WHERE r."position" > g.first ORDER BY r."position"`,
  );
  await eachOf(look, rows, ({ position, first }) => {
    repeats.push(position);
    look.sink.add("duplicate", {
      position,
      group: first,
      otherPosition: first,
      note: `The same input as row ${first}.`,
    });
  });
  return repeats;
}

/** Inputs with more than one gold answer; every labelled row of them, the groups one after the other. */
export async function findConflicts(look: Look): Promise<void> {
  if (!look.sink.wants("conflict")) return;
  if (look.generative) {
    look.skipped.set("conflict", "Free answers to one input may well differ.");
    return;
  }
  const rows = portionsOf<{ position: number; first: number; output: string; kinds: number }>(
    look.reader,
    `WITH conflicting AS MATERIALIZED (
       SELECT r."inputHash", min(r."position") AS first, count(DISTINCT r."output" COLLATE "C")::int AS kinds FROM ${look.rows} r
       WHERE r."output" IS NOT NULL GROUP BY 1
       HAVING count(*) > 1 AND min(r."output" COLLATE "C") <> max(r."output" COLLATE "C"))
     SELECT r."position", c.first, c.kinds, left(r."output", 100) AS output
     FROM ${look.rows} r JOIN conflicting c USING ("inputHash") WHERE r."output" IS NOT NULL ORDER BY c.first, r."position"`,
  );
  await eachOf(look, rows, ({ position, first, output, kinds }) => {
    look.sink.add("conflict", {
      position,
      group: first,
      ...(position === first ? {} : { otherPosition: first }),
      // A label may be named; what is taken out of a text may be personal.
      note: look.classification
        ? `Answered "${output}"; ${kinds} different answers in all.`
        : `One of ${kinds} different answers.`,
    });
  });
}

type Leak = { position: number; other: number; same: boolean | null };

/** Positions of rows that leak, and of the rows held out in this version that they leak from. */
export type Leaks = { rows: Bits; heldOut: Bits };

/** SQL of rows on one side (alias r) whose input occurs on the other side. */
function leakSql(mine: string, myHoldout: boolean, theirs: string): string {
  return `WITH other AS MATERIALIZED (SELECT DISTINCT ON (o."inputHash") o."inputHash", o."position", o."output" FROM ${theirs} o
       WHERE o."holdout" = ${!myHoldout} ORDER BY o."inputHash", o."position")
     SELECT r."position", other."position" AS other, r."output" = other."output" AS same
     FROM ${mine} r JOIN other USING ("inputHash") WHERE r."holdout" = ${myHoldout} ORDER BY r."position"`;
}

/** Exact leakage: training rows of this version against hold-outs, or a test set against what others train on. */
export async function findLeaks(look: Look): Promise<Leaks> {
  const { sink, reader } = look;
  const leaked = new Bits();
  const heldOut = new Bits();
  const take = ({ position, other, same }: Leak, from: { id: string; name: string } | null) => {
    leaked.add(position);
    const where = from ? `row ${other} of ${from.name}` : `row ${other}, which is held out`;
    const answers = same === null ? "" : same ? ", with the same answer" : ", with another answer";
    sink.add("leak-exact", {
      position,
      ...(from ? { otherVersionId: from.id } : {}),
      otherPosition: other,
      note: `The same input as ${where}${answers}.`,
    });
  };
  await eachOf(look, portionsOf<Leak>(reader, leakSql(look.rows, false, look.rows)), (leak) => {
    heldOut.add(leak.other);
    take(leak, null);
  });
  for (const other of look.others) {
    const mine = other.side === "train";
    const theirs = new Bits();
    const found = new Bits();
    await eachOf(look, portionsOf<Leak>(reader, leakSql(look.rows, mine, versionRows(other))), (leak) => {
      theirs.add(leak.other);
      found.add(leak.position);
      take(leak, other);
    });
    look.partners.set(other.id, { exact: found.size, near: 0 });
  }
  return { rows: leaked, heldOut };
}
