import { LinkButton } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { Progress } from "#components/ui/progress.tsx";
import { Stat } from "#components/ui/stat.tsx";
import { exactMoney, formatDate, formatMoney } from "#lib/format.ts";
import type { Overview } from "#lib/overview/schema.ts";

/** Net saving a month and pay-back, or what is missing to know them. */
export function SavingsCard({ projectId, overview }: { projectId: string; overview: Overview }) {
  const { savings, spent } = overview;
  const { net, payback, headline, complete, baseline } = savings;
  return (
    <Card title="Is it worth it?" className="flex flex-col">
      {complete ? (
        <div className="grid grid-cols-2 gap-4">
          <Stat
            label="Net a month"
            value={formatMoney(net.likely)}
            exact={exactMoney(net.likely)}
            hint={`likely ${formatMoney(net.low)} to ${formatMoney(net.high)}, against ${baseline}`}
            size="lg"
            tone={net.likely > 0 ? "good" : "bad"}
          />
          <Stat
            label="Paid back"
            value={
              payback.kind === "day"
                ? formatDate(payback.date, "UTC")
                : payback.kind === "never"
                  ? "Never"
                  : "After 10 years"
            }
          />
        </div>
      ) : null}
      <p className={complete ? "mt-4 text-sm text-muted" : "text-muted"}>{headline.sentence}</p>
      {complete && !overview.verdict ? (
        <p className="mt-2 text-sm text-attention">
          This presumes a student that is good enough; none has been evaluated yet.
        </p>
      ) : null}
      <div className="mt-4 flex flex-wrap items-end justify-between gap-3">
        <LinkButton href={`/projects/${projectId}/savings`}>
          {complete ? "How this is worked out" : "Fill in the costs"}
        </LinkButton>
        <Spent spent={spent} />
      </div>
    </Card>
  );
}

function Spent({ spent: { micros, budgetMicros } }: Pick<Overview, "spent">) {
  return (
    <div className="w-44 text-sm">
      <div className="tnum text-muted">
        Spent <span className="font-medium text-ink">{formatMoney(micros)}</span>
        {budgetMicros === null ? ", no budget set" : ` of ${formatMoney(budgetMicros)}`}
      </div>
      {budgetMicros ? (
        <Progress value={Math.min(1, micros / budgetMicros)} label="Spent of the budget" size="sm" className="mt-1.5" />
      ) : null}
    </div>
  );
}
