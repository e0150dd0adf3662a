import { Card } from "#components/ui/card.tsx";
import { Table, TableHead, Td, Th, Tr } from "#components/ui/table.tsx";
import { formatCount, formatFigure, formatPercent } from "#lib/format.ts";
import type { ResultOf } from "#lib/jobs/catalog.ts";

type Result = ResultOf<"synthesis">;

/** Whether the new rows widen the data or only repeat it, and what they do to the classes. */
export function Diversity({ result }: { result: Result }) {
  const { before, after } = result.diversity;
  const lines: [string, string, string][] = [
    ["Texts compared", formatCount(before.rows), formatCount(after.rows)],
    ["Distinct words", formatPercent(before.distinct[0]), formatPercent(after.distinct[0])],
    ["Distinct word pairs", formatPercent(before.distinct[1]), formatPercent(after.distinct[1])],
    ["Distinct triples of words", formatPercent(before.distinct[2]), formatPercent(after.distinct[2])],
    [
      "Distance to the nearest other text",
      before.nearestDistance === null ? "–" : formatFigure(before.nearestDistance),
      after.nearestDistance === null ? "–" : formatFigure(after.nearestDistance),
    ],
  ];
  const most = Math.max(1, ...result.balance.map(({ before: had, added }) => had + added));
  return (
    <div className="grid items-start gap-4 lg:grid-cols-2">
      <Card
        flush
        title="Are the new rows varied?"
        hint="Equal numbers of the data's own and of the new texts. Higher is more varied; distance runs from 0 to 1."
      >
        <Table label="Variety">
          <TableHead>
            <Th>Measure</Th>
            <Th numeric>Data</Th>
            <Th numeric>New rows</Th>
          </TableHead>
          <tbody>
            {lines.map(([name, was, is]) => (
              <Tr key={name}>
                <Td>{name}</Td>
                <Td numeric>{was}</Td>
                <Td numeric>{is}</Td>
              </Tr>
            ))}
          </tbody>
        </Table>
      </Card>
      <Card flush title="What do they do to the classes?" hint="Training rows now, and with the new ones.">
        <Table label="Class balance before and after" maxHeight="32rem">
          <TableHead>
            <Th>Answer</Th>
            <Th numeric>Now</Th>
            <Th numeric>New</Th>
            <Th className="w-2/5">With the new</Th>
          </TableHead>
          <tbody>
            {result.balance.map(({ label, before: had, added }) => (
              <Tr key={label}>
                <Td className="max-w-48 truncate">
                  <bdi>{label}</bdi>
                </Td>
                <Td numeric>{formatCount(had)}</Td>
                <Td numeric>{added === 0 ? <span className="text-faint">0</span> : `+${formatCount(added)}`}</Td>
                <Td>
                  <span className="flex h-2 w-full overflow-hidden rounded-full bg-hover" aria-hidden>
                    <span className="bg-gold-mark" style={{ width: `${(100 * had) / most}%` }} />
                    <span className="bg-teacher-mark" style={{ width: `${(100 * added) / most}%` }} />
                  </span>
                </Td>
              </Tr>
            ))}
          </tbody>
        </Table>
      </Card>
    </div>
  );
}
