import { describe, expect, it } from "vitest";
import { checkJsonSchema, type JsonObject, maxSchemaCharacters, parseSchemaText } from "./json-schema.ts";

const invoice = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  type: "object",
  properties: {
    number: { type: "string", pattern: "^[A-Z]{2}\\d+$" },
    total: { type: ["number", "null"], minimum: 0 },
    currency: { enum: ["EUR", "USD"] },
    lines: { type: "array", items: { $ref: "#/$defs/line" }, maxItems: 50 },
    __proto__x: { type: "boolean" },
  },
  required: ["number", "total"],
  additionalProperties: false,
  $defs: { line: { type: "object", properties: { text: { type: "string" } } } },
};
const withProperty = (property: unknown): JsonObject => ({ type: "object", properties: { field: property } });
const nested = (levels: number): JsonObject =>
  levels === 0 ? { type: "string" } : { type: "array", items: nested(levels - 1) };

describe("checkJsonSchema", () => {
  it("takes a real schema and property names that look like traps", () => {
    expect(checkJsonSchema(invoice)).toEqual([]);
    expect(
      checkJsonSchema(JSON.parse('{"type":"object","properties":{"__proto__":{"type":"string"},"constructor":{}}}')),
    ).toEqual([]);
  });

  it.each<[string, unknown, string, RegExp]>([
    ["a list", [], "", /JSON object/],
    ["a text", "object", "", /JSON object/],
    ["no type", { properties: { a: {} } }, "/type", /must be an object/],
    ["no properties", { type: "object" }, "/properties", /at least one/],
    ["an unknown type", withProperty({ type: "text" }), "/properties/field/type", /one of object/],
    ["a keyword that does not exist", withProperty({ typ: "string" }), "/properties/field/typ", /not a keyword/],
    ["a keyword named like Object's", withProperty({ toString: 1 }), "/properties/field/toString", /not a keyword/],
    ["a wrong value", withProperty({ minLength: -1 }), "/properties/field/minLength", /whole number/],
    ["a broken pattern", withProperty({ pattern: "(" }), "/properties/field/pattern", /regular expression/],
    ["an empty enum", withProperty({ enum: [] }), "/properties/field/enum", /at least one value/],
    ["a remote reference", withProperty({ $ref: "http://evil.example/s.json" }), "/properties/field/$ref", /\$defs/],
    ["a reference to nothing", withProperty({ $ref: "#/$defs/none" }), "/properties/field/$ref", /\$defs/],
    ["a required stranger", { ...withProperty({}), required: ["other"] }, "/required", /"other" is required/],
    ["a schema that is none", withProperty(3), "/properties/field", /object, true or false/],
    [
      "a name with a slash",
      { type: "object", properties: { "a/b": { type: "x" } } },
      "/properties/a~1b/type",
      /one of/,
    ],
    ["too much nesting", withProperty(nested(13)), `/properties/field${"/items".repeat(12)}`, /levels deep/],
  ])("refuses %s and says where", (_, schema, pointer, message) => {
    expect(checkJsonSchema(schema)).toEqual([{ pointer, message: expect.stringMatching(message) }]);
  });

  it("stops at deep nesting and at length instead of hanging", () => {
    expect(checkJsonSchema(withProperty(nested(5_000)))).toHaveLength(1);
    expect(checkJsonSchema(withProperty({ description: "x".repeat(maxSchemaCharacters) }))).toHaveLength(1);
  });
});

describe("parseSchemaText", () => {
  it("gives the schema, or what is wrong with the text", () => {
    expect(parseSchemaText(JSON.stringify(invoice))).toEqual({ schema: invoice, problems: [] });
    expect(parseSchemaText("{").schema).toBeNull();
    expect(parseSchemaText("{").problems).toEqual([
      { pointer: "", message: expect.stringMatching(/^This is not JSON: .+\.$/) },
    ]);
    expect(parseSchemaText("{}").problems).not.toEqual([]);
  });
});
