import { csvLine } from "#lib/core/csv.ts";
import { fieldKeys, savingsFields } from "./fields.ts";
import type { Savings } from "./schema.ts";

const usd = (micros: number): number => micros / 1e6;
const moneyUnits = new Set<string>(["micros", "microsPerMtok", "microsPerHour"]);

/** Results, inputs with their sources, and cash by month, as one CSV for a spreadsheet. Money in dollars. */
export function savingsCsv(savings: Savings): string {
  const { model, headline, inputs } = savings;
  const { monthly, oneOff, payback } = model;
  const lines: (string | number | null)[][] = [
    ["Project", savings.projectName],
    ["Finding", headline.sentence],
    ...(savings.simulated ? [["Note", "Simulated sample project: no figure is a real model's."]] : []),
    [],
    ["A month", "USD"],
    [`Today: ${savings.baseline}`, usd(monthly.baseline)],
    ["Student, serving", usd(monthly.student)],
    ["Relabelling by the teacher", usd(monthly.relabelling)],
    ["People's time", usd(monthly.upkeepPeople)],
    ["Share of one-off costs", usd(monthly.oneOffShare)],
    ["Net saving, low", usd(monthly.net.low)],
    ["Net saving, likely", usd(monthly.net.likely)],
    ["Net saving, high", usd(monthly.net.high)],
    ["One-off costs", usd(oneOff.total)],
    ["Paid back on", payback.kind === "day" ? payback.date : payback.kind === "never" ? "never" : "after ten years"],
    [],
    ["Input", "Value", "Unit", "Source", "Note"],
    ...fieldKeys.map((key) => {
      const { value, source, note } = inputs[key];
      const { label, unit } = savingsFields[key];
      const money = moneyUnits.has(unit);
      const named = { microsPerMtok: "USD per million tokens", micros: "USD", microsPerHour: "USD per hour" };
      const unitName = unit in named ? named[unit as keyof typeof named] : unit;
      return [label, money ? usd(value) : value, unitName, source, note];
    }),
    [],
    ["Month", "Cash low, USD", "Cash likely, USD", "Cash high, USD"],
    ...model.cumulative.map(({ month, low, likely, high }) => [month, usd(low), usd(likely), usd(high)]),
  ];
  return `\uFEFF${lines.map(csvLine).join("")}`;
}
