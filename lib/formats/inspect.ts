import { AppError } from "#lib/core/errors.ts";
import { inspectArchive } from "./archive.ts";
import { headOf } from "./containers/head.ts";
import { type Inspected, sampleHead, sniffedOf } from "./inspected.ts";
import { named } from "./named.ts";
import { containerOf, openContainer, type RandomAccess } from "./open-source.ts";
import { isParquet } from "./parquet/footer.ts";
import { parquetHead, parquetSniffed, sampleParquet } from "./parquet/head.ts";
import { sniff } from "./registry.ts";
import type { ReadOptions } from "./sniffed.ts";
import { headBytes, type Sniffed } from "./types.ts";

/**
 * Tells what a stored file is by its content, whatever it is packed in: container, format, shape and columns. Reads its head, and of an
 * archive the list of files.
 * @throws AppError INVALID that says what the file is instead and what to do; LIMIT for a bomb
 */
export async function inspect(source: RandomAccess, fileName: string, options: ReadOptions): Promise<Inspected> {
  const container = await containerOf(source);
  if (container === "zip" || container === "tar" || container === "tar.gz") {
    return inspectArchive(source, container, fileName, options);
  }
  const head: Head = container === "gzip" ? await gzipHead(source) : await headOf(source.read(0, headBytes), headBytes);
  if (container === "none" && isParquet(head.bytes)) return inspectParquet(source, fileName, options);
  const complete = container === "gzip" ? head.complete : source.bytes <= head.bytes.length;
  const seen = sniff(head.bytes, complete, fileName, options.encoding);
  const how: Sniffed = { ...sniffedOf(seen, options), container };
  if (head.cut) how.warnings.push("The gzip file is cut off: its last rows are missing.");
  return {
    how,
    columns: seen.columns,
    shape: seen.shape,
    rows: null,
    dataBytes: head.dataBytes ?? source.bytes,
    complete,
    sample: (columns) => sampleHead({ bytes: head.bytes, complete, seen }, how, columns),
  };
}

async function inspectParquet(source: RandomAccess, fileName: string, options: ReadOptions): Promise<Inspected> {
  const head = await parquetHead(source, fileName);
  const how = parquetSniffed(head, options);
  return {
    how,
    columns: head.columns,
    shape: head.shape,
    rows: head.rows,
    dataBytes: source.bytes,
    complete: head.rows === head.objects.length,
    sample: (columns) => named(sampleParquet(head, how, columns), how, columns),
  };
}

type Head = { bytes: Buffer; complete: boolean; cut?: boolean; dataBytes?: number };

async function gzipHead(source: RandomAccess): Promise<Head> {
  const container = openContainer(source, "gzip");
  for await (const entry of container.entries()) {
    const head = await headOf(entry.open(), headBytes);
    const share = Math.max(1, container.read) / source.bytes;
    return { ...head, cut: container.cut, dataBytes: head.complete ? head.bytes.length : head.bytes.length / share };
  }
  return { bytes: Buffer.alloc(0), complete: true };
}

/** @throws AppError INVALID for what is no training data, unless its inputs alone are wanted and may be had */
export function refuseNoTraining({ shape, how }: Inspected, fileName: string): void {
  const refusal = shape?.refusal;
  if (!refusal || (how.options.unlabelled && refusal.unlabelled)) return;
  throw new AppError("INVALID", refusal.reason, { where: fileName, todo: refusal.todo });
}
