import { AppError } from "#lib/core/errors.ts";
import { listedMembers } from "./choose.ts";
import type { Entry } from "./containers/container.ts";
import { headOf } from "./containers/head.ts";
import { folderOf, matchesPattern } from "./hugging-face.ts";
import { type Inspected, sampleHead, sniffedOf } from "./inspected.ts";
import { isHidden, roleOf, splitOf } from "./members.ts";
import { named } from "./named.ts";
import { openContainer, type RandomAccess } from "./open-source.ts";
import { parquetHead, parquetSniffed, sampleParquet } from "./parquet/head.ts";
import { type Seen, sniff } from "./registry.ts";
import type { ContainerKind, Member, ReadOptions } from "./sniffed.ts";
import { spool } from "./spool.ts";
import { storable } from "./storable.ts";
import { headBytes, type Sniffed } from "./types.ts";

/** Data files whose head is looked at; others are taken to be like them until they are read. */
const sniffedMembers = 16;
/** A description of a dataset is read up to this size. */
const maxDescription = 4 * 1024 * 1024;
/** A tar has no list of its files; behind so much of it the rest is found while importing. */
const maxWalk = 1024 * 1024 * 1024;

/** What a data file of an archive was found to be. */
type Found = Pick<Seen, "columns" | "shape"> & {
  how: Sniffed;
  complete: boolean;
  sample: Inspected["sample"];
  rows: number | null;
};
type Looked = Member & { found: Found | null };
type Walk = { members: Looked[]; card: string | null; infos: string | null; folder: string; whole: boolean };

const readText = async (entry: Entry) => (await headOf(entry.open(), maxDescription)).bytes.toString();

/** Looks at every file of an archive: descriptions whole, the first data files at their heads. */
async function walk(
  source: RandomAccess,
  kind: Exclude<ContainerKind, "none">,
  fileName: string,
  options: ReadOptions,
): Promise<Walk> {
  const seen: Walk = { members: [], card: null, infos: null, folder: "", whole: true };
  const container = openContainer(source, kind);
  let passed = 0;
  let depth = Number.POSITIVE_INFINITY;
  for await (const entry of container.entries()) {
    const { name, bytes } = entry;
    if (name === "[Content_Types].xml") {
      throw new AppError("INVALID", "This is an Excel workbook or another Office document, not an archive of data.", {
        where: fileName,
        todo: "Save the sheet as CSV (UTF-8), and upload that.",
      });
    }
    passed += bytes ?? 0;
    if (entry.refused !== null) {
      if (seen.members.length < listedMembers) seen.members.push(looked(entry, entry.refused));
    } else if (!isHidden(name)) {
      const last = name.split("/").at(-1) ?? "";
      const level = name.split("/").length;
      // The description that lies highest is the dataset's own.
      if (/^readme\.md$/i.test(last) && level < depth) {
        seen.card = await readText(entry);
        seen.folder = name.slice(0, name.length - last.length);
        depth = level;
      } else if (/^dataset_infos?\.json$/i.test(last)) seen.infos ??= await readText(entry);
      else if (seen.members.length < listedMembers) await look(entry, seen.members, options);
    }
    if (kind !== "zip" && passed > maxWalk) {
      seen.whole = false;
      break;
    }
  }
  return seen;
}

function looked({ name, bytes }: Entry, refused: string | null): Looked {
  return { name: storable(name), bytes, split: splitOf(name), refused, found: null };
}

async function look(entry: Entry, into: Looked[], options: ReadOptions): Promise<void> {
  const role = roleOf(entry.name);
  if (role === "aside") return;
  const member = looked(entry, role === "data" ? null : role.refused);
  into.push(member);
  if (member.refused !== null || entry.bytes === 0) {
    member.refused ??= "it is empty";
    return;
  }
  if (into.filter(({ found }) => found !== null).length >= sniffedMembers) return;
  try {
    member.found = /\.parquet$/i.test(entry.name) ? await lookParquet(entry, options) : await lookText(entry, options);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "INVALID") throw error;
    member.refused = error.message;
  }
}

async function lookText(entry: Entry, options: ReadOptions): Promise<Found> {
  const { bytes, complete } = await headOf(entry.open(), headBytes);
  const seen = sniff(bytes, complete, entry.name, options.encoding);
  const how = sniffedOf(seen, options);
  return {
    ...seen,
    how,
    complete,
    rows: null,
    sample: (columns) => sampleHead({ bytes, complete, seen }, how, columns),
  };
}

