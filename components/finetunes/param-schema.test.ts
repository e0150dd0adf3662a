import { expect, test } from "vitest";
import { z } from "zod";
import { recipes } from "#lib/recipes/registry.ts";
import { paramFields, paramProblem } from "./param-schema.ts";

const schemaOf = (params: z.ZodType) => z.toJSONSchema(params, { io: "input" }) as Record<string, unknown>;

test("every parameter of every recipe becomes a field with bounds, default and its source", () => {
  for (const recipe of recipes) {
    const fields = paramFields(schemaOf(recipe.params));
    expect(fields.map((field) => field.name)).toEqual(Object.keys(recipe.params.shape));
    const defaults: Record<string, unknown> = recipe.params.parse({});
    for (const field of fields) {
      expect(field.default).toBe(defaults[field.name]);
      expect(field.source).not.toBe("");
      expect(paramProblem(field, field.default)).toBeNull();
    }
  }
});

test("values are checked as the server checks them", () => {
  const [field] = paramFields(schemaOf(z.object({ n: z.int().min(1).max(5).default(2).meta({ title: "N" }) })));
  if (!field) throw new Error("no field");
  expect(paramProblem(field, null)).not.toBeNull();
  expect(paramProblem(field, 1.5)).not.toBeNull();
  expect(paramProblem(field, 0)).not.toBeNull();
  expect(paramProblem(field, 6)).not.toBeNull();
  expect(paramProblem(field, 5)).toBeNull();
});

test("a parameter of an unknown shape keeps its default and is not asked for", () => {
  expect(paramFields({ properties: { weird: { type: "object" } } })).toEqual([]);
});
