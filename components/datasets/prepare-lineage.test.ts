import { describe, expect, test } from "vitest";
import type { LineageKind } from "#lib/datasets/lineage-schema.ts";
import { prepareLineage } from "./prepare-lineage.ts";

const node = (id: string, kind: LineageKind) => ({ id, kind, title: id, detail: "", state: null, at: "2026-01-01" });
const edge = (text: string) => {
  const [from = "", to = ""] = text.split(">");
  return { from, to };
};

describe("prepareLineage", () => {
  const prepared = prepareLineage({
    nodes: [
      node("file", "file"),
      node("v1", "version"),
      node("v2", "version"),
      node("l1", "labelling"),
      node("l2", "labelling"),
      node("t1", "training"),
      node("s1", "student"),
      node("e1", "evaluation"),
      node("gold", "training"),
    ],
    edges: ["file>v1", "v1>v2", "v1>l1", "v1>l2", "l1>t1", "v1>t1", "t1>s1", "s1>e1", "v2>e1", "v2>gold", "l1>v2"].map(
      edge,
    ),
  });
  const at = (id: string) => {
    const found = prepared.nodes.find((each) => each.id === id);
    return found ? [found.column, found.row] : null;
  };

  test("puts each thing beside the first that was made of it, and nothing on another", () => {
    expect([at("file"), at("v1"), at("l1"), at("t1"), at("s1"), at("e1")].map((place) => place?.[1])).toEqual(
      Array(6).fill(0),
    );
    expect(at("l2")).toEqual([2, 1]);
    expect(at("v2")).toEqual([1, 2]);
    expect(at("gold")).toEqual([3, 2]);
    expect(prepared).toMatchObject({ rows: 3, columns: 6 });
    const places = prepared.nodes.map(({ column, row }) => `${column}.${row}`);
    expect(new Set(places).size).toBe(places.length);
  });

  test("leaves out lines that the tree already says, and marks those that it does not", () => {
    const lines = prepared.lines.map(({ from, to, main }) => `${from.id}>${to.id}${main ? "" : " also"}`);
    expect(lines).not.toContain("v1>t1 also");
    expect(lines.filter((line) => line.endsWith("also"))).toEqual(["v2>e1 also", "l1>v2 also"]);
  });

  test("takes what is made of nothing that is known as a beginning", () => {
    const { roots } = prepareLineage({ nodes: [node("v9", "version"), node("s", "student")], edges: [] });
    expect(roots.map(({ id, row }) => [id, row])).toEqual([
      ["v9", 0],
      ["s", 1],
    ]);
  });
});
