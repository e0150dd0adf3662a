import { seededRandom } from "#lib/sample/random.ts";

const words =
  "the device in meeting room does not connect any more since this morning printer password reset account invoice refund order delivery late broken screen login error please help urgent customer wants money back card declined transfer pending limit".split(
    " ",
  );
/** Words that occur once in 1,000, 10,000 … texts, so that searches of all kinds of rarity can be asked for. */
export const rareWords = Array.from({ length: 400 }, (_, index) => `zx${(index * 7919).toString(36)}qv`);

/** Sentences to cut texts from: making each word by word would take longer than importing them. */
function sentences(chars: number): string[] {
  const random = seededRandom(`bench ${chars}`);
  return Array.from({ length: 4_001 }, () => {
    let text = "";
    while (text.length < chars) text += `${random.pick(words)} `;
    return text.slice(0, chars).trim();
  });
}

/** JSONL of `count` different rows of about `rowBytes` each; row `i` is the same in every file. */
export function jsonl(count: number, rowBytes: number): ReadableStream<Uint8Array> {
  const texts = sentences(Math.max(20, rowBytes - 70));
  let row = 0;
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      let text = "";
      for (const end = Math.min(count, row + 1_000); row < end; row += 1) {
        // A word that about 1 in 30 … 1 in 1,000,000 rows has.
        const rare = row % 31 === 0 ? ` ${rareWords[Math.floor(Math.sqrt(row / 31)) % rareWords.length]}` : "";
        text += `{"input":"Ticket ${row}${rare}: ${texts[(row * 31) % texts.length]}","output":"queue_${row % 40}"}\n`;
      }
      controller.enqueue(Buffer.from(text));
      if (row >= count) controller.close();
    },
  });
}
