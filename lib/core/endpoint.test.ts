import { expect, it } from "vitest";
import { z } from "zod";
import { entityOf, ref } from "./endpoint.ts";

it("knows what an id points at, however its schema was wrapped or described", () => {
  const id = ref("dataset");
  const variants = [
    id,
    id.optional(),
    id.nullable(),
    id.meta({ description: "x" }),
    id.describe("x"),
    id.meta({}).optional().meta({}),
  ];
  expect(variants.map(entityOf)).toEqual(variants.map(() => "dataset"));
  expect(entityOf(z.uuid())).toBeUndefined();
});
