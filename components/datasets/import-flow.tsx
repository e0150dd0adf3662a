"use client";

import Link from "next/link";
import { useEffect } from "react";
import { Button } from "#components/ui/button.tsx";
import { Card, Section } from "#components/ui/card.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { useUrlState } from "#components/ui/url-state.ts";
import { uploadPreview } from "#lib/datasets/preview-schema.ts";
import { datasetGet } from "#lib/datasets/schema.ts";
import { type UploadStatus, uploadFinish, uploadGet } from "#lib/datasets/upload-schema.ts";
import { formatBytes } from "#lib/format.ts";
import { useEndpoint, useMutate } from "#lib/http/client.tsx";
import { FetchProgress } from "./fetch-progress.tsx";
import { ImportForm } from "./import-form.tsx";
import { ImportSources } from "./import-sources.tsx";

/**
 * From a file to an import: bring it here, check how it is read, choose columns and hold-out, start. The address holds the upload, so a
 * refresh or a link comes back to the same file, however far it has got.
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
        <Arrived key={uploadId} projectId={projectId} uploadId={uploadId} datasetId={datasetId || null} />
      ) : (
        <ImportSources projectId={projectId} />
      )}
    </Section>
  );
}

type UploadedProps = { projectId: string; uploadId: string; datasetId: string | null };

/** Shows what is still on its way, then the file. */
function Arrived(props: UploadedProps) {
  const { projectId, uploadId } = props;
  const url = useUrlState();
  const startOver = () => url.set({ upload: null });
  const status = useEndpoint(uploadGet, { uploadId });
  if (status.error) return <Fault error={status.error} onStartOver={startOver} />;
  if (!status.data) return <Reading />;
  const { state, runId, bytes, totalBytes } = status.data;
  if (state !== "receiving") return <UploadedFile {...props} />;
  const again = () => void status.refetch();
  if (runId) return <FetchProgress upload={status.data} runId={runId} onEnd={again} onStartOver={startOver} />;
  if (bytes === totalBytes) return <Closing upload={status.data} onEnd={again} onStartOver={startOver} />;
  return <Half upload={status.data} projectId={projectId} />;
}

function Fault({ error, onStartOver }: { error: unknown; onStartOver: () => void }) {
  return (
    <Card flush>
      <ErrorState
        error={error}
        action={
          <Button size="sm" onClick={onStartOver}>
            Choose another file
          </Button>
        }
      />
    </Card>
  );
}

function Reading() {
  return (
    <div role="status" aria-label="Reading the file" className="space-y-4">
      <Skeleton className="h-20 w-full rounded-lg" />
      <Skeleton className="h-56 w-full rounded-lg" />
      <Skeleton className="h-72 w-full rounded-lg" />
    </div>
  );
}

/** All bytes are there, but the server stopped before it closed the file: asks it to. */
function Closing({ upload, onEnd, onStartOver }: { upload: UploadStatus; onEnd: () => void; onStartOver: () => void }) {
  const { mutate, error } = useMutate(uploadFinish, { onSuccess: onEnd, invalidates: [] });
  useEffect(() => mutate({ uploadId: upload.id }), [mutate, upload.id]);
  return error ? <Fault error={error} onStartOver={onStartOver} /> : <Reading />;
}

/** An upload that stopped in the middle. */
function Half({ upload, projectId }: { upload: UploadStatus; projectId: string }) {
  return (
    <div className="space-y-4">
      <p className="rounded-md bg-attention-soft px-3 py-2 text-sm text-attention">
        {`${formatBytes(upload.bytes)} of ${formatBytes(upload.totalBytes)} of `}
        <bdi className="font-medium">{upload.fileName}</bdi> have arrived. Choose the file again: in the browser that
        began, it goes on where it was.
      </p>
      <ImportSources projectId={projectId} />
    </div>
  );
}

/** The file as it was understood, or why it cannot be. */
function UploadedFile({ projectId, uploadId, datasetId }: UploadedProps) {
  const url = useUrlState();
  const preview = useEndpoint(uploadPreview, { uploadId }, { staleTime: Number.POSITIVE_INFINITY });
  const { data: dataset } = useEndpoint(datasetGet, { datasetId: datasetId ?? "" }, { enabled: datasetId !== null });
  const startOver = () => url.set({ upload: null });
  if (preview.error) return <Fault error={preview.error} onStartOver={startOver} />;
  if (!preview.data || (datasetId !== null && !dataset)) return <Reading />;
  return <ImportForm projectId={projectId} first={preview.data} dataset={dataset ?? null} onStartOver={startOver} />;
}
