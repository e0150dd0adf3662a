import { sourceWords } from "#components/teachers/presets.ts";
import { Card } from "#components/ui/card.tsx";
import { CodeBlock } from "#components/ui/code-block.tsx";
import { KeyValue } from "#components/ui/key-value.tsx";
import { exactMoney, formatCount, formatMoney, plural } from "#lib/format.ts";
import type { PayloadOf } from "#lib/jobs/catalog.ts";
import { sideWords } from "./words.ts";

/** What the run copied when it was made: nothing that is edited later changes its answers or its price. */
export function Frozen({ payload }: { payload: PayloadOf<"generation"> }) {
  const { teacher, price, prompt } = payload;
  return (
    <div className="grid items-start gap-4 lg:grid-cols-2">
      <Card title="Settings" hint="Copied when the run was made.">
        <KeyValue
          items={[
            ["Teacher", teacher.name],
            [
              "Model",
              <span key="m" className="font-mono text-xs">
                {teacher.model}
              </span>,
            ],
            [
              "Endpoint",
              <span key="e" className="font-mono text-xs">
                {teacher.baseUrl}
              </span>,
            ],
            [
              "Price",
              `${exactMoney(price.inputMicrosPerMtok)} in, ${exactMoney(price.outputMicrosPerMtok)} out per million tokens`,
            ],
            ["Price from", sourceWords(price.source)],
            [
              "Rows",
              payload.limit
                ? `a random sample of ${plural(payload.limit, "row")} of ${sideWords[payload.rows]}`
                : sideWords[payload.rows],
            ],
            ["Cap", payload.capMicros === null ? "none" : formatMoney(payload.capMicros)],
            ["In flight", formatCount(payload.concurrency)],
            ["Longest answer", plural(payload.maxTokens, "token")],
            ["Temperature", String(payload.temperature)],
            ["Lost answers", payload.policy === "retry" ? "asked again" : "held, never asked again"],
            payload.task.kind === "classification" && ["Labels", formatCount(payload.task.labels.length)],
          ]}
        />
      </Card>
      <CodeBlock caption="System message, the same for every row" code={prompt.system} wrap maxHeight="32rem" />
    </div>
  );
}
