import { formatCount, formatFigure } from "#lib/format.ts";
import type { FieldKey, FieldUnit } from "#lib/savings/fields.ts";
import { savingsFields } from "#lib/savings/fields.ts";

/** How a unit is typed and shown: dollars for micro-dollars, percent for shares. */
const units: Record<FieldUnit, { per: number; prefix?: string; suffix?: string; step: number }> = {
  requests: { per: 1, step: 1 },
  tokens: { per: 1, step: 1 },
  microsPerMtok: { per: 1e6, prefix: "$", suffix: "/ M", step: 0.01 },
  micros: { per: 1e6, prefix: "$", step: 0.01 },
  microsPerHour: { per: 1e6, prefix: "$", suffix: "/ h", step: 1 },
  hours: { per: 1, suffix: "h", step: 1 },
  share: { per: 0.01, suffix: "%", step: 1 },
  months: { per: 1, suffix: "months", step: 1 },
};

/** Looks of a field's control. */
export function unitOf(key: FieldKey) {
  return units[savingsFields[key].unit];
}

/** Stored value to the figure in the control, without the noise of binary fractions. */
export function toShown(key: FieldKey, value: number): number {
  return Number((value / unitOf(key).per).toPrecision(10));
}

/** Figure in the control to the stored value; money becomes whole micro-dollars. */
export function toStored(key: FieldKey, shown: number): number {
  const value = shown * unitOf(key).per;
  return unitOf(key).prefix === "$" ? Math.round(value) : Number(value.toPrecision(10));
}

/** "10,000", "$2.50 / M", "20 %". */
export function inWords(key: FieldKey, value: number): string {
  const { prefix = "", suffix } = unitOf(key);
  const shown = toShown(key, value);
  const figure =
    prefix === "$"
      ? shown.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 4 })
      : shown >= 100
        ? formatCount(shown)
        : formatFigure(shown, 2);
  return `${prefix}${figure}${suffix ? ` ${suffix}` : ""}`;
}
