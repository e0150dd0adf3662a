import { expect, it } from "vitest";
import { toCsv } from "./export.ts";

const columns = [
  { key: "name", label: "Name" },
  { key: "value", label: "Share, %" },
];

it("writes exact figures and quotes what needs it", () => {
  const rows = [
    { name: 'say "hi", twice', value: 0.123456789 },
    { name: "two\nlines", value: -3 },
    { name: null, value: Number.NaN },
  ];
  expect(toCsv({ columns, rows })).toBe(
    'Name,"Share, %"\r\n"say ""hi"", twice",0.123456789\r\n"two\nlines",-3\r\n,\r\n',
  );
});

it("never writes a formula", () => {
  const rows = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx"].map((name) => ({ name, value: 1 }));
  for (const line of toCsv({ columns, rows }).trim().split("\r\n").slice(1))
    expect(line.replace(/^"/, "")).toMatch(/^'/);
});
