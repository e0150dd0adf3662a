"use client";

import Link from "next/link";
import { Button } from "#components/ui/button.tsx";
import { Card, Section } from "#components/ui/card.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { FileDrop } from "#components/ui/file-drop.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { useUrlState } from "#components/ui/url-state.ts";
import { uploadPreview } from "#lib/datasets/preview-schema.ts";
import { datasetGet } from "#lib/datasets/schema.ts";
import { useEndpoint } from "#lib/http/client.tsx";
import { ImportForm } from "./import-form.tsx";
import { useUpload } from "./use-upload.ts";

/**
 * From a file to an import: send it, check how it is read, choose columns and hold-out, start. The address holds the upload, so a
 * refresh or a link comes back to the same file.
 */
export function ImportFlow({ projectId }: { projectId: string }) {
  const url = useUrlState();
  const uploadId = url.get("upload");
  const datasetId = url.get("dataset");
  const { data: dataset } = useEndpoint(datasetGet, { datasetId }, { enabled: datasetId !== "" });
  return (
    <Section
      title={dataset ? `Add a version to ${dataset.name}` : "Import a file"}
      hint={
        dataset
          ? `It becomes v${(dataset.versions[0]?.number ?? 0) + 1}. Earlier versions, and what was made of them, stay as they are.`
          : "Nothing is stored as a dataset before you have seen how the file is read."
      }
      actions={
        <Link href={`/projects/${projectId}/data`} className="link text-sm">
          All data
        </Link>
      }
    >
      {uploadId ? (
        <UploadedFile projectId={projectId} uploadId={uploadId} datasetId={datasetId || null} />
      ) : (
        <SendFile projectId={projectId} />
      )}
    </Section>
  );
}

function SendFile({ projectId }: { projectId: string }) {
  const url = useUrlState();
  const { progress, error, send, cancel } = useUpload(projectId, (upload) =>
    url.set({ upload: upload.id }, { push: true }),
  );
  return (
    <FileDrop
      accept=".csv,.tsv,.txt,.jsonl,.ndjson,.json"
      hint="CSV (comma, semicolon or tab) or JSONL, of any size. What it is, is told by its content."
      onFile={send}
      upload={progress}
      onCancel={cancel}
      error={error ? `${error.message} ${error.detail.todo ?? ""}` : null}
    />
  );
}

type UploadedProps = { projectId: string; uploadId: string; datasetId: string | null };

/** The file as it was understood, or why it cannot be. */
function UploadedFile({ projectId, uploadId, datasetId }: UploadedProps) {
  const url = useUrlState();
  const preview = useEndpoint(uploadPreview, { uploadId }, { staleTime: Number.POSITIVE_INFINITY });
  const { data: dataset } = useEndpoint(datasetGet, { datasetId: datasetId ?? "" }, { enabled: datasetId !== null });
  const startOver = () => url.set({ upload: null });
  if (preview.error) {
    return (
      <Card flush>
        <ErrorState
          error={preview.error}
          action={
            <Button size="sm" onClick={startOver}>
              Choose another file
            </Button>
          }
        />
      </Card>
    );
  }
  if (!preview.data || (datasetId !== null && !dataset)) {
    return (
      <div role="status" aria-label="Reading the file" className="space-y-4">
        <Skeleton className="h-20 w-full rounded-lg" />
        <Skeleton className="h-56 w-full rounded-lg" />
        <Skeleton className="h-72 w-full rounded-lg" />
      </div>
    );
  }
  return (
    <ImportForm
      key={uploadId}
      projectId={projectId}
      first={preview.data}
      dataset={dataset ?? null}
      onStartOver={startOver}
    />
  );
}
