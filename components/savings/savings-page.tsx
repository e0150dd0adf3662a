"use client";

import { Download, Printer } from "lucide-react";
import Link from "next/link";
import { CumulativeBand, Waterfall } from "#components/charts/money-charts.tsx";
import { OutcomeBadge } from "#components/evaluations/outcome.tsx";
import { PageTitle } from "#components/overview/page-title.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import { Stat } from "#components/ui/stat.tsx";
import { exactMoney, formatCount, formatDate, formatMoney, plural } from "#lib/format.ts";
import { useEndpoint } from "#lib/http/client.tsx";
import { type Savings, savingsGet } from "#lib/savings/schema.ts";
import { Assumptions } from "./assumptions.tsx";
import { InputsForm } from "./inputs-form.tsx";
import { SensitivityCard } from "./sensitivity.tsx";

const inks = { good: "text-good", bad: "text-bad", open: "text-ink" };

/** The manager's page: one sentence first, then what it stands on. Prints on A4. */
export function SavingsPage({ projectId }: { projectId: string }) {
  const { data, error, refetch } = useEndpoint(savingsGet, { projectId }, { live: [`project:${projectId}`] });
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) return <SkeletonRows rows={12} />;
  const { headline, model } = data;
  return (
    <>
      <PageTitle
        title="Savings"
        actions={
          <span className="no-print flex gap-2">
            <Button
              icon={<Download aria-hidden />}
              onClick={() => window.location.assign(`/api/v1/projects/${projectId}/savings/export`)}
            >
              CSV
            </Button>
            <Button icon={<Printer aria-hidden />} onClick={() => window.print()}>
              Print
            </Button>
          </span>
        }
      />
      <div className="grid items-start gap-6 lg:grid-cols-[minmax(0,1fr)_20rem] print:block">
        <div className="min-w-0 space-y-6 print:[&_figure]:break-inside-avoid print:[&_section]:break-inside-avoid">
          <section aria-label="Result" aria-live="polite">
            <p className={`max-w-[64ch] text-xl font-semibold ${inks[headline.tone]}`}>{headline.sentence}</p>
            <Proof savings={data} />
          </section>
          <Figures savings={data} />
          {data.complete ? (
            <>
              <div className="grid gap-4 xl:grid-cols-2 print:block print:space-y-4">
                <Waterfall
                  title={`From ${data.baseline} to the net, a month`}
                  unit="USD"
                  steps={stepsOf(data)}
                  fileName="savings-waterfall"
                />
                <CashChart savings={data} />
              </div>
              <SensitivityCard model={model} />
            </>
          ) : null}
          <Assumptions savings={data} />
        </div>
        <aside
          className="no-print lg:sticky lg:top-4 lg:max-h-[calc(100dvh-5rem)] lg:overflow-y-auto"
          aria-label="Inputs of the comparison"
        >
          <InputsForm savings={data} />
        </aside>
      </div>
    </>
  );
}

function Proof({ savings: { proof, student, projectId } }: { savings: Savings }) {
  if (!proof) {
    return (
      <p className="mt-2 text-muted">
        No student has been evaluated yet: this is what one would save that is good enough.{" "}
        <Link
          href={`/projects/${projectId}/evaluations`}
          className="link no-print underline decoration-line-strong underline-offset-2"
        >
          Evaluate one
        </Link>
      </p>
    );
  }
  return (
    <p className="mt-2 flex flex-wrap items-center gap-x-2 gap-y-1 text-muted">
      <OutcomeBadge outcome={proof.outcome} whole />
      <span>
        {student}: {proof.sentence ?? "compared without a teacher."}{" "}
        <Link
          href={`/projects/${projectId}/evaluations/${proof.evaluationId}`}
          className="link no-print underline decoration-line-strong underline-offset-2"
        >
          See the proof
        </Link>
      </span>
    </p>
  );
}

