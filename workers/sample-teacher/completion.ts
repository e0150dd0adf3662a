/** One chat completion in the protocol's own words; pure, so that the server is only about sockets. */
import { z } from "zod";
import { hash32 } from "#lib/sample/random.ts";
import { answerTicket } from "#lib/sample/teacher.ts";
import { writeRows } from "#lib/sample/writer.ts";

export const sampleModel = "sample-teacher";
/** Every answer says what it is: in a header, in the fingerprint and in the model list. */
export const simulatedMark = "simulated";

const Content = z.union([
  z.string(),
  z
    .array(z.looseObject({ type: z.string(), text: z.string().optional() }))
    .transform((parts) => parts.map((part) => part.text ?? "").join("")),
]);

/** The part of the protocol that the sample teacher understands; other fields are accepted and have no effect. */
export const CompletionRequest = z.looseObject({
  model: z.string(),
  messages: z.array(z.looseObject({ role: z.string(), content: Content })).min(1),
  stream: z.boolean().nullish(),
  logprobs: z.boolean().nullish(),
  top_logprobs: z.number().int().min(0).max(20).nullish(),
  max_tokens: z.number().int().positive().nullish(),
  max_completion_tokens: z.number().int().positive().nullish(),
});
export type CompletionRequest = z.infer<typeof CompletionRequest>;

/** Answers the last user message. `created` is in seconds, as the protocol wants it. */
export function complete(request: CompletionRequest, createdSec: number) {
  const message = request.messages.findLast(({ role }) => role === "user")?.content ?? "";
  const ticket = ticketIn(message);
  const rows = writeRows(message);
  const { text, candidates } = rows === null ? answerTicket(ticket) : { text: rows, candidates: [] };
  const limit = request.max_completion_tokens ?? request.max_tokens ?? Number.POSITIVE_INFINITY;
  const cut = countTokens(text) > limit;
  const content = cut ? text.slice(0, limit * charactersPerToken) : text;
  const promptTokens = request.messages.reduce(
    (sum, message) => sum + countTokens(message.content) + tokensPerMessage,
    3,
  );
  const completionTokens = countTokens(content);

  return {
    id: `chatcmpl-simulated-${hash32(ticket).toString(16).padStart(8, "0")}`,
    object: "chat.completion",
    created: createdSec,
    model: request.model,
    system_fingerprint: simulatedMark,
    choices: [
      {
        index: 0,
        message: { role: "assistant", content, refusal: null },
        finish_reason: cut ? "length" : "stop",
        logprobs: request.logprobs
          ? { content: [labelLogprobs(content, candidates, request.top_logprobs ?? 0)], refusal: null }
          : null,
      },
    ],
    usage: {
      prompt_tokens: promptTokens,
      completion_tokens: completionTokens,
      total_tokens: promptTokens + completionTokens,
    },
  };
}

/** The ticket inside a prompt: labelling tools like to put words around what they ask about. */
function ticketIn(content: string): string {
  const start = content.indexOf("Subject: ");
  return start < 0 ? content.trim() : content.slice(start).trim();
}

const charactersPerToken = 4;
const tokensPerMessage = 4;

/** A rough count, good enough for a simulation: four characters a token, as English text has on average. */
function countTokens(text: string): number {
  return Math.ceil(text.length / charactersPerToken);
}

/** The whole answer as one token with the probabilities of its alternatives. Real models split labels into several tokens. */
function labelLogprobs(content: string, candidates: { queue: string; probability: number }[], top: number) {
  const entry = (token: string, probability: number) => ({
    token,
    logprob: Math.log(probability),
    bytes: [...Buffer.from(token)],
  });
  const said = candidates.find(({ queue }) => queue === content);
  return {
    ...entry(content, said?.probability ?? 0.5),
    top_logprobs: candidates.slice(0, top).map(({ queue, probability }) => entry(queue, probability)),
  };
}