async function lookParquet(entry: Entry, options: ReadOptions): Promise<Found> {
  const spooled = await spool(entry.open());
  try {
    const head = await parquetHead(spooled, entry.name);
    const how = parquetSniffed(head, options);
    const { columns, shape, rows } = head;
    const complete = rows === head.objects.length;
    return { columns, shape, how, complete, rows, sample: (wanted) => sampleParquet(head, how, wanted) };
  } finally {
    await spooled.close();
  }
}

/** Whether rows of two files belong together: one shape, and fields that agree. */
function alike(a: Found, b: Found): boolean {
  if (a.shape?.id !== b.shape?.id) return false;
  const common = a.columns.filter((column) => b.columns.includes(column)).length;
  return common * 2 >= Math.min(a.columns.length, b.columns.length);
}

/** Takes splits and the choice of a configuration from the dataset's card. */
function describedBy({ members, card, infos, folder }: Walk, warnings: string[]): Sniffed["classes"] {
  const { configs, classes } = folderOf({ card, infos });
  const config = configs.find(({ isDefault }) => isDefault) ?? configs[0];
  if (!config) return classes;
  const found = members.filter(({ name }) => name.startsWith(folder));
  const fits = ({ name }: Looked, { pattern }: { pattern: string }) =>
    matchesPattern(name.slice(folder.length), pattern);
  if (!found.some((member) => config.files.some((file) => fits(member, file)))) {
    warnings.push(
      `README.md names data files of "${config.name}" that the archive does not hold; all data files are read.`,
    );
    return classes;
  }
  for (const member of members) {
    const file = config.files.find((candidate) => member.name.startsWith(folder) && fits(member, candidate));
    if (file) member.split = file.split ?? member.split;
    else member.refused ??= `it is not part of the configuration "${config.name}" in README.md`;
  }
  if (configs.length > 1) {
    const others = configs.filter((other) => other !== config).map(({ name }) => `"${name}"`);
    warnings.push(
      `README.md names several configurations; "${config.name}" is read, not ${others.slice(0, 5).join(", ")}.`,
    );
  }
  return classes;
}

/**
 * Tells which files of an archive are read and how: all that are like the first one (the training file, where the names tell).
 * @throws AppError INVALID when none can be read; LIMIT for a bomb
 */
export async function inspectArchive(
  source: RandomAccess,
  kind: Exclude<ContainerKind, "none" | "gzip">,
  fileName: string,
  options: ReadOptions,
): Promise<Inspected> {
  const seen = await walk(source, kind, fileName, options);
  const warnings: string[] = [];
  const classes = describedBy(seen, warnings);
  const wanted = options.members && new Set(options.members);
  for (const member of seen.members) if (wanted && !wanted.has(member.name)) member.refused ??= "it was not chosen";
  const readable = seen.members.filter(({ refused }) => refused === null);
  const known = readable.flatMap(({ found, split, name }) => (found ? [{ name, split, found }] : []));
  const first = known.find(({ split }) => split === "train") ?? known.find(({ split }) => split === null) ?? known[0];
  if (!first) refuseEmpty(seen.members, fileName);
  for (const member of readable) {
    if (member.found && !alike(first.found, member.found))
      member.refused = `its rows are not like those of ${first.name}`;
  }
  if (!seen.whole) warnings.push("The archive is large; only the files at its beginning are listed. All are imported.");
  const read = seen.members.filter(({ refused }) => refused === null);
  const members = [...read, ...seen.members.filter(({ refused }) => refused !== null)].map(
    ({ name, bytes, split, refused }): Member => ({ name, bytes, split, refused }),
  );
  const { found } = first;
  const ownClasses = found.how.classes.filter(([column]) => !classes.some(([other]) => other === column));
  const how: Sniffed = { ...found.how, container: kind, members, classes: [...classes, ...ownClasses] };
  how.warnings = [...warnings.map(storable), ...found.how.warnings];
  const alone = read.length === 1 && seen.whole;
  return {
    how,
    columns: found.columns,
    shape: found.shape,
    rows: alone ? found.rows : null,
    dataBytes: read.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0),
    complete: found.complete && alone,
    sample: (columns) => named(found.sample(columns), how, columns),
  };
}

function refuseEmpty(members: Looked[], fileName: string): never {
  const reasons = members.flatMap(({ name, refused }) => (refused === null ? [] : [`${name}: ${refused}`]));
  throw new AppError("INVALID", "The archive holds no data file that can be read.", {
    where: reasons.length === 0 ? fileName : `${fileName} (${reasons.slice(0, 5).join("; ").slice(0, 500)})`,
    todo: "Put CSV, JSONL, JSON or Parquet files into it.",
  });
}
