import { accuracy } from "./accuracy.ts";
import { kappa } from "./kappa.ts";
import { macroF1 } from "./macro-f1.ts";
import type { Metric } from "./types.ts";

/** Every quality metric of a report, in the order of its table. A new one is its file and a line here. */
export const metrics: readonly Metric[] = [accuracy, macroF1, kappa];
