import { expect, it } from "vitest";
import { csvLine } from "./csv.ts";

it("quotes, doubles quotes and makes formulas text", () => {
  expect(csvLine(["a,b", 'say "x"', "two\nlines", -1.5, null])).toBe('"a,b","say ""x""","two\nlines",-1.5,\r\n');
  for (const formula of ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", '=HYPERLINK("http://evil.example")']) {
    expect(csvLine([formula]).replace(/^"/, "")).toMatch(/^'/);
  }
});
