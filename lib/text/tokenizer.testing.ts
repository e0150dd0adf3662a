/** Small tokenizers in the real format, made by hand, so that tests know every token. */

/** GPT-2's letters of the 256 bytes, in the order of the bytes. */
function byteLetters(): string[] {
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
    return String.fromCharCode(printable ? byte : next++);
  });
}

/** Byte-level BPE as of GPT-2: a token a byte, but for "the", " the" and "er". `<|end|>` is a special token. */
export function tinyBpe(change: Record<string, unknown> = {}): string {
  const merges = ["t h", "th e", "Ġ the", "e r"];
  const pieces = [...byteLetters(), ...merges.map((merge) => merge.replace(" ", ""))];
  const vocab = Object.fromEntries(pieces.map((piece, id) => [piece, id]));
  const end = {
    id: pieces.length,
    content: "<|end|>",
    special: true,
    normalized: false,
    lstrip: false,
    rstrip: false,
    single_word: false,
  };
  return JSON.stringify({
    version: "1.0",
    added_tokens: [end],
    normalizer: null,
    pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
    post_processor: null,
    decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: { type: "BPE", dropout: null, unk_token: null, vocab, merges, byte_fallback: false },
    ...change,
  });
}

/** WordPiece as of BERT, with [CLS] and [SEP] around: token, ##s, ##ize, play, ##ing, the, é's plain letter and the full stop. */
export function tinyWordPiece(): string {
  const pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "token", "##s", "##ize", "play", "##ing", "the", "cafe", "."];
  const special = [0, 1, 2, 3].map((id) => ({
    id,
    content: pieces[id],
    special: true,
    normalized: false,
    lstrip: false,
    rstrip: false,
    single_word: false,
  }));
  return JSON.stringify({
    version: "1.0",
    added_tokens: special,
    normalizer: {
      type: "BertNormalizer",
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true,
    },
    pre_tokenizer: { type: "BertPreTokenizer" },
    post_processor: { type: "BertProcessing", sep: ["[SEP]", 3], cls: ["[CLS]", 2] },
    decoder: { type: "WordPiece", prefix: "##", cleanup: true },
    model: {
      type: "WordPiece",
      unk_token: "[UNK]",
      continuing_subword_prefix: "##",
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(pieces.map((piece, id) => [piece, id])),
    },
  });
}
