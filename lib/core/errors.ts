/** The eight things that can go wrong, and no more. */
export const errorCodes = [
  "NOT_FOUND",
  "FORBIDDEN",
  "UNAUTHENTICATED",
  "INVALID",
  "CONFLICT",
  "LIMIT",
  "UPSTREAM",
  "INTERNAL",
] as const;
export type ErrorCode = (typeof errorCodes)[number];

const httpStatus: Record<ErrorCode, number> = {
  NOT_FOUND: 404,
  FORBIDDEN: 403,
  UNAUTHENTICATED: 401,
  INVALID: 400,
  CONFLICT: 409,
  LIMIT: 429,
  UPSTREAM: 502,
  INTERNAL: 500,
};

/** Where in the input a fault lies (`labels.3`, `tickets.csv line 12`) and what the reader can do about it. */
export type ErrorDetail = {
  where?: string;
  todo?: string;
  /** one message per input field, for forms */
  fields?: Record<string, string>;
  /** HTTP status where the code's own is too general, such as 413 */
  status?: number;
  retryAfterSec?: number;
};

/** What an API answer carries under `error`. */
export type ErrorBody = { code: ErrorCode; message: string } & Omit<ErrorDetail, "status">;

/** The only error that reaches a person. Anything else becomes INTERNAL with a reference to the log. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly detail: ErrorDetail;

  constructor(code: ErrorCode, message: string, detail: ErrorDetail = {}) {
    super(message);
    this.name = "AppError";
    this.code = code;
    this.detail = detail;
  }

  get status(): number {
    return this.detail.status ?? httpStatus[this.code];
  }

  toBody(): ErrorBody {
    const { status: _status, ...detail } = this.detail;
    return { code: this.code, message: this.message, ...detail };
  }
}

/** The same answer for a foreign and for an absent thing, so that ids cannot be probed. */
export function notFound(what: string): AppError {
  return new AppError("NOT_FOUND", `There is no such ${what}.`, {
    todo: "Check the link, or whether you are in the right team.",
  });
}
