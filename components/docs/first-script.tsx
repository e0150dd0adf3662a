"use client";

import Link from "next/link";
import { Card } from "#components/ui/card.tsx";
import { CodeBlock } from "#components/ui/code-block.tsx";
import { Tabs } from "#components/ui/tabs.tsx";
import { useUrlState } from "#components/ui/url-state.ts";
import { curlScript, pythonScript } from "./script-texts.ts";

const conventions = [
  [
    "Sign-in",
    "Authorization: Bearer sth_…: one person in one team, bounded by the token's scopes read, write and admin.",
  ],
  ["Errors", "{ error: { code, message, where, todo, fields } }: what was wrong, where, and what to do."],
  ["Lists", "limit and cursor; nextCursor of the answer is the cursor of the next page, null on the last one."],
  ["Retries", "Send an Idempotency-Key with a POST: the same key gets the first answer again for 24 hours."],
  ["Units", "Money is micro-dollars ($1 is 1,000,000), sizes bytes, durations milliseconds, rates 0 to 1, times UTC."],
] as const;

/** The walk-through at the top of the reference: what holds for every call, then the whole main job in one script. */
export function FirstScript({ baseUrl }: { baseUrl: string }) {
  const url = useUrlState();
  const language = url.get("language") === "python" ? "python" : "curl";
  return (
    <Card
      title="Your first script"
      hint={
        <>
          From a file to a student, its verdict and its savings, in one go. It needs a{" "}
          <Link href="/settings/tokens" className="text-accent underline-offset-4 hover:underline">
            token with the scopes read and write
          </Link>
          .
        </>
      }
    >
      <dl className="mb-4 grid gap-x-4 gap-y-1.5 text-sm sm:grid-cols-[5rem_1fr]">
        {conventions.map(([name, says]) => (
          <div key={name} className="contents">
            <dt className="text-muted">{name}</dt>
            <dd className="min-w-0 break-words">{says}</dd>
          </div>
        ))}
      </dl>
      <Tabs
        label="Language"
        value={language}
        onValueChange={(value) => url.set({ language: value === "curl" ? null : value })}
        tabs={[
          { value: "curl", label: "curl", content: <CodeBlock code={curlScript(baseUrl)} maxHeight="30rem" /> },
          { value: "python", label: "Python", content: <CodeBlock code={pythonScript(baseUrl)} maxHeight="30rem" /> },
        ]}
      />
    </Card>
  );
}
