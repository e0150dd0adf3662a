/** What a key looks like when an endpoint echoes somebody's: OpenAI, Anthropic, OpenRouter, Groq and bearer headers. */
const keyShapes = /\b(?:sk|gsk|rk|pk|xai|hf|nvapi)[-_][A-Za-z0-9_-]{16,}|\bBearer\s+[A-Za-z0-9._~+/=-]{8,}/g;

/**
 * Makes a function that blanks a key in any text that leaves the client: messages, raw answers, log lines.
 * Covers the key itself, its URL- and JSON-escaped spellings, and anything that has the shape of a key.
 */
export function redactor(key: string | null): (text: string) => string {
  const spellings = new Set<string>();
  if (key && key.length >= 4) {
    for (const spelling of [
      key,
      encodeURIComponent(key),
      JSON.stringify(key).slice(1, -1),
      Buffer.from(key).toString("base64"),
    ])
      spellings.add(spelling);
  }
  return (text) => {
    let clean = text;
    for (const spelling of spellings) clean = clean.replaceAll(spelling, "[key redacted]");
    return clean.replace(keyShapes, "[key redacted]");
  };
}
