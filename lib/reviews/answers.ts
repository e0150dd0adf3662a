import { AppError } from "#lib/core/errors.ts";
import { answerJudge } from "#lib/generation/answer.ts";
import type { ReviewTask } from "./schema.ts";

/**
 * Makes the check of what reviewers type: the label exactly as the task spells it, JSON that follows the schema (as canonical JSON), or a
 * text that is not blank. Prepared once a request.
 * @returns the answer to store. @throws AppError INVALID
 */
export function answerChecker(task: ReviewTask): (answer: string | null) => string {
  const labels = new Set(task.labels);
  const judge = task.kind === "extraction" ? answerJudge({ ...task, jsonSchema: task.jsonSchema ?? {} }) : null;
  return (answer) => {
    if (answer === null || answer.trim() === "") {
      throw new AppError("INVALID", "A correction needs an answer.", { where: "answer", todo: "Type or choose one." });
    }
    if (task.kind === "classification" && !labels.has(answer)) {
      throw new AppError("INVALID", `"${answer.slice(0, 100)}" is none of the labels.`, {
        where: "answer",
        todo: "Choose one of the review's labels.",
      });
    }
    if (!judge) return answer;
    const judged = judge({ text: answer, refusal: null, finish: "stop" });
    if (judged.answer === null) {
      throw new AppError("INVALID", judged.error ?? "The answer does not follow the schema.", {
        where: "answer",
        todo: "Correct the JSON.",
      });
    }
    return judged.answer;
  };
}
