"use client";

import clsx from "clsx";
import { Check, Minus } from "lucide-react";
import {
  Checkbox as CheckboxPrimitive,
  RadioGroup,
  Slider as SliderPrimitive,
  Switch as SwitchPrimitive,
} from "radix-ui";
import { type ReactNode, useId } from "react";
import { useFieldLabelId, useFieldProps } from "./field.tsx";

type ToggleProps = {
  checked: boolean;
  onCheckedChange: (checked: boolean) => void;
  label: ReactNode;
  hint?: ReactNode;
  disabled?: boolean;
  /** keep the name for screen readers only, as in table cells */
  hideLabel?: boolean;
};

function Labelled({ id, label, hint, hideLabel, children }: ToggleProps & { id: string; children: ReactNode }) {
  return (
    <div className="flex items-start gap-2">
      {children}
      <div className={clsx("min-w-0", hideLabel && "sr-only")}>
        <label htmlFor={id}>{label}</label>
        {hint ? (
          <p id={`${id}-hint`} className="text-xs text-muted">
            {hint}
          </p>
        ) : null}
      </div>
    </div>
  );
}

type CheckboxProps = ToggleProps & {
  /** some but not all of what it stands for */
  partly?: boolean;
};

export function Checkbox(props: CheckboxProps) {
  const id = useId();
  return (
    <Labelled {...props} id={id}>
      <CheckboxPrimitive.Root
        id={id}
        checked={props.partly ? "indeterminate" : props.checked}
        onCheckedChange={(next) => props.onCheckedChange(next === true)}
        disabled={props.disabled}
        aria-describedby={props.hint ? `${id}-hint` : undefined}
        className="mt-0.5 grid size-4 shrink-0 place-items-center rounded-sm border border-line-strong bg-surface text-inverse disabled:opacity-45 data-[state=checked]:border-ink data-[state=checked]:bg-ink data-[state=indeterminate]:border-ink data-[state=indeterminate]:bg-ink"
      >
        <CheckboxPrimitive.Indicator>
          {props.partly ? (
            <Minus aria-hidden className="size-3" />
          ) : (
            <Check aria-hidden className="size-3" strokeWidth={3} />
          )}
        </CheckboxPrimitive.Indicator>
      </CheckboxPrimitive.Root>
    </Labelled>
  );
}

/** Something that takes effect at once; for forms with a save button use Checkbox. */
export function Switch(props: ToggleProps) {
  const id = useId();
  return (
    <Labelled {...props} id={id}>
      <SwitchPrimitive.Root
        id={id}
        checked={props.checked}
        onCheckedChange={props.onCheckedChange}
        disabled={props.disabled}
        aria-describedby={props.hint ? `${id}-hint` : undefined}
        className="mt-0.5 inline-flex h-4 w-7 shrink-0 items-center rounded-full bg-baseline-mark px-0.5 transition-colors disabled:opacity-45 data-[state=checked]:bg-ink"
      >
        <SwitchPrimitive.Thumb className="size-3 rounded-full bg-surface transition-transform data-[state=checked]:translate-x-3" />
      </SwitchPrimitive.Root>
    </Labelled>
  );
}

type CardOption<V extends string> = {
  value: V;
  label: ReactNode;
  hint?: ReactNode;
  icon?: ReactNode;
  disabled?: boolean;
};

type RadioCardsProps<V extends string> = {
  value: V | null;
  onValueChange: (value: V) => void;
  options: readonly CardOption<V>[];
  /** name of the group, unless it stands in `<Field group>` */
  "aria-label"?: string;
  columns?: 1 | 2 | 3;
};

/** A choice that deserves an explanation per option. */
export function RadioCards<V extends string>({
  value,
  onValueChange,
  options,
  columns = 2,
  ...rest
}: RadioCardsProps<V>) {
  return (
    <RadioGroup.Root
      value={value ?? ""}
      onValueChange={(next) => onValueChange(next as V)}
      className={clsx("grid gap-2", columns === 2 && "sm:grid-cols-2", columns === 3 && "sm:grid-cols-3")}
      {...rest}
    >
      {options.map((option) => (
        <RadioGroup.Item
          key={option.value}
          value={option.value}
          disabled={option.disabled}
          className="flex items-start gap-2.5 rounded-lg border border-line-strong bg-surface p-3 text-left hover:bg-hover disabled:cursor-not-allowed disabled:opacity-45 data-[state=checked]:border-ink data-[state=checked]:ring-1 data-[state=checked]:ring-ink"
        >
          <span
            aria-hidden
            className="mt-0.5 grid size-4 shrink-0 place-items-center rounded-full border border-line-strong"
          >
            <RadioGroup.Indicator className="size-2 rounded-full bg-ink" />
          </span>
          <span className="min-w-0 flex-1">
            <span className="flex items-center gap-1.5 font-medium [&_svg]:size-4">
              {option.icon}
              {option.label}
            </span>
            {option.hint ? <span className="mt-0.5 block text-xs text-muted">{option.hint}</span> : null}
          </span>
        </RadioGroup.Item>
      ))}
    </RadioGroup.Root>
  );
}

type SliderProps = {
  value: number;
  onValueChange: (value: number) => void;
  min: number;
  max: number;
  step: number;
  /** the value in words with its unit, shown at the right and read aloud */
  format: (value: number) => string;
  disabled?: boolean;
  "aria-label"?: string;
};

export function Slider({ value, onValueChange, min, max, step, format, disabled, ...rest }: SliderProps) {
  const labelId = useFieldLabelId();
  const { required: _required, ...props } = useFieldProps<{ id?: string; "aria-label"?: string; required?: boolean }>(
    rest,
  );
  return (
    <div className="flex h-8 items-center gap-3">
      <SliderPrimitive.Root
        value={[value]}
        onValueChange={([next]) => next !== undefined && onValueChange(next)}
        min={min}
        max={max}
        step={step}
        disabled={disabled}
        className="relative flex h-4 flex-1 touch-none items-center data-disabled:opacity-45"
      >
        <SliderPrimitive.Track className="relative h-1 flex-1 rounded-full bg-line-strong">
          <SliderPrimitive.Range className="absolute h-full rounded-full bg-ink" />
        </SliderPrimitive.Track>
        <SliderPrimitive.Thumb
          {...props}
          aria-labelledby={rest["aria-label"] ? undefined : labelId}
          aria-valuetext={format(value)}
          className="block size-4 rounded-full border border-line-strong bg-surface shadow-pop"
        />
      </SliderPrimitive.Root>
      <output className="tnum min-w-16 text-right">{format(value)}</output>
    </div>
  );
}
