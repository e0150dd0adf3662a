import { Check, CircleHelp, Minus, X } from "lucide-react";
import { Badge, type Tone } from "#components/ui/badge.tsx";
import type { CheckOutcome, EvaluationReport } from "#lib/evaluations/report.ts";

type Verdict = NonNullable<EvaluationReport["views"]["all"]["verdict"]>;

const outcomes = {
  pass: { word: "Pass", whole: "Meets its limits", tone: "good", Icon: Check },
  fail: { word: "Fail", whole: "Misses a limit", tone: "bad", Icon: X },
  open: { word: "Not enough rows", whole: "Not decided", tone: "attention", Icon: CircleHelp },
  none: { word: "No limit", whole: "No limits set", tone: "neutral", Icon: Minus },
} as const satisfies Record<CheckOutcome, { word: string; whole: string; tone: Tone; Icon: typeof Check }>;

/** Pass, fail, not enough rows or no limit; `whole` for the evaluation as one. Word and shape, not colour alone. */
export function OutcomeBadge({ outcome, whole = false }: { outcome: CheckOutcome; whole?: boolean }) {
  const { word, whole: wholeWord, tone, Icon } = outcomes[outcome];
  return (
    <Badge tone={tone} icon={<Icon aria-hidden />}>
      {whole ? wholeWord : word}
    </Badge>
  );
}

const kinds: Record<Verdict["kind"], { tone: Tone; Icon: typeof Check }> = {
  better: { tone: "good", Icon: Check },
  notWorse: { tone: "good", Icon: Check },
  worse: { tone: "bad", Icon: X },
  unclear: { tone: "attention", Icon: CircleHelp },
};

/** The verdict against the teacher in a few words. */
export function VerdictBadge({ verdict }: { verdict: Verdict }) {
  const { tone, Icon } = kinds[verdict.kind];
  return (
    <Badge tone={tone} icon={<Icon aria-hidden />}>
      {verdict.title}
    </Badge>
  );
}
