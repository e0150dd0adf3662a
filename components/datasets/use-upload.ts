"use client";

import { useCallback, useEffect, useRef, useState } from "react";
import type { DetailedError, Upload } from "tus-js-client";
import { useViewer } from "#components/shell/viewer.tsx";
import type { UploadProgress } from "#components/ui/file-drop.tsx";
import { AppError } from "#lib/core/errors.ts";
import { tusPath } from "#lib/datasets/upload-schema.ts";
import { errorOf } from "#lib/http/request.ts";
import { fingerprintOf, latest, type Unfinished, unfinishedOf } from "./upload-memory.ts";

/** Bytes in one request: small enough to get through time limits of proxies on a slow line. */
const partBytes = 16 * 1024 * 1024;
/** About ten minutes of trying before a person is asked. */
const retryDelays = [500, 1_000, 2_000, 4_000, 8_000, 15_000, ...Array<number>(18).fill(30_000)];
/** What a further attempt would meet again. */
const final = new Set([400, 403, 404, 405, 410, 412, 413, 415]);

/** Rate over the last seconds, so that the remaining time follows the connection. */
function makeMeter() {
  let points: { at: number; bytes: number }[] = [];
  return (bytes: number): number | null => {
    const at = performance.now();
    points = [...points.filter((point) => at - point.at < 4_000 && point.bytes <= bytes), { at, bytes }];
    const first = points[0];
    if (!first || at - first.at < 500) return null;
    return ((bytes - first.bytes) / (at - first.at)) * 1000;
  };
}

async function wordsOf(error: Error | DetailedError): Promise<AppError> {
  const answer = "originalResponse" in error ? error.originalResponse : null;
  if (answer) return errorOf(new Response(answer.getBody() || null, { status: answer.getStatus() }));
  return new AppError("UPSTREAM", "The connection broke.", { todo: "What was sent is kept: go on when it is back." });
}

const statusOf = (error: DetailedError) => error.originalResponse?.getStatus() ?? 0;

/**
 * Sends a file by the tus protocol: a broken connection is tried again by itself, a closed tab or a restarted server goes on where it
 * was once the same file is chosen again. Leaving the page while sending asks first.
 * @param onDone gets the id of the complete upload
 */
export function useUpload(projectId: string, onDone: (uploadId: string) => void) {
  const { userId } = useViewer();
  const [progress, setProgress] = useState<UploadProgress | null>(null);
  const [error, setError] = useState<AppError | null>(null);
  const [unfinished, setUnfinished] = useState<Unfinished[]>([]);
  const current = useRef<Upload | null>(null);
  const done = useRef(onDone);
  done.current = onDone;

  const remember = useCallback(async () => {
    const { defaultOptions } = await import("tus-js-client");
    setUnfinished(await unfinishedOf(defaultOptions.urlStorage, projectId, userId, Date.now()));
  }, [projectId, userId]);

  const send = useCallback(
    async (file: File, { resumable = true } = {}) => {
      setError(null);
      if (file.size === 0) {
        setError(new AppError("INVALID", "The file is empty.", { todo: "Choose another file." }));
        return;
      }
      const told = { fileName: file.name, totalBytes: file.size, bytesPerSec: null, resumedAt: null };
      setProgress({ ...told, sentBytes: 0, state: "sending" });
      const { Upload } = await import("tus-js-client");
      let meter = makeMeter();
      let wasThere = false;
      const patch = (change: Partial<UploadProgress>) => setProgress((before) => before && { ...before, ...change });
      const upload = new Upload(file, {
        endpoint: `${window.location.origin}/api/v1${tusPath}`,
        metadata: { projectId, filename: file.name },
        chunkSize: partBytes,
        retryDelays,
        storeFingerprintForResuming: resumable,
        removeFingerprintOnSuccess: true,
        fingerprint: async () => fingerprintOf(projectId, userId, file),
        onAfterResponse: (request, response) => {
          // A server that is just starting must not be taken for one that has lost the upload.
          if (request.getMethod() === "HEAD" && response.getStatus() >= 500) throw new Error("not ready");
        },
        onShouldRetry: (failed) => {
          meter = makeMeter();
          const again = statusOf(failed) === 0 || statusOf(failed) === 409 || statusOf(failed) === 423;
          const retry = again || (statusOf(failed) >= 500 && statusOf(failed) !== 507);
          if (retry) patch({ state: "waiting", bytesPerSec: null });
          return retry;
        },
        onProgress: (sentBytes) => {
          const state = sentBytes === file.size ? "checking" : "sending";
          patch({ sentBytes, state, bytesPerSec: meter(sentBytes), ...(wasThere ? { resumedAt: sentBytes } : {}) });
          wasThere = false;
        },
        onError: async (failed) => {
          setError(await wordsOf(failed));
          if ("originalResponse" in failed && final.has(statusOf(failed))) {
            current.current = null;
            setProgress(null);
          } else patch({ state: "paused", bytesPerSec: null });
        },
        onSuccess: () => {
          current.current = null;
          const id = upload.url?.split("/").at(-1);
          if (id) done.current(id);
        },
      });
      current.current = upload;
      const before = resumable ? latest(await upload.findPreviousUploads(), Date.now()) : null;
      if (before) {
        wasThere = true;
        upload.resumeFromPreviousUpload(before);
      }
      if (current.current === upload) upload.start();
    },
    [projectId, userId],
  );

  const pause = useCallback(() => {
    void current.current?.abort();
    setProgress((before) => before && { ...before, state: "paused", bytesPerSec: null });
  }, []);
  const resume = useCallback(() => {
    setError(null);
    setProgress((before) => before && { ...before, state: "sending" });
    current.current?.start();
  }, []);
  const cancel = useCallback(() => {
    // what cannot be removed now is swept by the server after a day
    void current.current?.abort(true).catch(() => undefined);
    current.current = null;
    setError(null);
    setProgress(null);
  }, []);
  const discard = useCallback(
    async ({ key, url }: Unfinished) => {
      const { defaultOptions, Upload } = await import("tus-js-client");
      await defaultOptions.urlStorage.removeUpload(key);
      await Upload.terminate(url, { retryDelays: null }).catch(() => undefined);
      await remember();
    },
    [remember],
  );

  const sending = progress !== null;
  useEffect(() => {
    if (!sending) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [sending]);
  useEffect(() => {
    if (!sending) void remember();
  }, [sending, remember]);

  const broken = progress?.state === "paused" && error?.code === "UPSTREAM";
  useEffect(() => {
    if (!broken) return;
    window.addEventListener("online", resume);
    return () => window.removeEventListener("online", resume);
  }, [broken, resume]);
  useEffect(() => () => void current.current?.abort(), []);

  return { progress, error, unfinished, send, pause, resume, cancel, discard };
}
