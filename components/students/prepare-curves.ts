import type { Series } from "#components/charts/prepare-lines.ts";
import type { EpochRecord } from "#lib/recipes/manifest.ts";

/** Curves of a finished training. `refitFrom`: first pass that also learnt from the validation rows. */
export function prepareCurves(epochs: readonly EpochRecord[]): {
  loss: Series[];
  accuracy: Series[];
  refitFrom: number | null;
} {
  const points = (key: "loss" | "evalLoss" | "evalAccuracy") =>
    epochs.flatMap((epoch) => (epoch[key] === null ? [] : [{ x: epoch.epoch, y: epoch[key] }]));
  const series = (label: string, key: Parameters<typeof points>[0]): Series[] => {
    const found = points(key);
    return found.length > 0 ? [{ label, points: found }] : [];
  };
  return {
    loss: [...series("Training", "loss"), ...series("Validation", "evalLoss")],
    accuracy: series("Validation", "evalAccuracy"),
    refitFrom: epochs.find((epoch) => epoch.phase === "refit")?.epoch ?? null,
  };
}
