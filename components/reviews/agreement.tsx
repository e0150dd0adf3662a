"use client";

import { useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { Stat } from "#components/ui/stat.tsx";
import { Table, TableHead, Td, Th, Tr } from "#components/ui/table.tsx";
import { Tooltip } from "#components/ui/tooltip.tsx";
import { formatCount, formatFigure, formatPercent, formatPercentInterval, missing, plural } from "#lib/format.ts";
import { useEndpoint } from "#lib/http/client.tsx";
import { type Agreement, type Coefficient, reviewAgreement } from "#lib/reviews/queue-schema.ts";
import { RowsLink } from "./rows-link.tsx";

/** How far people agree with one another and with the teacher, beyond chance. */
export function AgreementCards({ reviewId }: { reviewId: string }) {
  const [audit, setAudit] = useState(false);
  const agreement = useEndpoint(
    reviewAgreement,
    { reviewId, audit },
    { keepPrevious: true, live: [`review:${reviewId}`] },
  );
  return (
    <Card
      title="Agreement"
      hint={
        audit
          ? "On the rows drawn at random: what holds for all of the data."
          : "On all rows of the queue. They were chosen because they are hard, so people agree less here than on the data at large."
      }
      actions={
        <Button size="sm" aria-pressed={audit} onClick={() => setAudit(!audit)}>
          {audit ? "All rows" : "Random rows only"}
        </Button>
      }
    >
      {agreement.error ? (
        <ErrorState error={agreement.error} onRetry={() => void agreement.refetch()} />
      ) : !agreement.data ? (
        <Skeleton className="h-48" />
      ) : (
        <Figures agreement={agreement.data} audit={audit} />
      )}
    </Card>
  );
}

function Figures({ agreement, audit }: { agreement: Agreement; audit: boolean }) {
  if (agreement.people.rows === 0 && agreement.teacher.length === 0 && !agreement.audit) {
    return (
      <EmptyState
        title="Nothing to compare yet."
        hint="It shows up with the first decisions: between people where two decide a row, and with the teacher's answers."
      />
    );
  }
  const reason: Record<string, string> = audit ? { reason: "audit" } : {};
  return (
    <div className="space-y-6">
      <div className="grid gap-4 sm:grid-cols-3">
        <Alpha label="People, Krippendorff's alpha" figure={agreement.people} />
        {agreement.withTeacher ? <Alpha label="People and teacher, alpha" figure={agreement.withTeacher} /> : null}
        {agreement.audit ? (
          <Stat
            label="Wrong in the data, from random rows"
            value={
              agreement.audit.tooFew
                ? "too few"
                : formatPercentInterval(agreement.audit.value, { low: agreement.audit.low, high: agreement.audit.high })
            }
            hint={`${formatCount(agreement.audit.wrong)} of ${plural(agreement.audit.rows, "random row")} not accepted`}
            href="?tab=rows&reason=audit"
          />
        ) : null}
      </div>
      {agreement.unit === "action" ? (
        <p className="text-sm text-muted">
          Answers are texts here, so what is compared is whether people accepted, corrected or rejected a row.
        </p>
      ) : null}
      {agreement.pairs.length > 0 ? <Pairs pairs={agreement.pairs} reason={reason} /> : null}
      {agreement.teacher.length > 0 ? <WithTeacher teacher={agreement.teacher} reason={reason} /> : null}
    </div>
  );
}

function Alpha({ label, figure }: { label: string; figure: Coefficient }) {
  return (
    <Stat
      label={label}
      value={figure.tooFew ? "too few" : figure.value === null ? "not defined" : formatFigure(figure.value, 2)}
      interval={intervalOf(figure)}
      hint={
        figure.tooFew
          ? `${plural(figure.rows, "row")} with two opinions; 20 are needed`
          : `${formatCount(figure.agreed)} of ${plural(figure.rows, "row")} equal`
      }
      exact={figure.method}
    />
  );
}

function intervalOf({ low, high }: Coefficient): string | undefined {
  return low === null || high === null ? undefined : `${formatFigure(low, 2)} to ${formatFigure(high, 2)}`;
}

/** Kappa with its interval; "too few" instead of a figure that means nothing. */
function Kappa({ figure }: { figure: Coefficient }) {
  if (figure.tooFew) return <span className="text-muted">too few</span>;
  if (figure.value === null) return <span className="text-muted">not defined</span>;
  return (
    <Tooltip label={figure.method}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the tooltip opens on focus too */}
      <span tabIndex={0} className="tnum">
        {formatFigure(figure.value, 2)} <span className="text-muted">({intervalOf(figure)})</span>
      </span>
    </Tooltip>
  );
}

