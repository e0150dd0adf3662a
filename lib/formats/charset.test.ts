import { describe, expect, it } from "vitest";
import { readAll, readFrom } from "./read.testing.ts";

const win1252 = (text: string) =>
  Buffer.from(
    Array.from(
      text,
      (character) => ({ "€": 0x80, "“": 0x93, "”": 0x94, "–": 0x96 })[character] ?? character.charCodeAt(0),
    ),
  );

const table = "text,label\nDie Größe paßt nicht,größe\nÇa coûte 5 €,prix\n“quoted” – text,q\nplain,q\n";

describe("Windows-1252", () => {
  it("is read where nothing else is UTF-8, with a warning that shows the choice", async () => {
    const bytes = win1252(table);
    const read = await readAll(bytes);
    expect(read.how.encoding).toBe("windows-1252");
    expect(read.warnings.join()).toContain("read as Windows-1252");
    expect(read.records.map(({ values }) => values)).toEqual([
      ["Die Größe paßt nicht", "größe"],
      ["Ça coûte 5 €", "prix"],
      ["“quoted” – text", "q"],
      ["plain", "q"],
    ]);
    expect(read.records.map(({ offset }) => offset)).toEqual(
      ["Die", "Ça", "“q", "plain"].map((word) => bytes.indexOf(win1252(word))),
    );
  });

  it("goes on at any place where a batch ended", async () => {
    const bytes = win1252(table.repeat(5));
    const whole = await readAll(bytes, 11);
    for (const stop of whole.stops) {
      const rest = await readFrom(bytes, stop);
      expect([...whole.records.filter(({ offset }) => offset < stop.offset), ...rest.records]).toEqual(whole.records);
    }
  });

  it("may be chosen, or not", async () => {
    const one = Buffer.from("text,label\ncaf\xe9,x\n", "latin1");
    expect((await readAll(one)).records).toEqual([]);
    expect((await readAll(one, { encoding: "windows-1252" })).records[0]?.values[0]).toBe("café");
    const utf8 = await readAll(win1252(table), { encoding: "utf-8" });
    expect(utf8.how.encoding).toBe("utf-8");
    expect(utf8.rejections.map(({ code }) => code)).toEqual(["invalid_text", "invalid_text", "invalid_text"]);
    expect((await readAll("\ufefftext,label\né,x\n", { encoding: "windows-1252" })).how.encoding).toBe("utf-8");
  });

  it("is not what one bad row in UTF-8 makes of a file", async () => {
    for (const around of ["größe", "plain"]) {
      const bytes = Buffer.concat([
        Buffer.from(`text,label\n${`${around} one,x\n`.repeat(5)}`),
        Buffer.from("caf\xe9 au lait,x\n", "latin1"),
        Buffer.from(`${around} two,y\n`),
      ]);
      const read = await readAll(bytes);
      expect(read.how.encoding).toBe("utf-8");
      expect(read.records).toHaveLength(6);
      expect(read.rejections).toMatchObject([{ code: "invalid_text", line: 7 }]);
    }
  });

  it("is not what random bytes in a few rows are", async () => {
    const bad = Buffer.of(0x31, 0x2c, 0xff, 0xfe, 0x81, 0x0a);
    const bytes = Buffer.concat([Buffer.from("a,b\n"), bad, bad, bad, Buffer.from("1,2\n3,4\n5,6\n7,8\n")]);
    const read = await readAll(bytes);
    expect(read.how.encoding).toBe("utf-8");
    expect(read.rejections).toHaveLength(3);
  });
});

describe("UTF-16 without a byte order mark", () => {
  it.each(["le", "be"])("%s", async (order) => {
    const le = Buffer.from("text;label\nä little text;x\nanother one;y\n", "utf16le");
    const read = await readAll(order === "le" ? le : Buffer.from(le).swap16());
    expect(read.how.encoding).toBe(`utf-16${order}`);
    expect(read.warnings.join()).toContain("no byte order mark");
    expect(read.records.map(({ values }) => values[1])).toEqual(["x", "y"]);
    expect(read.records[1]?.offset).toBe(le.indexOf(Buffer.from("another", "utf16le")));
  });
});

describe("plain text", () => {
  const prose =
    "My printer does not print, and it is new.\nHow do I reset it?\n\nThe cable, which I bought, is broken.\n";

  it("is recognised, one input per line", async () => {
    const read = await readAll(prose, { unlabelled: true });
    expect(read.how).toMatchObject({ format: "text", shape: "text-only" });
    expect(read.records.map(({ values, line }) => [values[0], line])).toEqual([
      ["My printer does not print, and it is new.", 1],
      ["How do I reset it?", 2],
      ["The cable, which I bought, is broken.", 4],
    ]);
    expect((await readAll(prose)).records).toEqual([]);
  });

  it("is not what a table with one column is", async () => {
    expect((await readAll("text\nMy printer does not print.\nHow do I reset it?\n")).how.format).toBe("csv");
    expect((await readAll("Input text,Label\nA sentence, it is.,x\n")).how.format).toBe("csv");
  });
});
