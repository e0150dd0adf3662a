import { mostKept } from "./finding-sink.ts";
import { lengthZ, usualLength } from "./lengths.ts";
import { type Look, note } from "./look.ts";
import type { Scanned } from "./scan.ts";

/** Inputs of unusual length, the most unusual first. */
export async function checkLengths(look: Look, { inputChars, positions, count }: Scanned): Promise<void> {
  if (!look.sink.wants("length-outlier")) return;
  const usual = usualLength(inputChars.values());
  if (!usual) {
    look.skipped.set("length-outlier", "Too few rows have no usual length.");
    return;
  }
  const most = look.policy.thresholds.lengthZ;
  const found: { entry: number; z: number }[] = [];
  for (let entry = 0; entry < count; entry++) {
    if ((entry & 4095) === 0) await look.pulse();
    const z = lengthZ(inputChars.at(entry), usual);
    if (Math.abs(z) > most) found.push({ entry, z });
  }
  found.sort((a, b) => Math.abs(b.z) - Math.abs(a.z) || a.entry - b.entry);
  const median = Math.round(Math.expm1(usual.median));
  for (const { entry, z } of found.slice(0, mostKept)) {
    const words = `${inputChars.at(entry)} characters; the median is ${median}.`;
    look.sink.add("length-outlier", { position: positions.at(entry), part: "input", score: z, note: words });
    await look.sink.settle();
  }
  for (const { entry } of found.slice(mostKept)) look.sink.tally("length-outlier").rows.add(positions.at(entry));
  note(look, "length-outlier", { "median characters": median });
}
