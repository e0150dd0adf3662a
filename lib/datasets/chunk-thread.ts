/** The thread behind `chunksInThread`: gives chunks as long as it is not too far ahead of who writes them. */
import { once } from "node:events";
import { parentPort, workerData } from "node:worker_threads";
import { AppError } from "#lib/core/errors.ts";
import { storedFile } from "#lib/formats/open-source.ts";
import { chunksAhead, type ThreadInput, type ThreadNews } from "./chunk-reader.ts";
import { Chunker } from "./chunks.ts";

if (!parentPort) throw new Error("this file is run by chunk-reader.ts");
const port = parentPort;
const { plan, file } = workerData as ThreadInput;
const tell = (news: ThreadNews, moved: ArrayBuffer[] = []) => port.postMessage(news, moved);

let ahead = 0;
port.on("message", () => {
  ahead -= 1;
});
try {
  const chunker = new Chunker(plan);
  for await (const chunk of chunker.chunks(storedFile(file.key, file.bytes))) {
    // Handed over, not copied: a chunk's buffers are its own.
    const buffers = [...chunk.rows, ...chunk.rejections].map(({ buffer }) => buffer as ArrayBuffer);
    ahead += 1;
    tell({ chunk }, buffers);
    while (ahead > chunksAhead) await once(port, "message");
  }
  tell({ repeats: chunker.repeats });
} catch (error) {
  if (!(error instanceof AppError)) throw error;
  tell({ refused: { ...error.toBody(), status: error.status } });
}
port.close();
