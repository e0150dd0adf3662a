import clsx from "clsx";
import { FlaskConical } from "lucide-react";
import type { ReactNode } from "react";
import { Tooltip } from "./tooltip.tsx";

/** The fixed meanings of colour; `neutral` has none. */
export type Tone =
  | "neutral"
  | "teacher"
  | "student"
  | "gold"
  | "baseline"
  | "good"
  | "attention"
  | "bad"
  | "running"
  | "accent";

const tones: Record<Tone, string> = {
  neutral: "bg-hover text-muted",
  teacher: "bg-teacher-soft text-teacher",
  student: "bg-student-soft text-student",
  gold: "bg-gold-soft text-gold",
  baseline: "bg-baseline-soft text-baseline",
  good: "bg-good-soft text-good",
  attention: "bg-attention-soft text-attention",
  bad: "bg-bad-soft text-bad",
  running: "bg-running-soft text-running",
  accent: "bg-accent-soft text-accent",
};

type BadgeProps = { tone?: Tone; icon?: ReactNode; children: ReactNode; className?: string };

/** A word on a soft fill. The word carries the meaning; the tone only repeats it. */
export function Badge({ tone = "neutral", icon, children, className }: BadgeProps) {
  return (
    <span
      className={clsx(
        "inline-flex h-5 max-w-full items-center gap-1 whitespace-nowrap rounded-sm px-1.5 text-xs font-medium [&_svg]:size-3 [&_svg]:shrink-0",
        tones[tone],
        className,
      )}
    >
      {icon}
      <span className="truncate">{children}</span>
    </span>
  );
}

/** On everything whose figures come from the sample data or the sample teacher. */
export function SimulatedBadge() {
  return (
    <Tooltip label="Made by the sample teacher on generated data: no figure here is a real model's.">
      <span className="inline-flex rounded-sm">
        <Badge
          icon={<FlaskConical aria-hidden />}
          className="border border-dashed border-attention-mark bg-transparent text-attention"
        >
          Simulated
        </Badge>
      </span>
    </Tooltip>
  );
}

export type Origin = "teacher" | "student" | "gold" | "baseline";

const originShapes: Record<Origin, { word: string; tone: string; shape: ReactNode }> = {
  teacher: { word: "Teacher", tone: "text-teacher-mark", shape: <path d="M6 1 11 10H1z" /> },
  student: { word: "Student", tone: "text-student-mark", shape: <circle cx="6" cy="6" r="4.5" /> },
  gold: { word: "Gold", tone: "text-gold-mark", shape: <path d="M6 .8 11.2 6 6 11.2.8 6z" /> },
  baseline: {
    word: "Baseline",
    tone: "text-baseline-mark",
    shape: <rect x="1.5" y="1.5" width="9" height="9" rx="1" />,
  },
};

/** Shape + colour + word of who an answer or a figure comes from; the same everywhere. */
export function OriginMark({ origin, children }: { origin: Origin; children?: ReactNode }) {
  const { word, tone, shape } = originShapes[origin];
  return (
    <span className="inline-flex items-center gap-1.5 whitespace-nowrap">
      <svg aria-hidden viewBox="0 0 12 12" className={clsx("size-2.5 shrink-0 fill-current", tone)}>
        {shape}
      </svg>
      {children ?? word}
    </span>
  );
}
