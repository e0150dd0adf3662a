import { z } from "zod";

/** Why somebody trains in spite of leakage. */
export const LeakageOverride = z.object({
  reason: z.string().trim().min(10, "say why in at least 10 characters").max(500),
});
export type LeakageOverride = z.infer<typeof LeakageOverride>;
