import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { TrainingSpec } from "#lib/executors/protocol.ts";
import { sha256Of } from "#lib/recipes/checksum.ts";
import { FEATURES_VERSION } from "#lib/recipes/cpu-softmax/features.ts";
import { MODEL_FILE } from "#lib/recipes/cpu-softmax/predict.ts";
import type { CpuSoftmaxParams } from "#lib/recipes/cpu-softmax/recipe.ts";
import { MANIFEST_FILE, type Manifest } from "#lib/recipes/manifest.ts";
import { encodeSafetensors, tensor } from "#lib/recipes/safetensors.ts";
import type { FitResult } from "./fit.ts";
import { modelCard } from "./model-card.ts";
import type { Prepared } from "./rows.ts";

/** Writes model, model card and, last and by rename of the whole folder, the manifest that vouches for them. */
export function exportStudent(
  folder: string,
  spec: TrainingSpec,
  params: CpuSoftmaxParams,
  prepared: Prepared,
  { trainer, state }: FitResult,
): Manifest {
  const { vocabulary, labels, data } = prepared;
  const model = Buffer.concat(
    encodeSafetensors(
      {
        hashes: tensor(vocabulary.hashes, [vocabulary.size]),
        idf: tensor(vocabulary.idf, [vocabulary.size]),
        weight: tensor(trainer.weight, [vocabulary.size, labels.length]),
        bias: tensor(trainer.bias, [labels.length]),
      },
      // Enough to use the weights without the manifest.
      {
        recipe: spec.recipe,
        features: FEATURES_VERSION,
        temperature: String(state.temperature),
        labels: JSON.stringify(labels),
      },
    ),
  );
  const draft: Omit<Manifest, "files"> = {
    v: 1,
    recipe: spec.recipe,
    name: spec.name,
    featuresVersion: FEATURES_VERSION,
    params,
    seed: params.seed,
    labels,
    data: {
      rows: data.rows,
      dropped: prepared.dropped + prepared.sampledAway,
      validationRows: prepared.validation.length,
      features: vocabulary.size,
      sha256: prepared.sha256,
    },
    provenance: spec.provenance,
    training: {
      ms: Math.round(state.elapsedMs),
      epochs: state.epochs,
      temperature: state.temperature,
      validation: state.validation,
    },
    createdBy: spec.createdBy,
    createdAt: new Date().toISOString(),
  };
  const files: Record<string, Buffer> = { [MODEL_FILE]: model, "model-card.md": Buffer.from(modelCard(draft)) };
  const manifest: Manifest = {
    ...draft,
    files: Object.entries(files).map(([name, bytes]) => ({ name, bytes: bytes.length, sha256: sha256Of(bytes) })),
  };
  const fresh = `${folder}.part`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  for (const [name, bytes] of Object.entries(files)) writeFileSync(path.join(fresh, name), bytes);
  writeFileSync(path.join(fresh, MANIFEST_FILE), JSON.stringify(manifest, null, 2));
  rmSync(folder, { recursive: true, force: true });
  renameSync(fresh, folder);
  return manifest;
}
