import clsx from "clsx";
import Link from "next/link";
import { Badge } from "#components/ui/badge.tsx";
import { Card } from "#components/ui/card.tsx";
import { Table, TableHead, Td, Th, Tr } from "#components/ui/table.tsx";
import { formatCount, formatFigure } from "#lib/format.ts";
import type { QualityReport } from "#lib/quality/schema.ts";

/** Other versions that share inputs with this one, and how it differs from the one before. */
export function Compared({ report, projectId }: { report: QualityReport; projectId: string }) {
  const { compared, drift } = report;
  if (compared.length === 0 && !drift) return null;
  return (
    <div className="grid items-start gap-4 lg:grid-cols-2">
      {compared.length > 0 ? (
        <Card
          flush
          title="Does it share inputs with other data?"
          hint="Training rows here that are held out there, or the other way round."
        >
          <Table label="Versions compared">
            <TableHead>
              <Th>Version</Th>
              <Th>Its</Th>
              <Th numeric>Equal</Th>
              <Th numeric>Nearly equal</Th>
            </TableHead>
            <tbody>
              {compared.map((one) => (
                <Tr key={`${one.datasetVersionId} ${one.side}`}>
                  <Td>
                    <Link className="link" href={`/projects/${projectId}/data/${one.datasetVersionId}`}>
                      {one.name}
                    </Link>
                  </Td>
                  <Td>{one.side === "train" ? "training rows" : "hold-out"}</Td>
                  <Td numeric className={clsx(one.exact > 0 && "font-semibold text-bad")}>
                    {formatCount(one.exact)}
                  </Td>
                  <Td numeric className={clsx(one.near > 0 && "font-semibold text-attention")}>
                    {formatCount(one.near)}
                  </Td>
                </Tr>
              ))}
            </tbody>
          </Table>
        </Card>
      ) : null}
      {drift ? (
        <Card
          flush
          title={`Has the data changed since ${drift.name}?`}
          hint="Effect sizes from 0, the same, to 1, nothing in common."
        >
          <ul className="divide-y">
            {drift.parts.map(({ part, effect, drifted, sentence }) => (
              <li key={part} className="flex items-start gap-3 px-4 py-2.5 text-sm">
                <span className="tnum w-12 shrink-0 text-right font-semibold">{formatFigure(effect)}</span>
                <span className="min-w-0 flex-1">{sentence}</span>
                {drifted ? <Badge tone="attention">drifted</Badge> : <Badge>alike</Badge>}
              </li>
            ))}
          </ul>
        </Card>
      ) : null}
    </div>
  );
}