function Figures({ savings: { model, baseline, inputs, complete } }: { savings: Savings }) {
  const { monthly, oneOff, payback, per1k } = model;
  const perThousand = (micros: number): string => `${formatMoney(micros)} per 1,000`;
  return (
    <Card>
      <div className="grid grid-cols-2 gap-x-4 gap-y-5 md:grid-cols-4">
        <Stat
          label={`${baseline}, a month`}
          value={complete ? formatMoney(monthly.baseline) : "–"}
          exact={exactMoney(monthly.baseline)}
          hint={perThousand(per1k.baseline)}
        />
        <Stat
          label="Student, a month"
          value={formatMoney(monthly.student)}
          exact={exactMoney(monthly.student)}
          hint={monthly.requests > 0 ? perThousand(per1k.student) : "serving"}
        />
        <Stat
          label="Upkeep, a month"
          value={formatMoney(monthly.relabelling + monthly.upkeepPeople)}
          exact={exactMoney(monthly.relabelling + monthly.upkeepPeople)}
          hint="teacher's checks and people"
        />
        <Stat
          label="One-off costs"
          value={formatMoney(oneOff.total)}
          exact={exactMoney(oneOff.total)}
          hint={`${formatMoney(oneOff.labelling)} labelling, ${formatMoney(oneOff.training + oneOff.evaluation)} computing, ${formatMoney(oneOff.people)} people`}
        />
        <Stat
          label="Net a month"
          size="lg"
          value={complete ? formatMoney(monthly.net.likely) : "–"}
          exact={exactMoney(monthly.net.likely)}
          {...(complete ? { tone: monthly.net.likely > 0 ? ("good" as const) : ("bad" as const) } : {})}
          hint={
            complete
              ? `likely ${formatMoney(monthly.net.low)} to ${formatMoney(monthly.net.high)}`
              : "needs traffic and price"
          }
        />
        <Stat
          label="Paid back"
          size="lg"
          value={
            !complete
              ? "–"
              : payback.kind === "day"
                ? formatDate(payback.date, "UTC")
                : payback.kind === "never"
                  ? "Never"
                  : "After 10 years"
          }
          hint={
            complete && payback.kind === "day"
              ? `after ${plural(payback.days, "day")} or ${formatCount(payback.requests)} requests; ${formatDate(payback.earliest, "UTC")} to ${payback.latest ? formatDate(payback.latest, "UTC") : "never"}`
              : undefined
          }
        />
        <Stat
          label={`Over ${plural(Math.round(inputs.horizonMonths.value), "month")}`}
          size="lg"
          value={complete ? formatMoney(model.cumulative.at(-1)?.likely) : "–"}
          exact={exactMoney(model.cumulative.at(-1)?.likely)}
          hint="net of everything"
        />
        <Stat
          label="Worth it from"
          size="lg"
          value={model.worthwhileFrom === null ? "–" : formatCount(model.worthwhileFrom)}
          hint={
            model.worthwhileFrom === null ? "at no traffic, with these prices" : "requests a day, without one-off costs"
          }
        />
      </div>
    </Card>
  );
}

function stepsOf({ baseline, model: { monthly } }: Savings) {
  return [
    { id: "baseline", label: baseline, micros: monthly.baseline, total: true },
    { id: "student", label: "Serving", micros: -monthly.student },
    { id: "relabelling", label: "Teacher's checks", micros: -monthly.relabelling },
    { id: "people", label: "People", micros: -monthly.upkeepPeople },
    { id: "oneOff", label: "One-off share", micros: -monthly.oneOffShare },
    { id: "net", label: "Net", micros: monthly.net.likely, total: true },
  ];
}

function CashChart({ savings: { model, startsOn } }: { savings: Savings }) {
  const start = Date.parse(startsOn.value);
  const dayOf = (month: number): number => start + month * 30.4375 * 86_400_000;
  return (
    <CumulativeBand
      title="Cash since the student took over"
      unit="USD"
      points={model.cumulative.map(({ month, low, likely, high }) => ({ x: dayOf(month), micros: likely, low, high }))}
      xLabel="Day"
      formatX={(x) => formatDate(x, "UTC")}
      fileName="savings-cash"
    />
  );
}
