"use client";

import { Shuffle } from "lucide-react";
import { useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { CodeBlock } from "#components/ui/code-block.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Field, Textarea } from "#components/ui/field.tsx";
import { versionRows } from "#lib/datasets/schema.ts";
import { useEndpoint, useMutate } from "#lib/http/client.tsx";
import { type StudentDetail, studentPredict } from "#lib/students/schema.ts";
import { Answer } from "./answer.tsx";
import { shownLabel } from "./words.ts";

const EXAMPLES = 200;
const TOP = 5;

/** Type an input, or take one that the student has never seen, and see what it answers, how sure it is and why. */
export function Playground({ student }: { student: StudentDetail }) {
  const [input, setInput] = useState("");
  /** the row behind the text, while it is unchanged */
  const [example, setExample] = useState<{ position: number; input: string; output: string | null } | null>(null);
  // the snippet names this server's address, which only the browser knows
  const [scripted, setScripted] = useState(false);
  const predict = useMutate(studentPredict, { invalidates: [] });
  const examples = useEndpoint(versionRows, {
    datasetVersionId: student.datasetVersionId,
    split: "holdout",
    limit: EXAMPLES,
    full: true,
  });
  const rows = examples.data?.items ?? [];
  const ask = (text: string) => predict.mutate({ studentId: student.id, input: text, top: TOP, explain: true });
  const tryOne = () => {
    const row = rows[Math.floor(Math.random() * rows.length)];
    if (!row) return;
    setExample(row);
    setInput(row.input);
    ask(row.input);
  };
  const gold = example && example.input === predict.variables?.input ? example.output : null;
  return (
    <Card title="Playground" hint="Answers come from this server's memory; nothing that you type is stored.">
      <form
        noValidate
        className="space-y-3"
        onSubmit={(event) => {
          event.preventDefault();
          ask(input);
        }}
      >
        <Field label="Input">
          <Textarea
            rows={3}
            value={input}
            maxLength={100_000}
            placeholder="Type or paste what the student should answer"
            onChange={(event) => setInput(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) ask(input);
            }}
          />
        </Field>
        <div className="flex flex-wrap items-center gap-2">
          <Button
            type="submit"
            variant="primary"
            pending={predict.isPending}
            disabledReason={input.trim() ? null : "Type an input first."}
          >
            Ask the student
          </Button>
          <Button
            type="button"
            icon={<Shuffle aria-hidden />}
            onClick={tryOne}
            disabledReason={
              rows.length > 0 ? null : examples.isPending ? "Loading held-out rows …" : "There are no held-out rows."
            }
          >
            Try a held-out row
          </Button>
          {example && example.input === input ? (
            <span className="tnum text-xs text-muted">
              row {example.position}
              {example.output === null ? ", without a gold label" : ""}
            </span>
          ) : null}
        </div>
      </form>
      <div className="mt-4" aria-live="polite">
        {predict.error ? <ErrorState error={predict.error} /> : null}
        {predict.data ? <Answer prediction={predict.data} gold={gold} /> : null}
      </div>
      <details className="mt-4 text-sm" onToggle={(event) => setScripted(event.currentTarget.open)}>
        <summary className="cursor-pointer text-muted hover:text-ink">Ask it from a script</summary>
        <div className="mt-2">
          {scripted ? (
            <CodeBlock
              code={curlOf(student.id, input)}
              caption="With an API token of scope read (Settings > Tokens)"
              wrap
            />
          ) : null}
        </div>
      </details>
      {example && gold !== null && predict.data && predict.data.label !== gold ? (
        <p className="mt-2 text-xs text-muted">Gold says “{shownLabel(gold)}”.</p>
      ) : null}
    </Card>
  );
}

/** Single quotes end a shell word; the JSON itself needs no other care. */
function curlOf(studentId: string, input: string): string {
  const { origin } = window.location;
  const body = JSON.stringify({ input: input || "…", top: TOP }).replaceAll("'", "'\\''");
  return [
    `curl ${origin}/api/v1/students/${studentId}/predict \\`,
    `  -H "Authorization: Bearer $STILLHOUSE_TOKEN" \\`,
    `  -H "Content-Type: application/json" \\`,
    `  -d '${body}'`,
  ].join("\n");
}
