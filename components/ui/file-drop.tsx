"use client";

import clsx from "clsx";
import { FileUp, X } from "lucide-react";
import { type DragEvent, useRef, useState } from "react";
import { formatBytes, formatDuration } from "#lib/format.ts";
import { Button, IconButton } from "./button.tsx";
import { Progress } from "./progress.tsx";

export type UploadProgress = {
  fileName: string;
  sentBytes: number;
  totalBytes: number;
  /** null while not known */
  bytesPerSec?: number | null;
};

type FileDropProps = {
  /** such as ".csv,.tsv,.jsonl" */
  accept: string;
  /** what may be dropped, in words: "CSV or JSONL, any size" */
  hint: string;
  onFile: (file: File) => void;
  /** while uploading: shows the bar in place of the drop area */
  upload?: UploadProgress | null;
  onCancel?: () => void;
  error?: string | null;
  disabled?: boolean;
};

/** One file by drag and drop or by button; then its progress with Cancel. Same height in both states. */
export function FileDrop({ accept, hint, onFile, upload, onCancel, error, disabled = false }: FileDropProps) {
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);

  function onDrop(event: DragEvent) {
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer.files[0];
    if (file && !disabled && !upload) onFile(file);
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a shortcut for the button inside
    <div
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
      className={clsx(
        "flex min-h-36 flex-col items-center justify-center gap-2 rounded-lg border border-dashed p-4 text-center transition-colors",
        over ? "border-accent bg-accent-soft" : "border-line-strong bg-sunken",
      )}
    >
      {upload ? (
        <UploadBar upload={upload} onCancel={onCancel} />
      ) : (
        <>
          <FileUp aria-hidden className="size-6 stroke-1 text-faint" />
          <p>
            Drop a file here or{" "}
            <Button size="sm" disabled={disabled} onClick={() => input.current?.click()}>
              Choose a file
            </Button>
          </p>
          <p className="text-xs text-muted">{hint}</p>
          <input
            ref={input}
            type="file"
            accept={accept}
            aria-label="File"
            className="sr-only"
            tabIndex={-1}
            disabled={disabled}
            onChange={(event) => {
              const file = event.target.files?.[0];
              // the same file may be chosen again after an error
              event.target.value = "";
              if (file) onFile(file);
            }}
          />
        </>
      )}
      {error ? (
        <p role="alert" className="text-sm text-bad">
          {error}
        </p>
      ) : null}
    </div>
  );
}

function UploadBar({ upload, onCancel }: { upload: UploadProgress; onCancel?: () => void }) {
  const { fileName, sentBytes, totalBytes, bytesPerSec } = upload;
  const left = bytesPerSec ? ((totalBytes - sentBytes) / bytesPerSec) * 1000 : null;
  return (
    <div className="w-full max-w-xl text-left">
      <div className="flex items-center justify-between gap-3">
        <span className="truncate font-medium">{fileName}</span>
        {onCancel ? (
          <IconButton label="Cancel upload" size="sm" onClick={onCancel}>
            <X aria-hidden />
          </IconButton>
        ) : null}
      </div>
      <Progress
        value={totalBytes ? sentBytes / totalBytes : null}
        label={`Uploading ${fileName}`}
        size="md"
        className="my-1.5"
      />
      <div className="tnum flex flex-wrap justify-between gap-x-4 text-xs text-muted">
        <span>
          {formatBytes(sentBytes)} of {formatBytes(totalBytes)}
        </span>
        <span>
          {bytesPerSec ? `${formatBytes(bytesPerSec)}/s` : ""}
          {left === null ? "" : ` · about ${formatDuration(left)} left`}
        </span>
      </div>
    </div>
  );
}
