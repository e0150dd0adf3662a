import { Readable } from "node:stream";
import { toWebStream } from "#lib/core/storage.ts";
import { download, query } from "#lib/core/verb.ts";
import { exportKinds, exportRows } from "./export.ts";
import { chartsOf } from "./histograms.ts";
import { refuseUnready } from "./ready.ts";
import { countRows } from "./row-count.ts";
import { rowHistory } from "./row-history.ts";
import { afterOf } from "./row-select.ts";
import { readRows } from "./rows.ts";
import { versionCharts, versionCount, versionRowHistory } from "./rows-schema.ts";
import { versionDownload, versionRows } from "./schema.ts";

const rows = query(versionRows, async ({ input, found }) => {
  const version = found.datasetVersionId;
  refuseUnready(version);
  const { datasetVersionId: _, limit, full, cursor, sort, ...filter } = input;
  return readRows(version, filter, { after: afterOf(cursor, sort), limit, full, sort });
});

const count = query(versionCount, async ({ input, found }) => {
  const version = found.datasetVersionId;
  refuseUnready(version);
  const { datasetVersionId: _, ...filter } = input;
  return countRows(version, filter);
});

const charts = query(versionCharts, async ({ found }) => {
  refuseUnready(found.datasetVersionId);
  return chartsOf(found.datasetVersionId);
});

const history = query(versionRowHistory, async ({ input, found }) => {
  refuseUnready(found.datasetVersionId);
  return { items: await rowHistory(found.datasetVersionId, input.position) };
});

const downloadRows = download(versionDownload, async ({ input, found }) => {
  const version = found.datasetVersionId;
  refuseUnready(version);
  const { datasetVersionId: _, format, system, ...filter } = input;
  const { ending, contentType } = exportKinds[format];
  const narrowed = Object.values(filter).some((value) => value !== undefined);
  const side = filter.split && Object.keys(filter).length === 1 ? ` ${filter.split}` : narrowed ? " filtered" : "";
  return {
    stream: toWebStream(Readable.from(exportRows(version, filter, { format, system }), { objectMode: false })),
    fileName: `${version.dataset.name} v${version.number}${side}.${ending}`,
    contentType,
  };
});

export const rowVerbs = [rows, count, charts, history, downloadRows];
