import { describe, expect, it } from "vitest";
import { z } from "zod";
import { endpoint, Page, pageOf, ref } from "#lib/core/endpoint.ts";
import { type Described, openApiDocument } from "#lib/http/openapi.ts";
import { exampleOf, findOperations, type OpenApi, operationsOf, typeInWords } from "./reference.ts";

const Thing = z.object({ id: z.uuid(), name: z.string(), state: z.enum(["new", "old"]) });
const endpoints = [
  endpoint({
    name: "thing.list",
    method: "GET",
    path: "/things",
    permission: "project.read",
    summary: "All things.",
    input: Page,
    output: pageOf(Thing),
  }),
  endpoint({
    name: "thing.get",
    method: "GET",
    path: "/things/:projectId",
    permission: "project.read",
    summary: "One.",
    input: z.object({ projectId: ref("project") }),
    output: Thing,
  }),
  endpoint({
    name: "thing.make",
    method: "POST",
    path: "/things",
    permission: "project.write",
    summary: "New.",
    input: z.object({ name: z.string().max(120), count: z.int().min(1).max(9).default(3) }),
    output: Thing,
  }),
  endpoint({
    name: "thing.send",
    method: "POST",
    path: "/things/:projectId/file",
    permission: "data.write",
    summary: "File.",
    input: z.object({ projectId: ref("project"), fileName: z.string() }),
    output: Thing,
    body: "stream",
  }),
] as unknown as Described[];
const document = openApiDocument(endpoints) as unknown as OpenApi;
const operations = operationsOf(document, "http://host/api/v1");
const byId = (id: string) => operations.find((operation) => operation.id === id);

describe("the reference", () => {
  it("lists every operation with its fields in words", () => {
    expect(operations.map(({ id }) => id)).toEqual(["thing.list", "thing.make", "thing.get", "thing.send"]);
    expect(byId("thing.make")?.fields).toEqual([
      expect.objectContaining({ name: "Idempotency-Key", place: "header", required: false }),
      { name: "name", place: "body", required: true, type: "text, at most 120 characters", says: "" },
      { name: "count", place: "body", required: false, type: "whole number 1 to 9, default 3", says: "" },
    ]);
    expect(byId("thing.get")?.fields).toMatchObject([
      { name: "projectId", place: "path", type: "uuid", says: "id of a project" },
    ]);
  });

  it("writes curl that only needs the ids filled in", () => {
    expect(byId("thing.make")?.curl).toBe(
      'curl -X POST "http://host/api/v1/things" \\\n  -H "Authorization: Bearer $TOKEN" \\\n  -H "Content-Type: application/json" \\\n  -d \'{"name":"…"}\'',
    );
    expect(byId("thing.get")?.curl).toContain('"http://host/api/v1/things/$projectId"');
    expect(byId("thing.send")?.curl).toContain("file?fileName=…");
    expect(byId("thing.send")?.curl).toContain("-T file.jsonl");
  });

  it("shows answers as example values, looking through references", () => {
    expect(JSON.parse(byId("thing.list")?.answer ?? "")).toEqual({
      items: [{ id: expect.any(String), name: "…", state: "new" }],
      nextCursor: "…",
    });
  });

  it("finds by words of name, address and summary", () => {
    expect(findOperations(operations, "post THING").map(({ id }) => id)).toEqual(["thing.make", "thing.send"]);
    expect(findOperations(operations, "nothing like it")).toEqual([]);
    expect(findOperations(operations, "")).toHaveLength(4);
  });

  it("says types plainly and stops at schemas that contain themselves", () => {
    expect(typeInWords({ anyOf: [{ type: "string" }, { type: "null" }] })).toBe("text or null");
    expect(typeInWords({ type: "array", items: { enum: ["a", "b"] } })).toBe('list of "a" | "b"');
    const loop = { type: "object", properties: { next: { $ref: "#/components/schemas/Loop" } } };
    expect(JSON.stringify(exampleOf(loop, { components: { schemas: { Loop: loop } } }))).toContain("…");
  });
});
