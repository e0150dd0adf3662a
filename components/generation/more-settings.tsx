"use client";

import { RadioCards } from "#components/ui/choice.tsx";
import { Field, NumberInput } from "#components/ui/field.tsx";
import type { Teacher } from "#lib/teachers/schema.ts";

/** null: the default, which depends on teacher and task. */
export type RunSettings = {
  concurrency: number | null;
  maxTokens: number | null;
  temperature: number;
  policy: "retry" | "hold";
};

type Props = { teacher: Teacher | undefined; settings: RunSettings; onChange: (settings: RunSettings) => void };

/** What few runs change. */
export function MoreSettings({ teacher, settings, onChange }: Props) {
  const set = (patch: Partial<RunSettings>) => onChange({ ...settings, ...patch });
  return (
    <details className="group">
      <summary className="cursor-pointer text-sm font-medium">More settings</summary>
      <div className="mt-3 grid gap-4 sm:grid-cols-3">
        <Field label="In flight" hint={`Requests at once; this teacher allows ${teacher?.maxConcurrency ?? "–"}.`}>
          <NumberInput
            min={1}
            max={teacher?.maxConcurrency ?? 1024}
            step={1}
            placeholder={String(teacher?.maxConcurrency ?? "")}
            value={settings.concurrency}
            onValueChange={(concurrency) => set({ concurrency })}
          />
        </Field>
        <Field label="Longest answer" hint="Longer ones are cut and rejected. Empty: by the task.">
          <NumberInput
            unit="tokens"
            min={1}
            step={1}
            value={settings.maxTokens}
            onValueChange={(maxTokens) => set({ maxTokens })}
          />
        </Field>
        <Field label="Temperature" hint="0 for labels.">
          <NumberInput
            min={0}
            max={2}
            step={0.1}
            value={settings.temperature}
            onValueChange={(temperature) => set({ temperature: temperature ?? 0 })}
          />
        </Field>
      </div>
      <div className="mt-4">
        <Field label="When an answer is lost (broken connection, dead worker)" group>
          <RadioCards
            value={settings.policy}
            onValueChange={(policy) => set({ policy })}
            options={[
              {
                value: "retry",
                label: "Ask again",
                hint: "Every row gets an answer; the lost calls may be billed twice. They are listed.",
              },
              { value: "hold", label: "Leave it", hint: "No call is ever made twice; the row stays without a label." },
            ]}
          />
        </Field>
      </div>
    </details>
  );
}
