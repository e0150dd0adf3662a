import { Card } from "#components/ui/card.tsx";
import { Table, TableHead, Td, Th, Tr } from "#components/ui/table.tsx";
import { formatMoney, formatPercent } from "#lib/format.ts";
import type { Savings } from "#lib/savings/schema.ts";

/** What each uncertain input does to the net alone, the one that moves it most first, as bars about the likely value. */
export function SensitivityCard({ model }: { model: Savings["model"] }) {
  const { likely } = model.monthly.net;
  const widest = Math.max(
    1,
    ...model.sensitivity.flatMap(({ atLow, atHigh }) => [Math.abs(atLow - likely), Math.abs(atHigh - likely)]),
  );
  return (
    <Card
      title="What moves the result most?"
      hint={`Net a month with one input at its low or high end, the others unchanged. Likely: ${formatMoney(likely)}.`}
      flush
    >
      <Table label="Sensitivity" compact>
        <TableHead>
          <Th>Input</Th>
          <Th numeric>Lower</Th>
          <Th className="w-2/5">
            <span className="sr-only">Swing</span>
          </Th>
          <Th numeric>Higher</Th>
        </TableHead>
        <tbody>
          {model.sensitivity.map(({ factor, label, spread, atLow, atHigh }) => (
            <Tr key={factor}>
              <Td className="whitespace-nowrap">
                {label} <span className="tnum text-xs text-muted">±{formatPercent(spread, spread < 0.05 ? 1 : 0)}</span>
              </Td>
              <Td numeric>{formatMoney(atLow)}</Td>
              <Td>
                <span aria-hidden className="relative block h-3">
                  <span className="absolute inset-y-[-4px] left-1/2 w-px bg-line-strong" />
                  {[atLow, atHigh].map((value, end) => {
                    const share = (Math.abs(value - likely) / widest) * 50;
                    return (
                      <span
                        key={end === 0 ? "low" : "high"}
                        className={
                          value < likely ? "absolute inset-y-0 bg-bad-mark" : "absolute inset-y-0 bg-good-mark"
                        }
                        style={{ width: `${share}%`, [value < likely ? "right" : "left"]: "50%" }}
                      />
                    );
                  })}
                </span>
              </Td>
              <Td numeric>{formatMoney(atHigh)}</Td>
            </Tr>
          ))}
        </tbody>
      </Table>
    </Card>
  );
}
