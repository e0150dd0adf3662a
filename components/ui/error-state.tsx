"use client";

import { CircleAlert, RotateCw } from "lucide-react";
import type { ReactNode } from "react";
import { AppError, type ErrorCode } from "#lib/core/errors.ts";
import { Button } from "./button.tsx";

const titles: Record<ErrorCode, string> = {
  NOT_FOUND: "Not found",
  FORBIDDEN: "Your role does not allow this",
  UNAUTHENTICATED: "You are signed out",
  INVALID: "The request was not understood",
  CONFLICT: "Something changed in the meantime",
  LIMIT: "Too much at once",
  UPSTREAM: "Another service did not answer",
  INTERNAL: "Something went wrong here",
};

/** Code, message, place and remedy of anything that was thrown. */
function explain(error: unknown) {
  if (error instanceof AppError) return { code: error.code, message: error.message, ...error.detail };
  if (error instanceof TypeError) {
    // what fetch throws when there is no connection
    return {
      code: "UPSTREAM" as const,
      message: "The server cannot be reached.",
      todo: "Check your connection, then try again.",
    };
  }
  return { code: "INTERNAL" as const, message: "This part of the page could not be shown.", todo: "Try again." };
}

type ErrorStateProps = { error: unknown; onRetry?: () => void; action?: ReactNode };

/** What was wrong, where, and what to do; with the code, for whoever is asked for help. */
export function ErrorState({ error, onRetry, action }: ErrorStateProps) {
  const { code, message, where, todo } = { where: undefined, todo: undefined, ...explain(error) };
  return (
    <div role="alert" className="flex flex-col items-start gap-3 px-4 py-8">
      <div className="flex gap-2">
        <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-bad" />
        <div className="min-w-0">
          <p className="font-medium">
            {titles[code]} <span className="ml-1 font-mono text-xs font-normal text-faint">{code}</span>
          </p>
          <p className="mt-1 max-w-[72ch] text-sm break-words text-muted">
            {message} {todo}
          </p>
          {where ? <p className="mt-1 font-mono text-xs break-words text-muted">{where}</p> : null}
        </div>
      </div>
      {onRetry || action ? (
        <div className="flex gap-2 pl-6">
          {onRetry ? (
            <Button size="sm" icon={<RotateCw aria-hidden />} onClick={onRetry}>
              Try again
            </Button>
          ) : null}
          {action}
        </div>
      ) : null}
    </div>
  );
}
