import { randomUUID } from "node:crypto";
import { MemoryLocker, Server } from "@tus/server";
import { writeAudit } from "#lib/core/audit.ts";
import { db } from "#lib/core/db.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import { authoriseSending, begin, finishUpload } from "#lib/datasets/resumable.ts";
import { UploadStore } from "#lib/datasets/tus-store.ts";
import { tusPath } from "#lib/datasets/upload-schema.ts";
import { env } from "#lib/env.ts";
import { addressOf, callerOf, refuseCrossSite } from "./caller.ts";
import { always, asAppError, respondError } from "./dispatch.ts";

// One lock for an upload in this process, also over Next's hot reloads: a new request of its sender ends one that hangs.
const holder = globalThis as typeof globalThis & { __stillhouseUploadLocks?: MemoryLocker };

const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** What the protocol's own refusals mean. The statuses are the protocol's: clients act on them. */
function inWords(status: number, text: string): AppError {
  if (status === 404 || status === 410) return notFound("upload");
  if (status === 409) {
    return new AppError("CONFLICT", "This part does not begin where the upload ends.", {
      where: "Upload-Offset",
      todo: "Ask with HEAD how far it is, and go on from there.",
    });
  }
  if (status === 413)
    return new AppError("LIMIT", "There are more bytes than the upload was declared with.", { status });
  if (status >= 500)
    return new AppError("INTERNAL", "The part could not be stored.", { status, todo: "Go on with it." });
  return new AppError("INVALID", text.trim() || "This is not a request of the tus protocol.", { status });
}

/**
 * Resumable uploads by the tus protocol (https://tus.io/protocols/resumable-upload 1.0.0) below `/api/v1/uploads/tus`. Who may do what is
 * decided by the verbs `upload.begin` and `upload.get`; besides, only who began an upload adds to it.
 */
export async function resumableUpload(request: Request): Promise<Response> {
  const requestId = randomUUID();
  const what = `${request.method} ${tusPath}`;
  try {
    refuseCrossSite(request);
    const caller = await callerOf(request);
    const locker = holder.__stillhouseUploadLocks ?? new MemoryLocker();
    holder.__stillhouseUploadLocks = locker;
    let fault: AppError | null = null;
    const server = new Server({
      path: `/api/v1${tusPath}`,
      datastore: new UploadStore(),
      locker,
      relativeLocation: true,
      allowedOrigins: [],
      maxSize: env.MAX_UPLOAD_BYTES,
      disableTerminationForFinishedUploads: true,
      namingFunction: async (_request, metadata) => {
        const call = { actor: caller, signal: request.signal, ip: addressOf(request.headers) };
        const { projectId, filename } = metadata ?? {};
        const bytes = request.headers.get("upload-length");
        return (await begin.call(call, { projectId, fileName: filename || "upload", bytes })).id;
      },
      onIncomingRequest: async (_request, id) => {
        if (!uuid.test(id)) throw notFound("upload");
        await authoriseSending({ actor: caller }, id);
      },
      onUploadFinish: async (_request, { id }) => {
        await finishUpload(id);
        return {};
      },
      onResponseError: (_request, error) => {
        const { status_code: status, body } = error as { status_code?: number; body?: string };
        fault = status === undefined ? asAppError(error, requestId, what) : inWords(status, body ?? "");
        return { status_code: fault.status, body: "" };
      },
    });
    const answer = await server.handleWeb(request);
    if (answer.status < 400) {
      if (request.method === "DELETE") {
        const targetId = new URL(request.url).pathname.split("/").at(-1) ?? null;
        await writeAudit(db, caller, { action: "upload.cancel", targetId, data: {} });
      }
      for (const [name, value] of Object.entries({ ...always, "x-request-id": requestId }))
        answer.headers.set(name, value);
      return answer;
    }
    return respondError(fault ?? inWords(answer.status, await answer.text()), requestId, { "tus-resumable": "1.0.0" });
  } catch (error) {
    return respondError(asAppError(error, requestId, what), requestId, { "tus-resumable": "1.0.0" });
  }
}
