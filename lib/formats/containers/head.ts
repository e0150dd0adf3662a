/** The first bytes of a stream, at most `most`, and whether that is all of it. */
export async function headOf(
  stream: AsyncIterable<Uint8Array>,
  most: number,
): Promise<{ bytes: Buffer; complete: boolean }> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > most) break;
  }
  const bytes = Buffer.concat(chunks);
  return { bytes: bytes.subarray(0, most), complete: size <= most };
}
