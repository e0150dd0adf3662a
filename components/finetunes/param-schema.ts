import { z } from "zod";

const Property = z.object({
  type: z.enum(["integer", "number"]),
  title: z.string(),
  description: z.string().default(""),
  source: z.string().default(""),
  advanced: z.boolean().default(false),
  step: z.number().optional(),
  default: z.number(),
  minimum: z.number(),
  maximum: z.number(),
});

/** One parameter of a recipe as a form field. */
export type ParamField = z.infer<typeof Property> & { name: string };

const Schema = z.object({ properties: z.record(z.string(), z.unknown()).default({}) });

/** Fields of a recipe's JSON Schema, in its order. Parameters of a shape that no control exists for keep their default and are left out. */
export function paramFields(schema: Record<string, unknown>): ParamField[] {
  const { properties } = Schema.parse(schema);
  return Object.entries(properties).flatMap(([name, property]) => {
    const parsed = Property.safeParse(property);
    return parsed.success ? [{ ...parsed.data, name }] : [];
  });
}

/** What is wrong with a typed value, or null. */
export function paramProblem(field: ParamField, value: number | null): string | null {
  if (value === null) return "Type a number.";
  if (field.type === "integer" && !Number.isInteger(value)) return "Type a whole number.";
  if (value < field.minimum || value > field.maximum) return `From ${field.minimum} to ${field.maximum}.`;
  return null;
}
