"use client";

import { X } from "lucide-react";
import { useState } from "react";
import { IconButton } from "#components/ui/button.tsx";
import { FileDrop } from "#components/ui/file-drop.tsx";
import { Tabs } from "#components/ui/tabs.tsx";
import { useUrlState } from "#components/ui/url-state.ts";
import { formatBytes } from "#lib/format.ts";
import { FetchBucket } from "./fetch-bucket.tsx";
import { FetchUrl } from "./fetch-url.tsx";
import { PasteText } from "./paste-text.tsx";
import type { Unfinished } from "./upload-memory.ts";
import { useUpload } from "./use-upload.ts";

const sources = ["file", "paste", "url", "bucket"] as const;
type Source = (typeof sources)[number];

const accept = ".csv,.tsv,.txt,.jsonl,.ndjson,.json,.parquet,.gz,.tgz,.tar,.zip";
const hint =
  "CSV, JSONL, JSON, Parquet or an export, also packed (zip, gzip), of any size. What it is, is told by its content.";

/** Four ways to bring a file here. All end in an upload, which the address then holds. */
export function ImportSources({ projectId }: { projectId: string }) {
  const url = useUrlState();
  // here, so that it is still there after another tab or a failed attempt
  const [text, setText] = useState("");
  const arrived = (upload: string) => url.set({ upload, from: null }, { push: true });
  const { progress, error, unfinished, send, discard, ...actions } = useUpload(projectId, arrived);
  const wanted = url.get("from");
  const source: Source = sources.find((one) => one === wanted) ?? "file";
  const { pause, resume, cancel } = actions;
  const file = (
    <FileDrop
      accept={accept}
      hint={hint}
      onFile={send}
      upload={progress}
      onPause={pause}
      onResume={resume}
      onCancel={cancel}
      error={error ? `${error.message} ${error.detail.todo ?? ""}` : null}
    >
      <UnfinishedFiles items={unfinished} onDiscard={discard} />
    </FileDrop>
  );
  // What is on its way stays in sight, whichever tab it came from.
  if (progress) return file;
  return (
    <Tabs
      label="Where the data is"
      value={source}
      onValueChange={(next) => url.set({ from: next === "file" ? null : next })}
      tabs={[
        { value: "file", label: "Upload", content: file },
        {
          value: "paste",
          label: "Paste text",
          content: (
            <PasteText
              text={text}
              onText={setText}
              onFile={(pasted) => send(pasted, { resumable: false })}
              error={error}
            />
          ),
        },
        { value: "url", label: "From an address", content: <FetchUrl projectId={projectId} onStarted={arrived} /> },
        { value: "bucket", label: "From a bucket", content: <FetchBucket projectId={projectId} onStarted={arrived} /> },
      ]}
    />
  );
}

function UnfinishedFiles({
  items,
  onDiscard,
}: {
  items: readonly Unfinished[];
  onDiscard: (item: Unfinished) => void;
}) {
  if (items.length === 0) return null;
  return (
    <div className="mt-2 w-full max-w-xl rounded-md bg-attention-soft px-3 py-2 text-left text-sm text-attention">
      <p>Half sent. Choose the same file again and it goes on where it was:</p>
      <ul aria-label="Unfinished uploads">
        {items.map((item) => (
          <li key={item.key} className="flex items-center gap-2">
            <bdi className="min-w-0 truncate font-medium">{item.fileName}</bdi>
            <span className="tnum shrink-0">{formatBytes(item.bytes)}</span>
            <IconButton
              label={`Discard ${item.fileName}`}
              size="sm"
              className="ml-auto"
              onClick={() => onDiscard(item)}
            >
              <X aria-hidden />
            </IconButton>
          </li>
        ))}
      </ul>
    </div>
  );
}
