/** Endpoints people use most; a preset only fills the form. */
export const presets = [
  { id: "openai", label: "OpenAI", baseUrl: "https://api.openai.com/v1", model: "gpt-4o", key: true },
  { id: "openrouter", label: "OpenRouter", baseUrl: "https://openrouter.ai/api/v1", model: "openai/gpt-4o", key: true },
  { id: "mistral", label: "Mistral", baseUrl: "https://api.mistral.ai/v1", model: "mistral-large-latest", key: true },
  { id: "vllm", label: "vLLM", baseUrl: "http://localhost:8000/v1", model: "", key: false },
  { id: "ollama", label: "Ollama", baseUrl: "http://localhost:11434/v1", model: "llama3.3", key: false },
] as const;

/** Micro-dollars per million tokens as dollars, for a form field. */
export function dollarsOf(micros: number): number {
  return micros / 1_000_000;
}

/** Dollars as typed to whole micro-dollars; null while the field is empty or no number. */
export function microsOf(dollars: number | null): number | null {
  return dollars === null || !Number.isFinite(dollars) ? null : Math.round(dollars * 1_000_000);
}

/** `book:openai/gpt-4o@2026-09-22` in words. */
export function sourceWords(source: string): string {
  const [, model, day] = /^book:(.+)@(\d{4}-\d{2}-\d{2})$/.exec(source) ?? [];
  return model && day ? `price book: ${model}, looked up ${day}` : "typed in";
}
