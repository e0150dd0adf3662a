"use client";

import { ErrorState } from "#components/ui/error-state.tsx";

type PageError = { error: Error & { digest?: string }; reset: () => void };

/** Outside the shell: sign-in and the like. */
export default function RootError({ error, reset }: PageError) {
  return (
    <main className="mx-auto max-w-2xl py-12">
      <h1 className="sr-only">Something went wrong</h1>
      <ErrorState error={error} onRetry={reset} />
      {error.digest ? (
        <p className="px-4 font-mono text-xs text-muted">Reference in the server's log: {error.digest}</p>
      ) : null}
    </main>
  );
}
