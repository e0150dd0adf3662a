import pino from "pino";
import { env } from "#lib/env.ts";

/** Structured log of web and workers. Secrets are never passed to it; the paths below are the second line of defence. */
export const log = pino({
  level: env.LOG_LEVEL,
  base: { pid: process.pid },
  redact: {
    paths: ["*.password", "*.key", "*.apiKey", "*.authorization", "*.token", "*.cookie"],
    censor: "[redacted]",
  },
});
