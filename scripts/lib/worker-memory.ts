/**
 * How a worker process is started so that its memory stays small while it streams: V8's young generation is kept at 3 x 16 MB, and the C
 * library gives freed buffers back instead of keeping a pool per thread. Measured on imports: 80 to 100 MB less, at the same speed.
 */
export const workerMemory = {
  flags: ["--max-semi-space-size=16"],
  env: { MALLOC_ARENA_MAX: "2" },
} as const;
