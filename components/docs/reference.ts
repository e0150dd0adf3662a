/** Reads an OpenAPI document into what the reference page shows. Pure. */

export type JsonSchema = {
  $ref?: string;
  type?: string | string[];
  format?: string;
  description?: string;
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  additionalProperties?: JsonSchema | boolean;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
};

type Content = Record<string, { schema?: JsonSchema }>;
type ApiOperation = {
  operationId: string;
  tags: string[];
  summary: string;
  description: string;
  parameters?: { name: string; in: string; required: boolean; description?: string; schema: JsonSchema }[];
  requestBody?: { content: Content };
  responses: Record<string, { description?: string; content?: Content }>;
};

export type OpenApi = {
  info: { description: string };
  paths: Record<string, Record<string, ApiOperation>>;
  components: { schemas: Record<string, JsonSchema> };
};

export type Field = {
  name: string;
  place: "path" | "query" | "header" | "body";
  required: boolean;
  type: string;
  says: string;
};

export type Operation = {
  id: string;
  group: string;
  method: string;
  path: string;
  summary: string;
  access: string;
  fields: Field[];
  /** the answer as an example value, null for files */
  answer: string | null;
  curl: string;
};

/** All operations in the order of the document. */
export function operationsOf(document: OpenApi, baseUrl: string): Operation[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => read(document, baseUrl, path, method.toUpperCase(), operation)),
  );
}

/** Those whose address, name or summary holds every word. */
export function findOperations(operations: readonly Operation[], text: string): Operation[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return operations.filter(({ id, method, path, summary }) => {
    const haystack = `${id} ${method} ${path} ${summary}`.toLowerCase();
    return words.every((word) => haystack.includes(word));
  });
}

function read(document: OpenApi, baseUrl: string, path: string, method: string, operation: ApiOperation): Operation {
  const body = operation.requestBody?.content["application/json"]?.schema;
  const isStream = operation.requestBody !== undefined && !body;
  const success = Object.entries(operation.responses).find(([status]) => status.startsWith("2"))?.[1];
  const answer = success?.content?.["application/json"]?.schema;
  const parameters = operation.parameters ?? [];
  return {
    id: operation.operationId,
    group: operation.tags[0] ?? "",
    method,
    path,
    summary: operation.summary,
    access: operation.description,
    fields: [
      ...parameters.map((parameter) => ({
        name: parameter.name,
        place: parameter.in as Field["place"],
        required: parameter.required,
        type: typeInWords(parameter.schema),
        says: parameter.description ?? "",
      })),
      ...Object.entries(body?.properties ?? {}).map(([name, schema]) => ({
        name,
        place: "body" as const,
        required: body?.required?.includes(name) ?? false,
        type: typeInWords(schema),
        says: schema.description ?? "",
      })),
    ],
    answer: answer ? JSON.stringify(exampleOf(answer, document), null, 2) : null,
    curl: curlOf(
      baseUrl,
      path,
      method,
      parameters,
      body ? exampleOf(requiredPart(body), document) : undefined,
      isStream,
    ),
  };
}

/** "uuid", "text, at most 120 characters", "whole number 1 to 200, default 50", "list of text", "a | b". */
export function typeInWords(schema: JsonSchema): string {
  const fallback = schema.default === undefined ? "" : `, default ${JSON.stringify(schema.default)}`;
  return `${bareType(schema)}${boundsOf(schema)}${fallback}`;
}

function bareType(schema: JsonSchema): string {
  if (schema.$ref) return schema.$ref.slice(schema.$ref.lastIndexOf("/") + 1);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return [...new Set(choices.map(bareType))].join(" or ");
  const types = [schema.type ?? "any"].flat();
  const words: Record<string, string> = {
    string: schema.format === "date-time" ? "time" : (schema.format ?? "text"),
    integer: "whole number",
    boolean: "true or false",
    array: `list of ${schema.items ? bareType(schema.items) : "anything"}`,
  };
  return types.map((type) => words[type] ?? type).join(" or ");
}

function boundsOf({ minimum, maximum, maxLength }: JsonSchema): string {
  const low = minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER ? minimum : undefined;
  const high = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? maximum : undefined;
  if (maxLength !== undefined) return `, at most ${maxLength.toLocaleString("en-US")} characters`;
  if (low !== undefined && high !== undefined)
    return ` ${low.toLocaleString("en-US")} to ${high.toLocaleString("en-US")}`;
  if (low !== undefined) return ` from ${low.toLocaleString("en-US")}`;
  return high === undefined ? "" : ` up to ${high.toLocaleString("en-US")}`;
}

const deepest = 7;

/** A value of the right shape, for reading: not one that a server ever answered. */
export function exampleOf(schema: JsonSchema, document: Pick<OpenApi, "components">, depth = 0): unknown {
  if (depth > deepest) return "…";
  if (schema.$ref) {
    const named = document.components.schemas[schema.$ref.slice(schema.$ref.lastIndexOf("/") + 1)];
    return named ? exampleOf(named, document, depth + 1) : {};
  }
  if (schema.default !== undefined) return schema.default;
  if (schema.enum) return schema.enum[0];
  if (schema.const !== undefined) return schema.const;
  const [choice] = schema.anyOf ?? schema.oneOf ?? schema.allOf ?? [];
  if (choice) return exampleOf(choice, document, depth);
  const [type] = [schema.type ?? "any"].flat();
  if (type === "object") {
    return Object.fromEntries(
      Object.entries(schema.properties ?? {}).map(([name, inner]) => [name, exampleOf(inner, document, depth + 1)]),
    );
  }
  if (type === "array") return schema.items ? [exampleOf(schema.items, document, depth + 1)] : [];
  const values: Record<string, unknown> = {
    string: textExample(schema),
    integer: schema.minimum && schema.minimum > 0 ? schema.minimum : 0,
    number: 0.5,
    boolean: true,
  };
  return type === "any" ? {} : (values[type ?? ""] ?? null);
}

function textExample({ format }: JsonSchema): string {
  if (format === "uuid") return "019a3c5e-7b1f-7c2a-9d4e-5f6a7b8c9d0e";
  if (format === "date-time") return "2026-01-15T09:30:00.000Z";
  return format === "email" ? "ada@example.com" : "…";
}

function requiredPart(body: JsonSchema): JsonSchema {
  const names = body.required ?? [];
  const entries = Object.entries(body.properties ?? {}).filter(([name]) => names.includes(name));
  return { ...body, properties: Object.fromEntries(entries) };
}

function curlOf(
  baseUrl: string,
  path: string,
  method: string,
  parameters: NonNullable<ApiOperation["parameters"]>,
  body: unknown,
  isStream: boolean,
): string {
  const needed = parameters.filter((parameter) => parameter.in === "query" && parameter.required);
  const query = needed.map(({ name }) => `${name}=…`).join("&");
  const url = `${baseUrl}${path.replace(/\{(\w+)\}/g, (_, name: string) => `$${name}`)}${query ? `?${query}` : ""}`;
  const lines = [`curl ${method === "GET" ? "" : `-X ${method} `}"${url}"`, '-H "Authorization: Bearer $TOKEN"'];
  if (body !== undefined) lines.push('-H "Content-Type: application/json"', `-d '${JSON.stringify(body)}'`);
  if (isStream) lines.push("-T file.jsonl");
  return lines.join(" \\\n  ");
}
