"use client";

import clsx from "clsx";
import { FileUp, Pause, Play, X } from "lucide-react";
import { type DragEvent, type ReactNode, useRef, useState } from "react";
import { formatBytes, formatDuration } from "#lib/format.ts";
import { Button, IconButton } from "./button.tsx";
import { Progress } from "./progress.tsx";

export type UploadProgress = {
  fileName: string;
  sentBytes: number;
  totalBytes: number;
  /** null while not known */
  bytesPerSec?: number | null;
  /** `waiting`: tries again by itself; `checking`: all is sent, the server closes it */
  state?: "sending" | "paused" | "waiting" | "checking";
  /** bytes that an earlier attempt had sent */
  resumedAt?: number | null;
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
  onPause?: () => void;
  onResume?: () => void;
  error?: string | null;
  disabled?: boolean;
  /** below the hint, while nothing is sent */
  children?: ReactNode;
};

/** One file by drag and drop or by button; then its progress with Pause and Cancel. Same height in both states. */
export function FileDrop({
  accept,
  hint,
  onFile,
  upload,
  error,
  disabled = false,
  children,
  ...actions
}: FileDropProps) {
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
        <UploadBar upload={upload} {...actions} />
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
          {children}
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

const stateWords = {
  sending: "",
  paused: "Paused",
  waiting: "No connection, trying again",
  checking: "Checking the file",
};

type UploadBarProps = Pick<FileDropProps, "onCancel" | "onPause" | "onResume"> & { upload: UploadProgress };

function UploadBar({ upload, onCancel, onPause, onResume }: UploadBarProps) {
  const { fileName, sentBytes, totalBytes, bytesPerSec, state = "sending", resumedAt = null } = upload;
  const left = bytesPerSec && state === "sending" ? ((totalBytes - sentBytes) / bytesPerSec) * 1000 : null;
  return (
    <div className="w-full max-w-xl text-left">
      <div className="flex items-center justify-between gap-1">
        <span className="min-w-0 flex-1 truncate font-medium">
          <bdi>{fileName}</bdi>
        </span>
        {onPause && (state === "sending" || state === "waiting") ? (
          <IconButton label="Pause upload" size="sm" onClick={onPause}>
            <Pause aria-hidden />
          </IconButton>
        ) : null}
        {onResume && state === "paused" ? (
          <Button size="sm" icon={<Play aria-hidden />} onClick={onResume}>
            Go on
          </Button>
        ) : null}
        {onCancel && state !== "checking" ? (
          <IconButton label="Cancel upload" size="sm" onClick={onCancel}>
            <X aria-hidden />
          </IconButton>
        ) : null}
      </div>
      <Progress
        value={totalBytes ? sentBytes / totalBytes : null}
        label={`Uploading ${fileName}`}
        tone={state === "paused" || state === "waiting" ? "attention" : "running"}
        size="md"
        className="my-1.5"
      />
      <div className="tnum flex min-h-4 flex-wrap justify-between gap-x-4 text-xs text-muted">
        <span>
          {formatBytes(sentBytes)} of {formatBytes(totalBytes)}
        </span>
        <span aria-live={state === "sending" ? "off" : "polite"}>
          {state === "sending" && bytesPerSec ? `${formatBytes(bytesPerSec)}/s` : stateWords[state]}
          {left === null ? "" : ` · about ${formatDuration(left)} left`}
        </span>
      </div>
      {resumedAt ? (
        <p className="text-xs text-muted">{`Goes on where it was: ${formatBytes(resumedAt)} were here already.`}</p>
      ) : null}
    </div>
  );
}
