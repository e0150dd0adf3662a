import { describe, expect, it } from "vitest";
import { rowsForFloor } from "./checks.ts";
import { type JudgeContext, type JudgedRow, judge } from "./judge.ts";
import { labelSpelling } from "./labels.ts";
import { EvaluationReport } from "./report.ts";

const row = (
  gold: string | null,
  teacher: string | null,
  student: string,
  more: Partial<JudgedRow> = {},
): JudgedRow => ({
  gold,
  teacher,
  student,
  confidence: 0.9,
  studentLatencyMs: 0.4,
  teacherLatencyMs: teacher === null ? null : 800,
  ...more,
});
const times = (n: number, make: (i: number) => JudgedRow): JudgedRow[] => Array.from({ length: n }, (_, i) => make(i));
const context: JudgeContext = {
  taskLabels: ["a", "b"],
  studentLabels: ["a", "b"],
  hasTeacher: true,
  notAsked: 0,
  duplicates: 0,
  seenInTraining: 0,
  memoryBytes: 5_000_000,
  teacherPer1kMicros: 1_500_000,
  limits: {
    minQuality: null,
    maxP95LatencyMs: null,
    maxMemoryBytes: null,
    budgetMicros: null,
    spentMicros: 0,
    margin: 0.02,
  },
};

describe("judge", () => {
  it("is stored and read back unchanged, whatever came in", async () => {
    for (const rows of [
      [],
      times(3, () => row(null, null, "a")),
      times(40, (i) => row("a", i % 3 ? "a" : null, "b")),
    ]) {
      const report = await judge(rows, context);
      const json = JSON.stringify(report);
      expect(json).not.toContain("null,null,null,null");
      expect(EvaluationReport.parse(JSON.parse(json))).toEqual(report);
    }
  });

  it("counts a missing teacher answer as wrong on all rows, and shows the answered rows apart", async () => {
    const report = await judge(
      [...times(60, () => row("a", "a", "a")), ...times(40, () => row("b", null, "b"))],
      context,
    );
    const { all, answered } = report.views;
    expect(all.teacher?.figures.accuracy?.value).toBe(0.6);
    expect(all.student.figures.accuracy?.value).toBe(1);
    expect(answered?.n).toBe(60);
    expect(answered?.teacher?.figures.accuracy?.value).toBe(1);
    // 40 rows without an answer sit in the "no answer" column
    expect(all.teacher?.cells).toContainEqual({ gold: 1, predicted: 3, count: 40 });
    expect(all.verdict?.kind).toBe("better");
    expect(answered?.verdict?.kind).toBe("unclear");
  });

  it("without any gold it measures agreement, and gives no verdict", async () => {
    const report = await judge(
      times(50, (i) => row(null, i < 45 ? "a" : "b", "a")),
      { ...context, limits: { ...context.limits, minQuality: 0.8 } },
    );
    expect(report.basis).toBe("teacher");
    expect(report.views.all.student.figures.accuracy?.value).toBe(0.9);
    expect(report.views.all.verdict).toBeNull();
    expect(report.views.all.teacher).toBeNull();
    expect(report.checks.find((check) => check.id === "quality")).toMatchObject({
      label: "Agreement with the teacher",
      outcome: "open",
    });
    expect(report.checks[0]?.says).toContain("only agreement");
  });

  it("without a teacher it gives accuracy only", async () => {
    const report = await judge(
      times(50, () => row("a", null, "a")),
      { ...context, hasTeacher: false },
    );
    expect(report.basis).toBe("gold");
    expect(report.views.all.teacher).toBeNull();
    expect(report.views.all.agreement).toBeNull();
    expect(report.outcome).toBe("none");
  });

  it("reports labels of the hold-out that the student never saw", async () => {
    const report = await judge(
      [...times(20, () => row("a", "a", "a")), row("rare", "rare", "a"), row("rare", "a", "a")],
      context,
    );
    expect(report.unseen).toEqual({ labels: ["rare"], rows: 2 });
    expect(report.labels).toEqual(["a", "b", "rare"]);
  });

  it("ignores rows without gold where others have it, and says how many counted", async () => {
    const report = await judge([row("a", "a", "a"), row(null, "a", "b"), row("b", "a", "b")], context);
    expect(report.rows).toMatchObject({ total: 3, withGold: 2, withTeacher: 3, judged: 2 });
    expect(report.views.all.n).toBe(2);
  });
});

describe("limits", () => {
  const limits = {
    ...context.limits,
    minQuality: 0.9,
    maxP95LatencyMs: 1,
    maxMemoryBytes: 1_000_000,
    budgetMicros: 10,
    spentMicros: 10,
  };
  const outcomes = async (rows: JudgedRow[]) =>
    Object.fromEntries((await judge(rows, { ...context, limits })).checks.map((c) => [c.id, c.outcome]));

  it("pass, fail and not enough rows", async () => {
    expect(await outcomes(times(500, (i) => row("a", "a", i < 480 ? "a" : "b")))).toEqual({
      teacher: "fail",
      quality: "pass",
      latency: "pass",
      memory: "fail",
      budget: "pass",
    });
    expect(await outcomes(times(10, () => row("a", "a", "a")))).toMatchObject({
      teacher: "open",
      quality: "open",
      latency: "open",
    });
    expect(
      await outcomes(times(300, (i) => row("a", "b", i < 200 ? "a" : "b", { studentLatencyMs: 3 }))),
    ).toMatchObject({
      teacher: "pass",
      quality: "fail",
      latency: "fail",
    });
  });

  it("says how many rows more would decide about the floor", async () => {
    const floor = async (right: number) =>
      (
        await judge(
          times(100, (i) => row("a", "a", i < right ? "a" : "b")),
          { ...context, limits },
        )
      ).checks[1]?.says;
    // n = (1.95996 sqrt(.9 * .1) + .84162 sqrt(.93 * .07))^2 / .03^2 = 715.8 -> 716
    expect(rowsForFloor(0.93, 0.9)).toBe(716);
    expect(await floor(93)).toContain("about 616 more needed");
    expect(await floor(90)).toContain("on the floor itself");
  });
});

describe("labelSpelling", () => {
  it("forgives case and spacing only", () => {
    const spell = labelSpelling(["Card arrival", "reverted_card_payment?", "Refund", "refund"]);
    expect(spell(" card  ARRIVAL")).toBe("Card arrival");
    expect(spell("reverted_card_payment")).toBe("reverted_card_payment");
    // labels that differ only by case must be spelled exactly
    expect(spell("refund")).toBe("refund");
    expect(spell("REFUND")).toBe("REFUND");
    expect(labelSpelling(["__proto__", "x"])("__PROTO__")).toBe("__proto__");
  });
});
