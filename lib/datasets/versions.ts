import { Readable } from "node:stream";
import { csvLine } from "#lib/core/csv.ts";
import { db } from "#lib/core/db.ts";
import { toPage } from "#lib/core/endpoint.ts";
import { AppError } from "#lib/core/errors.ts";
import { toWebStream } from "#lib/core/storage.ts";
import { download, query } from "#lib/core/verb.ts";
import { namesOf, presentVersion } from "./present.ts";
import { refuseUnready } from "./ready.ts";
import { rowVerbs } from "./rows-service.ts";
import {
  type RejectCode,
  versionGet,
  versionLabels,
  versionList,
  versionRejected,
  versionRejectedDownload,
} from "./schema.ts";

/** A cursor is the number of the last item shown. @throws AppError INVALID */
function numberOf(cursor: string | undefined): number {
  if (cursor === undefined) return 0;
  const value = Number(cursor);
  if (Number.isSafeInteger(value) && value >= 0 && value < 2 ** 31) return value;
  throw new AppError("INVALID", "The cursor is not one of this list.", {
    where: "cursor",
    todo: "Use `nextCursor` of the page before.",
  });
}

const get = query(versionGet, async ({ db, found }) => {
  const version = found.datasetVersionId;
  return presentVersion(version, await namesOf(db, [version.createdById]));
});

const list = query(versionList, async ({ db, input, found }) => {
  const dataset = found.datasetId;
  const loaded = await db.datasetVersion.findMany({
    where: {
      datasetId: dataset.id,
      deletedAt: null,
      ...(input.cursor === undefined ? {} : { number: { lt: numberOf(input.cursor) } }),
    },
    orderBy: { number: "desc" },
    take: input.limit + 1,
  });
  const { items, nextCursor } = toPage(loaded, input.limit, ({ number }) => String(number));
  const names = await namesOf(
    db,
    items.map(({ createdById }) => createdById),
  );
  return { items: items.map((version) => presentVersion({ ...version, dataset }, names)), nextCursor };
});

const rejected = query(versionRejected, async ({ db, input, found }) => {
  const loaded = await db.rejectedRow.findMany({
    where: {
      versionId: found.datasetVersionId.id,
      seq: { gt: numberOf(input.cursor) },
      ...(input.code ? { code: input.code } : {}),
    },
    orderBy: { seq: "asc" },
    take: input.limit + 1,
  });
  const { items, nextCursor } = toPage(loaded, input.limit, (row) => String(row.seq));
  return {
    items: items.map((row) => ({ ...row, code: row.code as RejectCode, byteOffset: Number(row.byteOffset) })),
    nextCursor,
  };
});

/** Text as the bytes that a response streams. */
function streamOf(texts: AsyncIterable<string>): ReadableStream<Uint8Array> {
  return toWebStream(Readable.from(texts, { objectMode: false }));
}

async function* rejectedLines(versionId: string): AsyncGenerator<string> {
  yield csvLine(["number", "line", "byte_offset", "reason", "text"]);
  for (let seq = 0; ; ) {
    const page = await db.rejectedRow.findMany({
      where: { versionId, seq: { gt: seq } },
      orderBy: { seq: "asc" },
      take: 500,
    });
    const last = page.at(-1);
    if (!last) return;
    yield page
      .map((row) => csvLine([String(row.seq), String(row.line), String(row.byteOffset), row.reason, row.text]))
      .join("");
    seq = last.seq;
  }
}

const rejectedDownload = download(versionRejectedDownload, async ({ found }) => {
  const version = found.datasetVersionId;
  return {
    stream: streamOf(rejectedLines(version.id)),
    fileName: `${version.dataset.name} v${version.number} rejected.csv`,
    contentType: "text/csv; charset=utf-8",
  };
});

const labels = query(versionLabels, async ({ db, found }) => {
  const version = found.datasetVersionId;
  refuseUnready(version);
  const { report } = presentVersion(version, await namesOf(db, []));
  return { items: report.labels, manyAnswers: report.manyAnswers };
});

export const versionVerbs = [get, list, rejected, rejectedDownload, labels, ...rowVerbs];
