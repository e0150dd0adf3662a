import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { type Endpoint, endpoint, Instant, Int, Page, pageOf, QueryFlag, ref } from "#lib/core/endpoint.ts";
import { type Described, type JsonObject, openApiDocument } from "./openapi.ts";
import { verbs } from "./verbs.ts";

const real: readonly Described[] = verbs.map((verb) => verb.endpoint);

type Operation = {
  operationId: string;
  description: string;
  security?: unknown[];
  parameters?: { name: string; in: string; required: boolean; schema: JsonObject }[];
  requestBody?: { content: Record<string, { schema: JsonObject }> };
  responses: Record<string, { $ref?: string; description?: string; content?: Record<string, { schema: JsonObject }> }>;
};
type Paths = Record<string, Record<string, Operation>>;
const pathsOf = (document: JsonObject) => document.paths as unknown as Paths;
const methods = ["get", "post", "put", "patch", "delete"];

/** Every object in a document, with the path to it. */
function* walk(value: unknown, at = "#"): Generator<[string, Record<string, unknown>]> {
  if (typeof value !== "object" || value === null) return;
  if (!Array.isArray(value)) yield [at, value as Record<string, unknown>];
  for (const [key, inner] of Object.entries(value)) yield* walk(inner, `${at}/${key}`);
}

describe("the document of everything that is served", () => {
  const document = openApiDocument(real);
  const operations = Object.entries(pathsOf(document)).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
  );

  it("has the shape that OpenAPI 3.1 prescribes", () => {
    expect(real.length).toBeGreaterThan(70);
    expect(operations).toHaveLength(real.length);
    expect(document).toMatchObject({
      openapi: expect.stringMatching(/^3\.1\.\d$/),
      info: { title: "Stillhouse", version: expect.any(String) },
      servers: [{ url: "/api/v1" }],
    });
    expect(new Set(operations.map(({ operation }) => operation.operationId)).size).toBe(real.length);
    for (const { path, method, operation } of operations) {
      expect(path).toMatch(/^\/[^:]*$/);
      expect(methods).toContain(method);
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const declared = (operation.parameters ?? []).filter((parameter) => parameter.in === "path");
      expect(declared.map(({ name }) => name)).toEqual(inPath);
      expect(declared.every(({ required }) => required)).toBe(true);
      for (const response of Object.values(operation.responses))
        expect(response.$ref ?? response.description).toBeTruthy();
      if (method === "get" || method === "delete") expect(operation.requestBody).toBeUndefined();
    }
  });

  it("refers only to what is there", () => {
    for (const [at, { $ref }] of walk(document)) {
      if (typeof $ref !== "string") continue;
      const found = $ref
        .slice(2)
        .split("/")
        .reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], document);
      expect(found, `${at} -> ${$ref}`).toBeDefined();
    }
  });

  it("holds only valid JSON Schemas", () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    const schemas = document.components as { schemas: JsonObject };
    for (const [name, schema] of Object.entries(schemas.schemas)) {
      expect(() => ajv.compile({ ...(schema as JsonObject), $id: name })).not.toThrow();
    }
    let checked = 0;
    for (const [at, { schema }] of walk(document)) {
      if (typeof schema !== "object" || schema === null || JSON.stringify(schema).includes("$ref")) continue;
      expect(ajv.validateSchema(schema), at).toBe(true);
      checked += 1;
    }
    expect(checked).toBeGreaterThan(50);
  });
});

describe("one operation", () => {
  const thing = z.object({ id: z.uuid(), at: Instant, bytes: Int });
  const given: Described[] = [
    endpoint({
      name: "thing.get",
      method: "GET",
      path: "/things/:projectId",
      permission: "project.read",
      summary: "One.",
      input: z.object({ projectId: ref("project"), deep: QueryFlag.optional() }),
      output: thing,
    }),
    endpoint({
      name: "thing.list",
      method: "GET",
      path: "/things",
      permission: "self",
      summary: "All.",
      input: Page,
      output: pageOf(thing),
    }),
    endpoint({
      name: "thing.make",
      method: "POST",
      path: "/things",
      permission: "project.write",
      summary: "New.",
      input: z.object({ name: z.string(), note: z.string().default("") }),
      output: thing,
    }),
    endpoint({
      name: "thing.send",
      method: "POST",
      path: "/things/:projectId/file",
      permission: "data.write",
      summary: "File.",
      input: z.object({ projectId: ref("project"), fileName: z.string() }),
      output: thing,
      body: "stream",
    }),
    endpoint({
      name: "thing.file",
      method: "GET",
      path: "/things/:projectId/file",
      permission: "public",
      summary: "File.",
      input: z.object({ projectId: z.uuid() }),
      output: z.string(),
      answers: "file",
    }),
  ] as unknown as Endpoint[];
  const paths = pathsOf(openApiDocument(given));

  it("puts fields into path, query or body as the dispatcher reads them", () => {
    expect(paths["/things/{projectId}"]?.get?.parameters).toMatchObject([
      { name: "projectId", in: "path", description: "id of a project", schema: { type: "string", format: "uuid" } },
      { name: "deep", in: "query", required: false },
    ]);
    expect(paths["/things"]?.post?.requestBody?.content["application/json"]?.schema).toEqual({
      type: "object",
      properties: { name: { type: "string" }, note: { type: "string", default: "" } },
      required: ["name"],
    });
    expect(paths["/things/{projectId}/file"]?.post?.parameters?.map(({ name }) => name)).toEqual([
      "projectId",
      "fileName",
    ]);
    expect(Object.keys(paths["/things/{projectId}/file"]?.post?.requestBody?.content ?? {})).toEqual([
      "application/octet-stream",
    ]);
  });

  it("names what is answered and shares it between one, many and new", () => {
    const schema = (operation?: Operation) => operation?.responses["200"]?.content?.["application/json"]?.schema;
    const reference = { $ref: "#/components/schemas/Thing" };
    expect(schema(paths["/things/{projectId}"]?.get)).toEqual(reference);
    expect(schema(paths["/things"]?.post)).toEqual(reference);
    expect(schema(paths["/things"]?.get)).toMatchObject({ properties: { items: { items: reference } } });
    expect(openApiDocument(given).components).toMatchObject({
      schemas: { Thing: { properties: { at: { type: "string", format: "date-time" }, bytes: { type: "integer" } } } },
    });
  });

  it("offers Idempotency-Key on creates only, and says who may", () => {
    const keyed = (operation?: Operation) =>
      operation?.parameters?.some(({ name }) => name === "Idempotency-Key") ?? false;
    expect(keyed(paths["/things"]?.post)).toBe(true);
    expect(keyed(paths["/things"]?.get)).toBe(false);
    expect(paths["/things"]?.post?.description).toContain("owner, engineer");
    expect(paths["/things/{projectId}/file"]?.get?.security).toEqual([]);
    expect(paths["/things"]?.get?.responses["404"]).toBeUndefined();
    expect(paths["/things/{projectId}"]?.get?.responses["404"]).toEqual({ $ref: "#/components/responses/NOT_FOUND" });
  });
});
