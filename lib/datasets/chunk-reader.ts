import { once } from "node:events";
import { Worker as Thread } from "node:worker_threads";
import { AppError, type ErrorBody } from "#lib/core/errors.ts";
import { storedFile } from "#lib/formats/open-source.ts";
import { Chunker, type ImportPlan } from "./chunks.ts";
import type { Chunk } from "./load.ts";
import type { RepeatCount } from "./repeat-count.ts";
import { Tally } from "./tally.ts";

/** A file in the storage. */
export type Stored = { key: string; bytes: number };

/** Gives an import its chunks; behind the last one it knows what they hold. */
export type ChunkReader = {
  /** @throws AppError INVALID when the file is mostly bad or damaged, LIMIT for an archive that unpacks to too much */
  chunks(): AsyncGenerator<Chunk>;
  readonly tally: Tally;
  /** see `Chunker.repeats` */
  readonly repeats: RepeatCount["counts"];
};

export type ThreadInput = { plan: ImportPlan; file: Stored };
/** What the thread says: a chunk, its end, or why it cannot go on. */
export type ThreadNews =
  | { chunk: Chunk }
  | { repeats: RepeatCount["counts"] }
  | { refused: ErrorBody & { status: number } };

/** Chunks that the thread may be ahead of us. */
export const chunksAhead = 2;
const youngGenerationMb = 24;

/** Reads where the caller runs: for small files, which are done before a thread has started. */
export function chunksHere(plan: ImportPlan, file: Stored): ChunkReader {
  const chunker = new Chunker(plan);
  return {
    chunks: () => chunker.chunks(storedFile(file.key, file.bytes)),
    tally: chunker.tally,
    get repeats() {
      return chunker.repeats;
    },
  };
}

/** Reads, checks and packs in a thread of its own, so that this one is free to send to the database. */
export function chunksInThread(plan: ImportPlan, file: Stored): ChunkReader {
  let at = plan.from;
  let repeats: RepeatCount["counts"] = null;
  return {
    async *chunks() {
      const thread = new Thread(new URL("./chunk-thread.ts", import.meta.url), {
        workerData: { plan, file } satisfies ThreadInput,
        execArgv: [],
        resourceLimits: { maxYoungGenerationSizeMb: youngGenerationMb },
      });
      const stopped = new AbortController();
      const dead = once(thread, "exit", { signal: stopped.signal }).then(() => {
        throw new Error("the thread that read the file ended too soon");
      });
      dead.catch(() => undefined);
      const told: ThreadNews[] = [];
      thread.on("message", (news: ThreadNews) => told.push(news));
      const failed = once(thread, "error", { signal: stopped.signal }).then(([error]) => {
        throw error;
      });
      failed.catch(() => undefined);
      try {
        for (;;) {
          while (told.length === 0)
            await Promise.race([once(thread, "message", { signal: stopped.signal }), dead, failed]);
          const news = told.shift() as ThreadNews;
          if ("refused" in news) {
            const { code, message, ...detail } = news.refused;
            throw new AppError(code, message, detail);
          }
          if ("repeats" in news) {
            repeats = news.repeats;
            return;
          }
          at = news.chunk.checkpoint;
          yield news.chunk;
          thread.postMessage("next");
        }
      } finally {
        stopped.abort();
        await thread.terminate();
      }
    },
    get tally() {
      return new Tally(at);
    },
    get repeats() {
      return repeats;
    },
  };
}
