import type { Manifest } from "#lib/recipes/manifest.ts";
import type { TrainingSpec } from "./protocol.ts";

/**
 * - `unknown`: never heard of this key
 * - `exited`: ended by itself; `exitCode` is its word
 * - `lost`: it was started, has ended, and left no word
 * - `unreachable`: cannot be asked now, which is never a failure
 */
export type JobState = "unknown" | "queued" | "running" | "exited" | "cancelled" | "lost" | "unreachable";

export type JobStatus = { state: JobState; exitCode?: number; engineId?: string };

export type JobSubmission = {
  spec: TrainingSpec;
  /** program to run with the run directory as its argument, relative to the repository */
  program: string;
  /** files that the run directory must hold; opened only when one is not there yet */
  files: Record<string, () => AsyncIterable<Uint8Array>>;
};

/** Takes one verified file at a time. It must drain `chunks`; a checksum fault is thrown from them at their end. */
export type ArtifactSink = (name: string, chunks: AsyncIterable<Uint8Array>) => Promise<void>;

/** A check and its outcome in words. */
export type Preflight = { name: string; ok: boolean; message: string };

/** Where jobs run. A key is `<runId>-a<attempt>`; the run directory belongs to the run, the key to the attempt. */
export type Executor = {
  name: string;
  check(): Promise<Preflight[]>;
  /** Idempotent by key. @throws AppError UPSTREAM (try again) or INVALID (never by itself) */
  submit(submission: JobSubmission): Promise<{ engineId: string; created: boolean }>;
  status(keys: readonly string[]): Promise<Map<string, JobStatus>>;
  /** Bytes from an offset on; for events only whole lines. An empty answer is not the job's end. */
  read(key: string, stream: "events" | "stdout", offset: number): Promise<{ bytes: Buffer; nextOffset: number }>;
  /** TERM, then KILL of the job's own process group. Returns only when it has ended. Idempotent. */
  cancel(key: string, graceSec: number): Promise<void>;
  /** Hands over every artifact with its sha256 verified. @throws AppError INVALID on a mismatch */
  collect(key: string, sink: ArtifactSink): Promise<Manifest>;
  /** Forgets the run directory of a job that has ended. */
  cleanup(key: string): Promise<void>;
};
