import { randomUUID } from "node:crypto";
import type { Actor } from "#lib/core/actor.ts";
import { db } from "#lib/core/db.ts";
import { writeStorage } from "#lib/core/storage.ts";
import { sha256Of } from "#lib/recipes/checksum.ts";
import { FEATURES_VERSION } from "#lib/recipes/cpu-softmax/features.ts";
import { MODEL_FILE } from "#lib/recipes/cpu-softmax/predict.ts";
import { DocumentFrequencies } from "#lib/recipes/cpu-softmax/vocabulary.ts";
import { MANIFEST_FILE, Manifest } from "#lib/recipes/manifest.ts";
import { encodeSafetensors, tensor } from "#lib/recipes/safetensors.ts";

/** A student with real files that knows two words: "apple" is a fruit, "carrot" a vegetable. */
export async function makeStudent(actor: Actor, projectId: string, datasetVersionId: string): Promise<string> {
  const labels = ["fruit", "vegetable"];
  const frequencies = new DocumentFrequencies();
  for (const text of ["apple", "carrot"]) frequencies.add(text);
  const vocabulary = frequencies.vocabulary(1, 1000);
  const weight = new Float32Array(vocabulary.size * 2);
  for (const [label, text] of ["apple", "carrot"].entries()) {
    vocabulary.vectorise(text);
    for (const column of vocabulary.columns.subarray(0, vocabulary.count)) weight[column * 2 + label] = 3;
  }
  const encoded = encodeSafetensors({
    hashes: tensor(vocabulary.hashes, [vocabulary.size]),
    idf: tensor(vocabulary.idf, [vocabulary.size]),
    weight: tensor(weight, [vocabulary.size, 2]),
    bias: tensor(new Float32Array(2), [2]),
  });
  const model = Buffer.concat([...(encoded instanceof Uint8Array ? [encoded] : encoded)]);
  const runId = randomUUID();
  const manifest = Manifest.parse({
    v: 1,
    recipe: "cpu-softmax",
    name: "Two words",
    featuresVersion: FEATURES_VERSION,
    params: {},
    seed: 1,
    labels,
    files: [{ name: MODEL_FILE, bytes: model.byteLength, sha256: sha256Of(model) }],
    data: { rows: 2, dropped: 0, validationRows: 0, features: vocabulary.size, sha256: sha256Of(model) },
    provenance: {
      projectId,
      runId,
      datasetVersionId,
      datasetName: "Data",
      datasetVersionNumber: 1,
      datasetContentHash: null,
      generationRunId: null,
      teacherModel: null,
      labelSource: "gold",
      goldRows: 2,
      teacherRows: 0,
      simulated: false,
    },
    training: { ms: 1, epochs: [], temperature: 1, validation: null },
    createdBy: "test",
    createdAt: new Date().toISOString(),
  });
  const storageKey = `students/${runId}`;
  await writeStorage(`${storageKey}/${MODEL_FILE}`, chunks(model));
  await writeStorage(`${storageKey}/${MANIFEST_FILE}`, chunks(Buffer.from(JSON.stringify(manifest))));
  const student = await db.student.create({
    data: {
      teamId: actor.teamId,
      projectId,
      runId,
      name: "Two words",
      recipe: "cpu-softmax",
      storageKey,
      manifest: manifest as object,
      sizeBytes: BigInt(model.byteLength),
      datasetVersionId,
      labelSource: "gold",
      trainRows: 2,
      trainMs: 1n,
    },
  });
  return student.id;
}

/** Bytes as the stream that the storage takes. */
export async function* chunks(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
