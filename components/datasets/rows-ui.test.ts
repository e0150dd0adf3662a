import { describe, expect, it } from "vitest";
import { changeOf } from "./bulk-bar.tsx";
import { charsOf, prepareLengths } from "./prepare-lengths.ts";
import { editOf } from "./row-edit.tsx";
import { filterOf, patchFor, sortOf, viewOf } from "./row-filter.ts";
import { readViews, withView } from "./saved-views.ts";

const getOf = (query: string) => {
  const params = new URLSearchParams(query);
  return (key: string) => params.get(key) ?? "";
};

describe("the address says which rows are shown", () => {
  it("reads every filter, and leaves out what it cannot mean", () => {
    expect(filterOf(getOf("q=a+b&split=holdout&label=x&gold=no&repeated=conflicts&made=edit&min=10&max=20"))).toEqual({
      search: "a b",
      split: "holdout",
      label: "x",
      hasOutput: false,
      repeated: "conflicts",
      origin: "edit",
      minLength: 10,
      maxLength: 20,
    });
    expect(filterOf(getOf("split=all&gold=maybe&repeated=x&made=magic&min=-1&max=1e9&q="))).toEqual({});
    expect(filterOf(getOf("min=0"))).toEqual({ minLength: 0 });
    expect([sortOf(getOf("sort=-length")), sortOf(getOf("sort=input"))]).toEqual(["-length", "position"]);
  });

  it("keeps of a view what chooses and orders rows, and shows it again", () => {
    const view = viewOf("tab=rows&row=7&q=x&sort=-length&hide=side&min=5&evil=1");
    expect(view).toBe("q=x&min=5&sort=-length&hide=side");
    expect(patchFor(view)).toMatchObject({ q: "x", min: "5", sort: "-length", split: null, label: null, row: null });
  });
});

describe("saved views", () => {
  it("survive what a browser may have kept", () => {
    expect(readViews(null)).toEqual([]);
    expect(readViews("{broken")).toEqual([]);
    expect(readViews('{"name":"x"}')).toEqual([]);
    expect(readViews('[{"name":"a","query":"q=1&row=3"},{"name":"","query":""},7]')).toEqual([
      { name: "a", query: "q=1" },
    ]);
  });

  it("are replaced by name and sorted", () => {
    const views = withView(withView([], { name: "b", query: "q=1" }), { name: "a", query: "q=2" });
    expect(views.map(({ name }) => name)).toEqual(["a", "b"]);
    expect(withView(views, { name: "b", query: "q=3" })).toEqual([
      { name: "a", query: "q=2" },
      { name: "b", query: "q=3" },
    ]);
  });
});

describe("histogram of lengths", () => {
  const bins = [
    { from: 10, to: 15, rows: 60, holdout: 10 },
    { from: 15, to: 20, rows: 30, holdout: 30 },
    { from: 20, to: 30, rows: 10, holdout: 0 },
  ];

  it("draws bars against the longest, and each leads to its rows", () => {
    const { bars, finding } = prepareLengths(bins, "characters");
    expect(bars.map(({ trainShare, holdoutShare, min, max }) => [trainShare, holdoutShare, min, max])).toEqual([
      [50 / 60, 10 / 60, 10, 14],
      [0, 0.5, 15, 19],
      [10 / 60, 0, 20, 29],
    ]);
    expect(finding).toBe("half of the inputs are below 15 characters, 95 % below 30");
    expect(prepareLengths([], "tokens")).toEqual({ bars: [], finding: "No rows to measure" });
  });

  it("leads from tokens to characters without gaps or overlaps", () => {
    expect(charsOf({ from: 0, to: 10 }, "tokens")).toEqual({ min: 0, max: 36 });
    expect(charsOf({ from: 10, to: 15 }, "tokens")).toEqual({ min: 37, max: 56 });
    for (let chars = 1; chars < 200; chars += 1) {
      const tokens = Math.ceil(chars / 4);
      const { min, max } = charsOf({ from: tokens, to: tokens + 1 }, "tokens");
      expect(chars >= min && chars <= max).toBe(true);
    }
  });
});

describe("changes", () => {
  it("of picked rows are told one by one, those of a filter by the filter", () => {
    const picked = { positions: new Set([9, 2]), all: false };
    expect(changeOf({ kind: "label", output: "x" }, picked, {}, null)).toEqual({
      kind: "rows",
      changes: [
        { position: 2, output: "x" },
        { position: 9, output: "x" },
      ],
    });
    expect(changeOf({ kind: "delete" }, picked, {}, null)).toMatchObject({
      changes: [{ position: 2, gone: true }, {}],
    });
    expect(changeOf({ kind: "move", side: "holdout" }, { ...picked, all: true }, { label: "x" }, 7)).toEqual({
      kind: "where",
      filter: { label: "x" },
      action: { kind: "moveTo", side: "holdout" },
      rows: 7,
    });
  });

  it("of one row are what differs; an emptied answer is none", () => {
    const row = { position: 3, input: "a", output: "b" };
    expect(editOf(row, "a", "b")).toBeNull();
    expect(editOf(row, " ", "c")).toBeNull();
    expect(editOf(row, "a", " ")).toEqual({ position: 3, output: null });
    expect(editOf(row, "a2", "b")).toEqual({ position: 3, input: "a2" });
  });
});
