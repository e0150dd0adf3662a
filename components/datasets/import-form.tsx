"use client";

import { useRouter } from "next/navigation";
import { useMemo } from "react";
import { useDraft } from "#components/projects/use-draft.ts";
import { Card } from "#components/ui/card.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { type Preview, uploadPreview } from "#lib/datasets/preview-schema.ts";
import {
  type ColumnMapping,
  type Dataset,
  datasetAddVersion,
  datasetCreate,
  datasetGet,
  datasetList,
} from "#lib/datasets/schema.ts";
import { useEndpoint, useMutate } from "#lib/http/client.tsx";
import { ColumnTable } from "./column-table.tsx";
import { FileFacts } from "./file-facts.tsx";
import { rowsHref } from "./health-strip.tsx";
import { HoldoutChoice } from "./holdout-choice.tsx";
import { PreviewRows } from "./preview-rows.tsx";
import { plainReading, type Reading, readingInput, refusalOf } from "./reading.ts";
import { ReadingChoice } from "./reading-choice.tsx";
import { StartImport } from "./start-import.tsx";

type Draft = {
  inputs: string[];
  output: string | null;
  fraction: number;
  name: string;
  extraColumns: string[];
  reading: Reading;
};

type ImportFormProps = {
  projectId: string;
  /** the preview with the guessed mapping */
  first: Preview;
  /** the dataset that gets a version; null for a new one */
  dataset: Dataset | null;
  onStartOver: () => void;
};

/** A file name as a dataset's name: no extension, blanks for separators, a capital at the start. */
function nameFrom(fileName: string): string {
  const bare = fileName
    .replace(/\.[a-z0-9]{1,6}$/i, "")
    .replace(/[_-]+/g, " ")
    .trim();
  return (bare.charAt(0).toUpperCase() + bare.slice(1)).slice(0, 120);
}

/** What to begin with: the columns of the version before where the file has them, else the guess. */
function initialDraft(first: Preview, dataset: Dataset | null): Draft {
  const before = dataset?.versions[0];
  const names = new Set(first.columns.map(({ name }) => name));
  const fits =
    before && [...before.mapping.inputs, before.mapping.output].every((name) => name === null || names.has(name));
  const mapping = fits ? before.mapping : first.guess;
  return {
    inputs: mapping?.inputs ?? [],
    output: mapping?.output ?? null,
    fraction: before?.holdoutFraction ?? 0.2,
    name: nameFrom(first.upload.fileName),
    extraColumns: [],
    reading: plainReading,
  };
}

export function ImportForm({ projectId, first, dataset, onStartOver }: ImportFormProps) {
  const router = useRouter();
  const uploadId = first.upload.id;
  const initial = useMemo(() => initialDraft(first, dataset), [first, dataset]);
  const { value: draft, set, forget } = useDraft(`import:${uploadId}`, initial, uploadId);
  // a draft of before has none
  const reading = draft.reading ?? plainReading;
  const mapping: ColumnMapping | null = draft.inputs.length > 0 ? { inputs: draft.inputs, output: draft.output } : null;

  const { ownSplits, ...previewReading } = readingInput(reading);
  const preview = useEndpoint(
    uploadPreview,
    {
      uploadId,
      ...previewReading,
      ...(mapping ? { inputs: mapping.inputs, ...(mapping.output === null ? {} : { output: mapping.output }) } : {}),
    },
    { enabled: mapping !== null, keepPrevious: true, staleTime: Number.POSITIVE_INFINITY },
  );
  const shown = mapping ? (preview.data ?? first) : { ...first, rows: [], sampledLabels: [] };

  const onSuccess = ({ datasetVersionId }: { datasetVersionId: string }) => {
    forget();
    router.push(rowsHref({ projectId, id: datasetVersionId }));
  };
  const invalidates = [datasetList.name, datasetGet.name];
  const create = useMutate(datasetCreate, { onSuccess, invalidates });
  const addVersion = useMutate(datasetAddVersion, { onSuccess, invalidates });
  const start = () => {
    if (!mapping) return;
    const common = {
      uploadId,
      mapping,
      reading: readingInput(reading),
      holdoutFraction: draft.fraction,
      allowDuplicate: first.twin !== null,
    };
    if (dataset) addVersion.mutate({ datasetId: dataset.id, ...common });
    else create.mutate({ projectId, name: draft.name, ...common });
  };

  return (
    <div className="space-y-4">
      <FileFacts preview={shown} projectId={projectId} onStartOver={onStartOver} />
      <ReadingChoice preview={first} reading={reading} onChange={(next) => set({ reading: next })} />
      <ColumnTable
        preview={first}
        inputs={draft.inputs}
        output={draft.output}
        extraColumns={draft.extraColumns}
        onChange={set}
      />
      {preview.error ? (
        <Card flush>
          <ErrorState error={preview.error} onRetry={() => void preview.refetch()} />
        </Card>
      ) : (
        <PreviewRows
          preview={shown}
          mapped={mapping !== null}
          // what lies in the archive's own files shows only in the import
          fraction={ownSplits ? 0 : draft.fraction}
          updating={preview.isPlaceholderData}
        />
      )}
      {ownSplits ? null : (
        <HoldoutChoice preview={shown} fraction={draft.fraction} onChange={(fraction) => set({ fraction })} />
      )}
      <StartImport
        preview={shown}
        name={dataset ? null : draft.name}
        onName={(name) => set({ name })}
        versionOf={dataset ? `${dataset.name} v${(dataset.versions[0]?.number ?? 0) + 1}` : null}
        blocked={refusalOf(first, reading) ?? (mapping ? null : "Choose the column with the input first.")}
        pending={create.isPending || addVersion.isPending}
        error={create.error ?? addVersion.error}
        onStart={start}
      />
    </div>
  );
}
