import { Card } from "#components/ui/card.tsx";
import { Slider, Switch } from "#components/ui/choice.tsx";
import { Field, NumberInput } from "#components/ui/field.tsx";
import { Select } from "#components/ui/select.tsx";
import { Stat } from "#components/ui/stat.tsx";
import { exactMoney, formatCount, formatMoney, formatPercent, formatTokens } from "#lib/format.ts";
import type { PlanItem } from "#lib/jobs/kinds/synthesis.ts";
import { estimatePlan } from "#lib/synthesis/estimate.ts";
import type { Gaps } from "#lib/synthesis/schema.ts";
import type { Teacher } from "#lib/teachers/schema.ts";

export type Limits = {
  capDollars: number | null;
  reviewShare: number;
  nearDuplicate: number;
  temperature: number;
  autoConfirm: boolean;
};

/** Rows asked for in one request, as the server does by default. */
const perRequest = 8;

type PlanCostProps = {
  plan: readonly PlanItem[];
  gaps: Gaps;
  teachers: readonly Teacher[];
  teacherId: string;
  onTeacher: (id: string) => void;
  limits: Limits;
  onLimits: (limits: Limits) => void;
};

/** Teacher, limits, and what the plan would roughly cost. */
export function PlanCost({ plan, gaps, teachers, teacherId, onTeacher, limits, onLimits }: PlanCostProps) {
  const teacher = teachers.find(({ id }) => id === teacherId);
  const estimate = teacher && estimatePlan(plan, perRequest, gaps.lengths.mean, gaps.systemChars, teacher);
  const set = (patch: Partial<Limits>) => onLimits({ ...limits, ...patch });
  return (
    <Card title="Teacher and limits">
      <div className="space-y-4">
        <Field label="Teacher">
          <Select
            value={teacherId}
            onValueChange={onTeacher}
            options={teachers.map((t) => ({
              value: t.id,
              label: t.name,
              hint: `${t.model}, ${formatMoney(t.inputPriceMicrosPerMtok)} in and ${formatMoney(t.outputPriceMicrosPerMtok)} out per million tokens`,
            }))}
          />
        </Field>
        <div className="grid grid-cols-3 gap-4">
          <Stat
            label="Cost, about"
            value={estimate && formatMoney(estimate.costMicros)}
            {...(estimate ? { exact: exactMoney(estimate.costMicros) } : {})}
          />
          <Stat label="Requests" value={estimate && formatCount(estimate.requests)} hint={`${perRequest} rows each`} />
          <Stat label="Tokens, about" value={estimate && formatTokens(estimate.inputTokens + estimate.outputTokens)} />
        </div>
        <p className="text-sm text-muted">
          From lengths alone; the smoke test of three requests measures it and waits for you.
        </p>
        <Field label="Spend at most" hint="A hard cap: no request is sent that could pass it. Empty: no cap.">
          <NumberInput
            prefix="$"
            min={0}
            step="any"
            value={limits.capDollars}
            onValueChange={(capDollars) => set({ capDollars })}
          />
        </Field>
        <Field
          label="Looked at by a person first"
          hint="A random share of the new rows. Its acceptance rate says how good the rest is."
        >
          <Slider
            aria-label="Share to review"
            min={0}
            max={1}
            step={0.05}
            value={limits.reviewShare}
            onValueChange={(reviewShare) => set({ reviewShare })}
            format={(value) => formatPercent(value, 0)}
          />
        </Field>
        <Field
          label="Too similar from"
          hint="Similarity of character sequences to any existing or new row, hold-out included, from which a row is dropped."
        >
          <Slider
            aria-label="Similarity"
            min={0.3}
            max={1}
            step={0.05}
            value={limits.nearDuplicate}
            onValueChange={(nearDuplicate) => set({ nearDuplicate })}
            format={(value) => formatPercent(value, 0)}
          />
        </Field>
        <Field label="Temperature" hint="Higher: more varied, more mistakes.">
          <Slider
            aria-label="Temperature"
            min={0}
            max={1.5}
            step={0.1}
            value={limits.temperature}
            onValueChange={(temperature) => set({ temperature })}
            format={(value) => value.toFixed(1)}
          />
        </Field>
        <Switch
          checked={limits.autoConfirm}
          onCheckedChange={(autoConfirm) => set({ autoConfirm })}
          label="Go on by itself"
          hint="After the smoke test, when its answers are usable and the estimate is under the cap."
        />
      </div>
    </Card>
  );
}
