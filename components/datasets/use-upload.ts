"use client";

import { useCallback, useEffect, useRef, useState } from "react";
import type { UploadProgress } from "#components/ui/file-drop.tsx";
import { AppError } from "#lib/core/errors.ts";
import { type Upload, uploadCreate } from "#lib/datasets/schema.ts";
import { errorOf, urlOf } from "#lib/http/request.ts";

/** Rate over the last seconds, so that the remaining time follows the connection. */
function makeMeter() {
  let points: { at: number; bytes: number }[] = [];
  return (bytes: number): number | null => {
    const at = performance.now();
    points = [...points.filter((point) => at - point.at < 4_000), { at, bytes }];
    const first = points[0];
    if (!first || at - first.at < 500) return null;
    return ((bytes - first.bytes) / (at - first.at)) * 1000;
  };
}

/**
 * Sends a file with progress and cancel. XMLHttpRequest, because fetch tells nothing about what was sent.
 * Leaving the page while sending asks first.
 */
export function useUpload(projectId: string, onDone: (upload: Upload) => void) {
  const [progress, setProgress] = useState<UploadProgress | null>(null);
  const [error, setError] = useState<AppError | null>(null);
  const request = useRef<XMLHttpRequest | null>(null);
  const done = useRef(onDone);
  done.current = onDone;

  const send = useCallback(
    (file: File) => {
      setError(null);
      if (file.size === 0) {
        setError(new AppError("INVALID", "The file is empty.", { todo: "Choose another file." }));
        return;
      }
      const xhr = new XMLHttpRequest();
      const meter = makeMeter();
      const told = { fileName: file.name, totalBytes: file.size };
      request.current = xhr;
      setProgress({ ...told, sentBytes: 0, bytesPerSec: null });
      xhr.upload.onprogress = ({ loaded }) => setProgress({ ...told, sentBytes: loaded, bytesPerSec: meter(loaded) });
      xhr.onloadend = () => {
        request.current = null;
        setProgress(null);
      };
      xhr.onload = async () => {
        if (xhr.status === 201) done.current(JSON.parse(xhr.responseText) as Upload);
        else setError(await errorOf(new Response(xhr.responseText, { status: xhr.status })));
      };
      xhr.onerror = () => {
        setError(
          new AppError("UPSTREAM", "The connection broke.", { todo: "Nothing of the file was kept; choose it again." }),
        );
      };
      xhr.open("POST", urlOf(uploadCreate, { projectId, fileName: file.name }));
      xhr.setRequestHeader("content-type", "application/octet-stream");
      xhr.send(file);
    },
    [projectId],
  );

  const cancel = useCallback(() => request.current?.abort(), []);

  const sending = progress !== null;
  useEffect(() => {
    if (!sending) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [sending]);
  useEffect(() => () => request.current?.abort(), []);

  return { progress, error, send, cancel };
}
