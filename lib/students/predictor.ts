import { buffer } from "node:stream/consumers";
import { AppError } from "#lib/core/errors.ts";
import { readStorage } from "#lib/core/storage.ts";
import { sha256Of, verifyFile } from "#lib/recipes/checksum.ts";
import { CpuSoftmaxPredictor, MODEL_FILE } from "#lib/recipes/cpu-softmax/predict.ts";
import { Manifest } from "#lib/recipes/manifest.ts";

/** Memory that loaded students may take together in one process. */
const CACHE_BYTES = 512 * 1024 * 1024;
const WARM_UP = 50;

type Stored = { id: string; storageKey: string; manifest: unknown; name: string };

/** Least recently used first: a Map keeps the order in which keys were set. */
const loaded = new Map<string, CpuSoftmaxPredictor>();
/** one load per student at a time, however many ask */
const loading = new Map<string, Promise<CpuSoftmaxPredictor>>();

/** @throws AppError INVALID when the stored manifest is not one */
export function manifestOf(student: Pick<Stored, "manifest" | "name">): Manifest {
  const parsed = Manifest.safeParse(student.manifest);
  if (parsed.success) return parsed.data;
  throw new AppError("INVALID", `The manifest of ${student.name} cannot be read.`, {
    where: student.name,
    todo: "Restore it from a backup, or train the student again.",
  });
}

/**
 * A student ready to answer, from memory or from its files. The model file's checksum is verified on every load.
 * @throws AppError INVALID when a file is missing, changed or does not fit this version of Stillhouse
 */
export async function loadPredictor(student: Stored): Promise<CpuSoftmaxPredictor> {
  const known = loaded.get(student.id);
  if (known) {
    loaded.delete(student.id);
    loaded.set(student.id, known);
    return known;
  }
  const started = loading.get(student.id) ?? load(student).finally(() => loading.delete(student.id));
  loading.set(student.id, started);
  return started;
}

async function load(student: Stored): Promise<CpuSoftmaxPredictor> {
  const manifest = manifestOf(student);
  const wanted = manifest.files.find((file) => file.name === MODEL_FILE);
  const bytes = await buffer(readStorage(`${student.storageKey}/${MODEL_FILE}`)).catch(() => null);
  if (!wanted || !bytes) {
    throw new AppError("INVALID", `The model file of ${student.name} is missing.`, {
      where: MODEL_FILE,
      todo: "Restore it from a backup, or train the student again.",
    });
  }
  verifyFile(MODEL_FILE, { bytes: bytes.length, sha256: sha256Of(bytes) }, wanted);
  const predictor = new CpuSoftmaxPredictor(manifest, bytes);
  // The first answers of a process are slow until the engine has compiled the loops; nobody should see those times.
  for (let i = 0; i < WARM_UP; i++) predictor.predict(manifest.labels[i % manifest.labels.length] ?? "");
  loaded.set(student.id, predictor);
  evict();
  return predictor;
}

/** Forgets the least recently used students until the rest fits; the newest always stays. */
function evict(): void {
  let bytes = 0;
  for (const predictor of loaded.values()) bytes += predictor.bytes;
  for (const [id, predictor] of loaded) {
    if (bytes <= CACHE_BYTES || loaded.size === 1) return;
    loaded.delete(id);
    bytes -= predictor.bytes;
  }
}

/** After a deletion. Other processes let go of theirs when they need the room. */
export function forgetPredictor(studentId: string): void {
  loaded.delete(studentId);
}
