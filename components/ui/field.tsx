"use client";

import clsx from "clsx";
import { CircleAlert } from "lucide-react";
import { type ComponentProps, createContext, type ReactNode, useContext, useId } from "react";

type FieldLink = { id: string; describedBy: string | undefined; invalid: boolean; required: boolean };
const FieldContext = createContext<FieldLink | null>(null);

type ControlProps = {
  id?: string;
  "aria-describedby"?: string;
  "aria-invalid"?: boolean | "true" | "false" | "grammar" | "spelling";
  required?: boolean;
};

/** Joins a control to the label, hint and error of the Field around it; a control's own attributes win. */
export function useFieldProps<P extends ControlProps>(own: P): P {
  const link = useContext(FieldContext);
  if (!link) return own;
  return {
    ...own,
    id: own.id ?? link.id,
    "aria-describedby": own["aria-describedby"] ?? link.describedBy,
    "aria-invalid": own["aria-invalid"] ?? (link.invalid || undefined),
    required: own.required ?? (link.required || undefined),
  };
}

/** Id of the label around, for controls that `label for` does not reach: everything that is no form element. */
export function useFieldLabelId(): string | undefined {
  const link = useContext(FieldContext);
  return link ? `${link.id}-label` : undefined;
}

type FieldProps = {
  label: ReactNode;
  /** what to type and why, one sentence */
  hint?: ReactNode;
  /** what is wrong and what to do; replaces the hint */
  error?: string | null;
  required?: boolean;
  /** marks the label "optional": use where most fields are required */
  optional?: boolean;
  /** at the right end of the label line */
  aside?: ReactNode;
  /** several controls under one name: fieldset and legend instead of label */
  group?: boolean;
  className?: string;
  children: ReactNode;
};

/** Label, control, hint and error as one. Put exactly one control inside (or several with `group`). */
export function Field({
  label,
  hint,
  error,
  required = false,
  optional,
  aside,
  group = false,
  className,
  children,
}: FieldProps) {
  const id = useId();
  const noteId = `${id}-note`;
  const note = error || hint;
  const Outer = group ? "fieldset" : "div";
  const caption = (
    <>
      {label}
      {optional ? <span className="ml-1.5 font-normal text-faint">optional</span> : null}
    </>
  );
  return (
    <Outer className={clsx("min-w-0", className)} aria-describedby={group && note ? noteId : undefined}>
      <div className={clsx("mb-1 flex items-baseline justify-between gap-3", group && "contents")}>
        {group ? (
          <legend className="mb-1 text-sm font-medium">{caption}</legend>
        ) : (
          <label id={`${id}-label`} htmlFor={id} className="text-sm font-medium">
            {caption}
          </label>
        )}
        {aside ? <span className="text-xs text-muted">{aside}</span> : null}
      </div>
      <FieldContext.Provider
        value={group ? null : { id, describedBy: note ? noteId : undefined, invalid: Boolean(error), required }}
      >
        {children}
      </FieldContext.Provider>
      {note ? (
        <p
          id={noteId}
          role={error ? "alert" : undefined}
          className={clsx("mt-1 flex gap-1 text-xs", error ? "text-bad" : "text-muted")}
        >
          {error ? <CircleAlert aria-hidden className="mt-0.5 size-3 shrink-0" /> : null}
          <span className="min-w-0">{note}</span>
        </p>
      ) : null}
    </Outer>
  );
}

export function Input({ className, ...rest }: ComponentProps<"input">) {
  return <input {...useFieldProps(rest)} className={clsx("control", className)} />;
}

type TextareaProps = ComponentProps<"textarea"> & { mono?: boolean };

export function Textarea({ className, mono, rows = 4, ...rest }: TextareaProps) {
  return (
    <textarea
      {...useFieldProps(rest)}
      rows={rows}
      className={clsx("control h-auto! min-h-16 py-1.5! leading-5", mono && "font-mono text-sm", className)}
    />
  );
}

type NumberInputProps = Omit<ComponentProps<"input">, "type" | "value" | "onChange"> & {
  /** null while empty */
  value: number | null;
  onValueChange: (value: number | null) => void;
  /** shown inside at the right: "ms", "rows/s" */
  unit?: string;
  /** shown inside at the left: "$" */
  prefix?: string;
};

/** A figure with its unit. Free typing; `min`, `max` and `step` are told to the browser, the form validates. */
export function NumberInput({ value, onValueChange, unit, prefix, className, ...rest }: NumberInputProps) {
  const props = useFieldProps(rest);
  return (
    <span className={clsx("relative block", className)}>
      {prefix ? <span className="absolute inset-y-0 left-2.5 flex items-center text-muted">{prefix}</span> : null}
      <input
        inputMode="decimal"
        {...props}
        type="number"
        value={value ?? ""}
        onChange={(event) => onValueChange(event.target.value === "" ? null : event.target.valueAsNumber)}
        // a wheel over a focused number field would change it unnoticed
        onWheel={(event) => event.currentTarget.blur()}
        className={clsx(
          "control tnum text-right [appearance:textfield] [&::-webkit-inner-spin-button]:appearance-none",
          prefix && "pl-6!",
        )}
        style={unit ? { paddingRight: `calc(${unit.length}ch + 18px)` } : undefined}
      />
      {unit ? (
        <span aria-hidden className="absolute inset-y-0 right-2.5 flex items-center text-muted">
          {unit}
        </span>
      ) : null}
    </span>
  );
}
