import { formatPercent, plural } from "#lib/format.ts";
import { type CheckCode, checkCodes, checks } from "./checks.ts";
import { isTestSet } from "./compared.ts";
import { mostKept, type Tally } from "./finding-sink.ts";
import type { Look } from "./look.ts";
import type { CheckSummary, Drift } from "./schema.ts";

/** Checks that look at labelled rows only. */
const ofAnswers = new Set<CheckCode>([
  "conflict",
  "near-conflict",
  "outside-labels",
  "label-spelling",
  "rare-label",
  "label-noise",
]);
const ofClasses = new Set<CheckCode>(["near-conflict", "label-noise"]);
const ofFreeText = new Set<CheckCode>(["truncated", "boilerplate"]);

/** Why a check does not apply to this kind of data; null when it does. */
function unfit({ classification, generative, task, version }: Look, check: CheckCode): string | null {
  if (ofAnswers.has(check) && version.labelledCount === 0) return "No row has a gold answer.";
  if (ofClasses.has(check) && !classification) return "The answers are no labels.";
  if (ofFreeText.has(check) && !generative) return "The answers are no free text.";
  if (check === "invalid-json" && (task?.kind !== "extraction" || task.jsonSchema === null))
    return "The task asks for no JSON.";
  return null;
}

/** Every check in the order of the report. */
export function summarise(look: Look, drift: Drift | null): CheckSummary[] {
  return checkCodes.map((check) => summaryOf(look, check, drift));
}

function summaryOf(look: Look, check: CheckCode, drift: Drift | null): CheckSummary {
  const { policy, sink, version } = look;
  const level = policy.levels[check];
  const tally = sink.tally(check);
  const grouped = tally.groups.size > 0;
  const base = { check, level, groups: grouped ? tally.groups.size : null, figures: look.figures.get(check) ?? {} };
  const none = { rows: 0, share: 0, kept: 0, fixes: [] };
  if (level === "off") return { ...base, ...none, status: "off", sentence: "Not looked for." };
  const why = look.skipped.get(check) ?? unfit(look, check);
  if (why !== null) return { ...base, ...none, status: "skipped", sentence: why };
  if (check === "drift") return { ...base, ...none, ...driftSummary(drift) };
  const rows = tally.rows.size;
  const looked = ofAnswers.has(check) ? version.labelledCount : version.rowCount;
  const share = Math.min(1, rows / Math.max(1, looked));
  const status = rows === 0 ? "clean" : share <= policy.allowed[check] ? "allowed" : "found";
  return {
    ...base,
    status,
    rows,
    share,
    kept: tally.kept,
    sentence: sentenceOf(look, check, tally, share),
    fixes: rows === 0 ? [] : fixesOf(look, check),
  };
}

function driftSummary(drift: Drift | null): Pick<CheckSummary, "status" | "sentence"> {
  const moved = drift?.parts.filter(({ drifted }) => drifted) ?? [];
  if (moved.length === 0) return { status: "clean", sentence: `Much the same as ${drift?.name ?? "before"}.` };
  const parts = moved.map(({ part }) => part).join(", ");
  return { status: "found", sentence: `Differs from ${drift?.name} in: ${parts}.` };
}

/** Leaked rows are dropped on the side that is trained on, never where they are held out. */
function fixesOf({ version }: Look, check: CheckCode): CheckSummary["fixes"] {
  if ((check === "leak-exact" || check === "leak-near") && isTestSet(version)) return [];
  return [...checks[check].fixes];
}

function sentenceOf(look: Look, check: CheckCode, { rows, groups, kept }: Tally, share: number): string {
  if (rows.size === 0) return "Nothing found.";
  const count = plural(rows.size, "row");
  const of = `${count} (${formatPercent(share)})`;
  const part = groups.size > 0 ? groupWords(check, groups.size) : "";
  const rest = kept >= mostKept ? " The first 100,000 findings are kept." : "";
  return `${leakWords(look, check, count) ?? `${of}${part}.`}${rest}`;
}

function groupWords(check: CheckCode, groups: number): string {
  if (check === "duplicate" || check === "near-duplicate") return ` repeat ${plural(groups, "text")}`;
  if (check === "conflict") return ` of ${plural(groups, "input")} with different answers`;
  return check === "label-spelling" ? ` with ${plural(groups, "misspelt label")}` : ` of ${plural(groups, "label")}`;
}

function leakWords({ version }: Look, check: CheckCode, count: string): string | null {
  if (check !== "leak-exact" && check !== "leak-near") return null;
  const alike = check === "leak-exact" ? "" : "nearly ";
  return isTestSet(version)
    ? `${count} of this test set occur ${alike}in training rows of another dataset.`
    : `${count} to train on occur ${alike}in a hold-out.`;
}
