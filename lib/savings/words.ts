import { formatCount, formatDate, formatMoney } from "#lib/format.ts";
import type { SavingsModel } from "./model.ts";

/** What the comparison amounts to, for a manager who reads one sentence only. */
export type Headline = { tone: "good" | "bad" | "open"; sentence: string };

/** Rounds money to what a forecast supports: three figures, "$9,240". */
export function roundMoney(micros: number): string {
  const size = 10 ** Math.max(4, Math.floor(Math.log10(Math.max(1, Math.abs(micros)))) - 2);
  const rounded = Math.round(micros / size) * size;
  if (Math.abs(rounded) < 100e6) return formatMoney(rounded);
  return `${rounded < 0 ? "-" : ""}$${formatCount(Math.abs(rounded) / 1e6)}`;
}

/**
 * The first sentence of the savings page and of its print. `complete`: traffic and today's cost are known. `proven`: an
 * evaluation shows that the student meets its limits; else it only would save.
 */
export function headline(model: SavingsModel, complete: boolean, horizonMonths: number, proven: boolean): Headline {
  if (!complete) {
    return {
      tone: "open",
      sentence:
        "Say how many requests a day today's model answers, and at what price, to see what the student would save.",
    };
  }
  const { net, running } = model.monthly;
  const { payback } = model;
  const range = `likely ${roundMoney(net.low)} to ${roundMoney(net.high)}`;
  if (payback.kind === "never") {
    return {
      tone: "bad",
      sentence: `The student never pays back: running it costs ${roundMoney(-running)} a month more than today's model at this traffic${worthwhile(model)}.`,
    };
  }
  if (payback.kind === "beyond") {
    return { tone: "bad", sentence: "The student does not pay back within ten years at this traffic." };
  }
  const back = payback.days === 0 ? "with nothing to pay back" : `paid back on ${formatDate(payback.date, "UTC")}`;
  if (net.likely <= 0) {
    return {
      tone: "bad",
      sentence: `Over ${horizonMonths} months the student costs ${roundMoney(-net.likely)} a month net (${range}); it is ${back} only.`,
    };
  }
  return {
    tone: net.low > 0 && proven ? "good" : "open",
    sentence: `${proven ? "The student saves" : "A student that is good enough would save"} ${roundMoney(net.likely)} a month net (${range}), ${back}.`,
  };
}

function worthwhile({ worthwhileFrom }: SavingsModel): string {
  return worthwhileFrom === null ? "" : `; it is worth it from ${formatCount(worthwhileFrom)} requests a day`;
}
