import { exitCodes } from "#lib/executors/protocol.ts";

/** Ends the trainer with an exit code that the retry table knows, and a message for a person. */
export class TrainerFailure extends Error {
  readonly code: string;
  readonly exitCode: number;

  constructor(code: string, exitCode: number, message: string) {
    super(message);
    this.name = "TrainerFailure";
    this.code = code;
    this.exitCode = exitCode;
  }
}

export function badInput(code: string, message: string): TrainerFailure {
  return new TrainerFailure(code, exitCodes.badInput, message);
}

/** Sorts what went wrong by what can be done about it. */
export function asFailure(error: unknown): TrainerFailure {
  if (error instanceof TrainerFailure) return error;
  const { code = "", message } = error instanceof Error ? (error as NodeJS.ErrnoException) : { message: String(error) };
  if (code === "ERR_MEMORY_ALLOCATION_FAILED" || /allocation failed|Invalid typed array length/i.test(message)) {
    return new TrainerFailure(
      "out_of_memory",
      exitCodes.outOfMemory,
      'Not enough memory. Lower "Most features" or train on fewer rows.',
    );
  }
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new TrainerFailure("disk_full", exitCodes.environment, "The disk is full. Free some space, then retry.");
  }
  if (["EACCES", "ENOENT", "EROFS", "EIO"].includes(code)) {
    return new TrainerFailure("environment", exitCodes.environment, `A file cannot be used: ${message}`);
  }
  return new TrainerFailure("failed", exitCodes.failed, message);
}
