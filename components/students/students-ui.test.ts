import { expect, test } from "vitest";
import { prepareCurves } from "./prepare-curves.ts";
import { shownLabel } from "./words.ts";

test("curves leave out what was not measured and say where the refit begins", () => {
  const { loss, accuracy, refitFrom } = prepareCurves([
    { epoch: 1, phase: "fit", loss: 1, evalLoss: 1.2, evalAccuracy: 0.5 },
    { epoch: 2, phase: "refit", loss: 0.5, evalLoss: null, evalAccuracy: null },
  ]);
  expect(loss.map(({ label, points }) => [label, points.length])).toEqual([
    ["Training", 2],
    ["Validation", 1],
  ]);
  expect(accuracy[0]?.points).toEqual([{ x: 1, y: 0.5 }]);
  expect(refitFrom).toBe(2);
  expect(prepareCurves([]).accuracy).toEqual([]);
});

test("labels that hold line breaks or nothing can be seen", () => {
  expect(shownLabel("a\nb\tc")).toBe("a ⏎ b ⇥ c");
  expect(shownLabel("")).toBe("(empty)");
  expect(shownLabel("__proto__")).toBe("__proto__");
});
