import { crc32, deflateRawSync, gzipSync } from "node:zlib";
import tar from "tar-stream";

type File = { name: string; bytes: Uint8Array | string; link?: string; encrypted?: boolean; method?: number };
export type Files = Record<string, Uint8Array | string> | File[];

function listOf(files: Files): File[] {
  return Array.isArray(files) ? files : Object.entries(files).map(([name, bytes]) => ({ name, bytes }));
}

/** A tar archive of files, for tests. */
export async function tarOf(files: Files): Promise<Buffer> {
  const pack = tar.pack();
  for (const { name, bytes, link } of listOf(files)) {
    if (link === undefined) pack.entry({ name }, Buffer.from(bytes));
    else pack.entry({ name, type: "symlink", linkname: link });
  }
  pack.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of pack as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export async function tarGzOf(files: Files): Promise<Buffer> {
  return gzipSync(await tarOf(files));
}

/** A zip archive of files, for tests: written by hand, so that it may be as hostile as is wanted. */
export function zipOf(files: Files): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, bytes, link, encrypted, method = 8 } of listOf(files)) {
    const content = Buffer.from(link ?? bytes);
    const packed = method === 8 ? deflateRawSync(content) : content;
    const title = Buffer.from(name);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0x800 + (encrypted ? 1 : 0), 2);
    common.writeUInt16LE(method, 4);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(title.length, 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), common, title, packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(link === undefined ? 0o100644 * 0x10000 : 0o120777 * 0x10000, 6);
    tail.writeUInt32LE(offset, 10);
    const made = Buffer.of(20, 3);
    directory.push(Buffer.concat([Buffer.from("PK\x01\x02"), made, common, tail, title]));
    parts.push(local);
    offset += local.length;
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(directory.length, 8);
  end.writeUInt16LE(directory.length, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, list, end]);
}
