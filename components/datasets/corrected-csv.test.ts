import { expect, it } from "vitest";
import { csvLine } from "#lib/core/csv.ts";
import { readCorrectedCsv } from "./corrected-csv.ts";

const header = csvLine(["number", "line", "byte_offset", "reason", "text"]);

it("reads back what was downloaded, quotes, line breaks and formulas included", () => {
  const texts = ['a,b,"c"', "=1+1", "two\nlines", "'quoted", "-5,x"];
  const csv = header + texts.map((text, index) => csvLine([String(index + 1), "7", "99", "why", text])).join("");
  expect(readCorrectedCsv(`\ufeff${csv}`)).toEqual(texts.map((text, index) => ({ seq: index + 1, text })));
});

it("says what is wrong with another file", () => {
  expect(() => readCorrectedCsv("a,b\n1,2\n")).toThrow('the columns "number" and "text"');
  expect(() => readCorrectedCsv(`${header}x,1,1,why,text\r\n`)).toThrow("Row 2 of the CSV has no number");
  expect(() => readCorrectedCsv(`${header}1,1,1,why,"open\r\n"x\r\n`)).toThrow("look at its quotes");
});
