/**
 * Checks that a value is a JSON Schema that can describe an answer (draft 2020-12, the keywords that structured-output
 * endpoints understand). Isomorphic: the form checks while typing. Source: json-schema.org/draft/2020-12.
 */

export const maxSchemaCharacters = 50_000;
const maxDepth = 12;

export interface SchemaProblem {
  /** JSON pointer into the schema; empty for the whole */
  pointer: string;
  message: string;
}

export type JsonObject = { [key: string]: unknown };

const types = ["object", "array", "string", "number", "integer", "boolean", "null"];
const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isCount = (value: unknown) => Number.isInteger(value) && Number(value) >= 0;
const isText = (value: unknown) => typeof value === "string";
const isFigure = (value: unknown) => typeof value === "number" && Number.isFinite(value);

/** Keywords with a plain value: what the value must be, in words and as a test. */
const plain: Readonly<Record<string, readonly [string, (value: unknown) => boolean]>> = {
  title: ["a text", isText],
  description: ["a text", isText],
  format: ["a text", isText],
  $schema: ["a text", isText],
  $id: ["a text", isText],
  $comment: ["a text", isText],
  required: [
    "a list of property names",
    (value) => Array.isArray(value) && value.every(isText) && new Set(value).size === value.length,
  ],
  enum: ["a list with at least one value", (value) => Array.isArray(value) && value.length > 0],
  examples: ["a list", Array.isArray],
  pattern: ["a regular expression", isRegularExpression],
  minimum: ["a number", isFigure],
  maximum: ["a number", isFigure],
  exclusiveMinimum: ["a number", isFigure],
  exclusiveMaximum: ["a number", isFigure],
  multipleOf: ["a number above 0", (value) => isFigure(value) && Number(value) > 0],
  minLength: ["a whole number from 0", isCount],
  maxLength: ["a whole number from 0", isCount],
  minItems: ["a whole number from 0", isCount],
  maxItems: ["a whole number from 0", isCount],
  minProperties: ["a whole number from 0", isCount],
  maxProperties: ["a whole number from 0", isCount],
  uniqueItems: ["true or false", (value) => typeof value === "boolean"],
  const: ["a value", (value) => value !== undefined],
  default: ["a value", (value) => value !== undefined],
};

const withOneSchema = ["items", "additionalProperties", "not"];
const withSchemaList = ["anyOf", "oneOf", "allOf", "prefixItems"];
const withNamedSchemas = ["properties", "$defs"];

/** Parses and checks the text of a form field. */
export function parseSchemaText(text: string): { schema: JsonObject | null; problems: SchemaProblem[] } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^JSON\.parse: /, "") : "not valid";
    return { schema: null, problems: [{ pointer: "", message: `This is not JSON: ${reason}.` }] };
  }
  const problems = checkJsonSchema(value);
  return { schema: problems.length === 0 && isObject(value) ? value : null, problems };
}

/** Everything that keeps `value` from describing an answer; empty when it may be saved. */
export function checkJsonSchema(value: unknown): SchemaProblem[] {
  const problems: SchemaProblem[] = [];
  if (!isObject(value)) return [{ pointer: "", message: "A schema is a JSON object." }];
  // Depth first: what follows walks and prints it.
  check(value, "", 0, value, problems);
  if (problems.length > 0) return problems;
  if (JSON.stringify(value).length > maxSchemaCharacters) {
    problems.push({
      pointer: "",
      message: `The schema is longer than ${maxSchemaCharacters.toLocaleString("en-US")} characters.`,
    });
  }
  if (value.type !== "object")
    problems.push({ pointer: "/type", message: 'The answer must be an object: say "type": "object" at the top.' });
  else if (!isObject(value.properties) || Object.keys(value.properties).length === 0) {
    problems.push({ pointer: "/properties", message: "Name at least one property to extract." });
  }
  return problems;
}

function check(schema: unknown, pointer: string, depth: number, root: JsonObject, problems: SchemaProblem[]): void {
  const report: Report = (at, message) => {
    problems.push({ pointer: at, message });
  };
  const within = (item: unknown, at: string) => check(item, at, depth + 1, root, problems);
  if (typeof schema === "boolean") return;
  if (depth > maxDepth || !isObject(schema)) {
    report(
      pointer,
      depth > maxDepth ? `It is nested more than ${maxDepth} levels deep.` : "A schema is an object, true or false.",
    );
    return;
  }

  for (const [keyword, value] of Object.entries(schema)) {
    const at = `${pointer}/${escapePointer(keyword)}`;
    const rule = Object.hasOwn(plain, keyword) ? plain[keyword] : undefined;
    if (rule && !rule[1](value)) report(at, `"${keyword}" must be ${rule[0]}.`);
    else if (keyword === "type") checkType(value, at, report);
    else if (keyword === "$ref") checkRef(value, at, root, report);
    else if (withOneSchema.includes(keyword)) within(value, at);
    else if (withSchemaList.includes(keyword)) {
      if (!Array.isArray(value) || value.length === 0) report(at, `"${keyword}" must be a list of schemas.`);
      else for (const [index, item] of value.entries()) within(item, `${at}/${index}`);
    } else if (withNamedSchemas.includes(keyword)) {
      if (!isObject(value)) report(at, `"${keyword}" must be an object of schemas.`);
      else for (const [name, item] of Object.entries(value)) within(item, `${at}/${escapePointer(name)}`);
    } else if (!rule) report(at, `"${keyword}" is not a keyword that structured answers support.`);
  }
  checkRequired(schema, pointer, report);
}

type Report = (pointer: string, message: string) => void;

function checkType(value: unknown, at: string, report: Report): void {
  const named = Array.isArray(value) ? value : [value];
  const unknown = named.find((name) => !types.includes(String(name)));
  if (named.length === 0 || unknown !== undefined) report(at, `"type" must be one of ${types.join(", ")}.`);
}

/** Only references within the schema, so that nothing is ever fetched. */
function checkRef(value: unknown, at: string, root: JsonObject, report: Report): void {
  const name = typeof value === "string" ? /^#\/\$defs\/([^/]+)$/.exec(value)?.[1] : undefined;
  const defined = name !== undefined && isObject(root.$defs) && Object.hasOwn(root.$defs, name);
  if (value !== "#" && !defined) report(at, '"$ref" must point at a schema under "$defs", such as "#/$defs/address".');
}

function checkRequired(schema: JsonObject, pointer: string, report: Report): void {
  if (!Array.isArray(schema.required) || !isObject(schema.properties)) return;
  const { properties } = schema;
  const missing = schema.required.find((name) => !Object.hasOwn(properties, String(name)));
  if (missing !== undefined)
    report(`${pointer}/required`, `"${String(missing)}" is required but not among the properties.`);
}

function isRegularExpression(value: unknown): boolean {
  if (typeof value !== "string") return false;
  try {
    new RegExp(value, "u");
    return true;
  } catch {
    return false;
  }
}

function escapePointer(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}
