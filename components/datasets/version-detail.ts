import type { z } from "zod";
import type { versionGet } from "#lib/datasets/schema.ts";

/** What `version.get` answers. */
export type VersionDetail = z.infer<typeof versionGet.output>;
