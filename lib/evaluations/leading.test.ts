import { expect, it } from "vitest";
import { leading } from "./leading.ts";
import type { CheckOutcome } from "./report.ts";

const of = (id: string, outcome: CheckOutcome, value: number | null, datasetVersionId = "v1") => ({
  id,
  datasetVersionId,
  report: { outcome, quality: { student: value === null ? null : { value } } },
});

it("takes the best student on the newest data: outcome first, then accuracy, then the newest", () => {
  expect(leading([])).toBeNull();
  expect(leading([of("weak", "fail", 0.7), of("good", "pass", 0.93)])?.id).toBe("good");
  expect(leading([of("a", "open", 0.92), of("b", "none", 0.94)])?.id).toBe("b");
  expect(leading([of("new", "pass", 0.93), of("old", "pass", 0.93)])?.id).toBe("new");
  expect(leading([of("only", "open", null)])?.id).toBe("only");
  // figures on other rows are not comparable
  expect(leading([of("here", "fail", 0.7, "v2"), of("there", "pass", 0.99, "v1")])?.id).toBe("here");
});
