"use client";

import { Card } from "#components/ui/card.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";

type PageError = { error: Error & { digest?: string }; reset: () => void };

/** One page failed; the shell around it still works. */
export default function AppError({ error, reset }: PageError) {
  return (
    <Card flush>
      <h1 className="sr-only">Something went wrong</h1>
      <ErrorState error={error} onRetry={reset} />
      {error.digest ? (
        <p className="px-4 pb-4 font-mono text-xs text-muted">Reference in the server's log: {error.digest}</p>
      ) : null}
    </Card>
  );
}