type Reason = { reason: Record<string, string> };

function Pairs({ pairs, reason }: { pairs: Agreement["pairs"] } & Reason) {
  return (
    <Table label="Agreement between two people" compact>
      <TableHead>
        <Th>Two people</Th>
        <Th numeric>Cohen's kappa</Th>
        <Th numeric>Equal</Th>
        <Th numeric>Rows</Th>
        <Th numeric>Differ</Th>
      </TableHead>
      <tbody>
        {pairs.map(({ a, b, kappa }) => {
          const both = { userId: a.userId, alsoBy: b.userId, ...reason };
          return (
            <Tr key={`${a.userId} ${b.userId}`}>
              <Td className="min-w-40">
                <bdi>{a.name}</bdi> and <bdi>{b.name}</bdi>
              </Td>
              <Td numeric>
                <Kappa figure={kappa} />
              </Td>
              <Td numeric>{formatPercent(kappa.rows ? kappa.agreed / kappa.rows : null)}</Td>
              <Td numeric>
                <RowsLink filter={both}>{formatCount(kappa.rows)}</RowsLink>
              </Td>
              <Td numeric>
                <RowsLink filter={{ ...both, agrees: "false" }}>{formatCount(kappa.rows - kappa.agreed)}</RowsLink>
              </Td>
            </Tr>
          );
        })}
      </tbody>
    </Table>
  );
}

const shownPairs = 8;

function WithTeacher({ teacher, reason }: { teacher: Agreement["teacher"] } & Reason) {
  return (
    <>
      <Table label="Agreement with the teacher" compact>
        <TableHead>
          <Th>Person and teacher</Th>
          <Th numeric>Cohen's kappa</Th>
          <Th numeric>Equal</Th>
          <Th numeric>Rows</Th>
          <Th numeric>Differ</Th>
        </TableHead>
        <tbody>
          {teacher.map(({ person, kappa }) => (
            <Tr key={person.userId}>
              <Td className="min-w-40">
                <bdi>{person.name}</bdi>
              </Td>
              <Td numeric>
                <Kappa figure={kappa} />
              </Td>
              <Td numeric>{formatPercent(kappa.rows ? kappa.agreed / kappa.rows : null)}</Td>
              <Td numeric>{kappa.rows === 0 ? missing : formatCount(kappa.rows)}</Td>
              <Td numeric>
                <RowsLink filter={{ userId: person.userId, agrees: "false", ...reason }}>
                  {formatCount(kappa.rows - kappa.agreed)}
                </RowsLink>
              </Td>
            </Tr>
          ))}
        </tbody>
      </Table>
      <Table label="Where person and teacher differ" compact>
        <TableHead>
          <Th>Person</Th>
          <Th>Teacher said</Th>
          <Th>Person said</Th>
          <Th numeric>Rows</Th>
        </TableHead>
        <tbody>
          {teacher.flatMap(({ person, confused }) =>
            confused.slice(0, shownPairs).map((pair) => (
              <Tr key={`${person.userId} ${pair.teacher} ${pair.answer}`}>
                <Td>
                  <bdi>{person.name}</bdi>
                </Td>
                <Td mono>
                  <bdi className="block max-w-48 truncate">{pair.teacher}</bdi>
                </Td>
                <Td mono>
                  <bdi className="block max-w-48 truncate">{pair.answer}</bdi>
                </Td>
                <Td numeric>
                  <RowsLink filter={{ userId: person.userId, teacher: pair.teacher, answer: pair.answer, ...reason }}>
                    {formatCount(pair.rows)}
                  </RowsLink>
                </Td>
              </Tr>
            )),
          )}
        </tbody>
      </Table>
    </>
  );
}
