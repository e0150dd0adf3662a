import { Card } from "#components/ui/card.tsx";
import { Table, TableHead, Td, Th, Tr } from "#components/ui/table.tsx";
import { formatCount, formatDate, formatPercent, plural } from "#lib/format.ts";
import { fieldKeys, savingsFields } from "#lib/savings/fields.ts";
import type { Savings } from "#lib/savings/schema.ts";
import { SourceBadge } from "./inputs-form.tsx";
import { inWords } from "./units.ts";

/** How the figures come about, in words; in print also every input, because the form stays on the screen. */
export function Assumptions({ savings }: { savings: Savings }) {
  const { inputs, model, startsOn } = savings;
  const months = Math.round(inputs.horizonMonths.value);
  return (
    <>
      <Card title="How this is worked out">
        <ul className="max-w-[80ch] list-disc space-y-1.5 pl-5 text-sm text-muted">
          <li>
            Net a month is what {savings.baseline.replace(/^Today/, "today")} would cost at{" "}
            {formatCount(inputs.requestsPerDay.value)} requests a day, less serving the student, the teacher's check of{" "}
            {formatPercent(inputs.relabelShare.value)} of the traffic, people's time, and one-off costs spread over{" "}
            {plural(months, "month")}.
          </li>
          <li>
            A month has 30.44 days. Prices and traffic stay as they are; nothing is discounted. All money is US dollars
            before tax.
          </li>
          <li>
            The range moves traffic, tokens, serving and people's time by the shares stated under "How sure", one at a
            time, and combines them as independent errors (root of the summed squares).
          </li>
          <li>
            Pay-back counts from {formatDate(startsOn.value, "UTC")}: the first day on which the saving so far covers
            the one-off costs.
          </li>
          <li>
            It presumes that the student is good enough to take over.{" "}
            {savings.proof?.sentence ?? "No evaluation has shown that yet."}
          </li>
          {model.worthwhileFrom === null ? null : (
            <li>Running the student is worth it from {plural(model.worthwhileFrom, "request")} a day.</li>
          )}
        </ul>
      </Card>
      <Card title="Inputs" flush className="hidden print:block">
        <Table label="Inputs" compact>
          <TableHead>
            <Th>Input</Th>
            <Th numeric>Value</Th>
            <Th>Source</Th>
            <Th>What it stands on</Th>
          </TableHead>
          <tbody>
            {fieldKeys.map((key) => (
              <Tr key={key}>
                <Td>{savingsFields[key].label}</Td>
                <Td numeric>{inWords(key, inputs[key].value)}</Td>
                <Td>
                  <SourceBadge source={inputs[key].source} />
                </Td>
                <Td>{inputs[key].note}</Td>
              </Tr>
            ))}
          </tbody>
        </Table>
      </Card>
    </>
  );
}
