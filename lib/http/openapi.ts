/**
 * The OpenAPI 3.1 document, made from the same endpoints that the routes are made of: what is served is what is described.
 * Source: spec.openapis.org/oas/v3.1.1.html. Pure.
 */
import { z } from "zod";
import { type Endpoint, entityOf } from "#lib/core/endpoint.ts";
import { type ErrorCode, errorCodes } from "#lib/core/errors.ts";
import { permissions } from "#lib/core/permissions.ts";

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** What the document needs to know of an endpoint. */
export type Described = Pick<
  Endpoint,
  "name" | "method" | "path" | "permission" | "summary" | "input" | "output" | "body" | "answers"
>;

const apiVersion = "1";

const introduction = [
  "Everything that the web interface does, it does through these addresses.",
  "",
  "**Sign-in.** Send `Authorization: Bearer sth_…` with a token from Settings > API tokens. A token acts in one team, as its",
  "person, bounded by its scopes (`read`, `write`, `admin`).",
  "",
  '**Errors** carry `{ "error": { code, message, where?, todo?, fields? } }`: what was wrong, where, and what to do. An id of',
  "another team is answered like one that does not exist.",
  "",
  "**Lists** take `limit` (1 to 200) and `cursor`; an answer's `nextCursor` is the `cursor` of the next page, null on the last one.",
  "",
  "**Idempotency.** Every POST accepts an `Idempotency-Key` header. The same key with the same request gets the first answer",
  "again for 24 hours, with `Idempotency-Replayed: true`; with another request it is a CONFLICT.",
  "",
  "**Units** stand in the names: money is integer micro-dollars (1 USD = 1,000,000), sizes are bytes, durations milliseconds,",
  "rates 0 to 1. Times are ISO 8601 in UTC.",
].join("\n");

/** Builds the document for a list of endpoints; the order of paths and tags is the order of the list. */
export function openApiDocument(endpoints: readonly Described[]): JsonObject {
  const components = new Components(endpoints);
  const paths: Record<string, JsonObject> = {};
  for (const endpoint of endpoints) {
    const path = endpoint.path.replace(/:(\w+)/g, "{$1}");
    paths[path] ??= {};
    paths[path][endpoint.method.toLowerCase()] = operation(endpoint, components);
  }
  const tags = [...new Set(endpoints.map(({ name }) => nounOf(name)))].map((name) => ({ name }));
  return {
    openapi: "3.1.1",
    info: {
      title: "Stillhouse",
      version: apiVersion,
      summary: "Distillation projects: teacher labels, students, proof and savings.",
      description: introduction,
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/api/v1" }],
    security: [{ token: [] }, { session: [] }],
    tags,
    paths,
    components: {
      schemas: { ...components.schemas(), Error: errorSchema },
      responses: errorResponses,
      securitySchemes: {
        token: { type: "http", scheme: "bearer", description: "An API token of one person in one team: `sth_…`" },
        session: {
          type: "apiKey",
          in: "cookie",
          name: "next-auth.session-token",
          description: "The browser's sign-in",
        },
      },
    },
  };
}

/** Names the answers of `noun.get`, so that endpoints which answer the same thing point at one schema. */
class Components {
  private readonly names = new Map<z.ZodType, string>();

  constructor(endpoints: readonly Described[]) {
    for (const { name, output } of endpoints) {
      if (name.endsWith(".get") && !this.names.has(output)) this.names.set(output, upperFirst(nounOf(name)));
    }
  }

  schemas(): JsonObject {
    return Object.fromEntries([...this.names].map(([schema, name]) => [name, jsonSchema(schema, "output")]));
  }

  /** Of an answer: a reference where it has a name, also inside a page of a list. */
  answer(schema: z.ZodType): JsonObject {
    const name = this.names.get(schema);
    if (name) return { $ref: `#/components/schemas/${name}` };
    const item = itemOfPage(schema);
    if (!item) return jsonSchema(schema, "output");
    return {
      type: "object",
      properties: { items: { type: "array", items: this.answer(item) }, nextCursor: { type: ["string", "null"] } },
      required: ["items", "nextCursor"],
    };
  }
}

function itemOfPage(schema: z.ZodType): z.ZodType | null {
  if (!(schema instanceof z.ZodObject) || Object.keys(schema.shape).join() !== "items,nextCursor") return null;
  const items: unknown = schema.shape.items;
  return items instanceof z.ZodArray && items.element instanceof z.ZodType ? items.element : null;
}

function operation(endpoint: Described, components: Components): JsonObject {
  const fields = jsonSchema(endpoint.input, "input");
  const properties = (fields.properties ?? {}) as Record<string, JsonObject>;
  const required = (fields.required ?? []) as string[];
  const inPath = [...endpoint.path.matchAll(/:(\w+)/g)].map(([, name]) => name ?? "");
  const others = Object.keys(properties).filter((name) => !inPath.includes(name));
  const inBody = !["GET", "DELETE"].includes(endpoint.method) && endpoint.body !== "stream";

  const parameters: JsonObject[] = inPath.map((name) => parameter(name, "path", properties[name] ?? {}, true));
  if (!inBody)
    parameters.push(...others.map((name) => parameter(name, "query", properties[name] ?? {}, required.includes(name))));
  if (endpoint.method === "POST" && endpoint.body !== "stream") parameters.push(idempotencyKey);

  return {
    operationId: endpoint.name,
    tags: [nounOf(endpoint.name)],
    summary: endpoint.summary,
    description: accessInWords(endpoint.permission),
    ...(endpoint.permission === "public" ? { security: [] } : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(endpoint.body === "stream" ? { requestBody: streamBody } : {}),
    ...(inBody && others.length > 0 ? { requestBody: jsonBody(others, properties, required) } : {}),
    responses: {
      [endpoint.body === "stream" ? "201" : "200"]: success(endpoint, components),
      ...errorsOf(endpoint),
    },
  };
}

function parameter(name: string, place: "path" | "query", schema: JsonObject, required: boolean): JsonObject {
  const { description, ...rest } = schema;
  return { name, in: place, required, ...(description ? { description } : {}), schema: rest };
}

const idempotencyKey: JsonObject = {
  name: "Idempotency-Key",
  in: "header",
  required: false,
  description: "The same key and request within 24 hours get the first answer again instead of a second effect.",
  schema: { type: "string", minLength: 1, maxLength: 200 },
};

const streamBody: JsonObject = {
  required: true,
  description: "The file itself, of any size; it is streamed.",
  content: { "application/octet-stream": { schema: { type: "string", format: "binary" } } },
};

function jsonBody(names: string[], properties: Record<string, JsonObject>, required: string[]): JsonObject {
  const needed = names.filter((name) => required.includes(name));
  const schema: JsonObject = {
    type: "object",
    properties: Object.fromEntries(names.map((name) => [name, properties[name] ?? {}])),
    ...(needed.length > 0 ? { required: needed } : {}),
  };
  return { required: needed.length > 0, content: { "application/json": { schema } } };
}

function success(endpoint: Described, components: Components): JsonObject {
  if (endpoint.answers === "file") {
    const schema = { type: "string", format: "binary" };
    return { description: "The file, as an attachment.", content: { "application/octet-stream": { schema } } };
  }
  const schema = components.answer(endpoint.output);
  return { description: "Done.", content: { "application/json": { schema } } };
}

/** Who may call it, in words for the reference. */
export function accessInWords(access: Described["permission"]): string {
  if (access === "public") return "Needs no sign-in.";
  if (access === "self") return "Any signed-in person, about themselves.";
  const { roles, scope } = permissions[access];
  return `Permission \`${access}\`: roles ${roles.join(", ")}; token scope \`${scope}\`.`;
}

const statusOf: Record<Exclude<ErrorCode, "INTERNAL">, string> = {
  INVALID: "400",
  UNAUTHENTICATED: "401",
  FORBIDDEN: "403",
  NOT_FOUND: "404",
  CONFLICT: "409",
  LIMIT: "429",
  UPSTREAM: "502",
};

const meanings: Record<ErrorCode, string> = {
  INVALID: "The input is wrong; `fields` has a message per field.",
  UNAUTHENTICATED: "Nobody is signed in, or the token is not valid (any more).",
  FORBIDDEN: "The role or the token's scopes do not allow it.",
  NOT_FOUND: "There is no such thing in this team.",
  CONFLICT: "It does not fit the present state, or exists already.",
  LIMIT: "Too often or too much; see `Retry-After`.",
  UPSTREAM: "Another service (such as a teacher's endpoint) did not answer as it should.",
  INTERNAL: "A fault of Stillhouse; the log has it under the answer's `X-Request-Id`.",
};

function errorsOf(endpoint: Described): JsonObject {
  const pointsAtSomething = Object.values(endpoint.input.shape).some(
    (field) => entityOf(field as z.ZodType) !== undefined,
  );
  const codes = (Object.keys(statusOf) as (keyof typeof statusOf)[]).filter((code) => {
    if (endpoint.permission === "public") return code === "INVALID" || code === "LIMIT";
    if (code === "NOT_FOUND") return pointsAtSomething;
    return endpoint.method !== "GET" || (code !== "CONFLICT" && code !== "UPSTREAM");
  });
  const responses = codes.map((code): [string, JsonObject] => [
    statusOf[code],
    { $ref: `#/components/responses/${code}` },
  ]);
  return { ...Object.fromEntries(responses), default: { $ref: "#/components/responses/INTERNAL" } };
}

const errorSchema: JsonObject = {
  type: "object",
  required: ["error"],
  properties: {
    error: {
      type: "object",
      required: ["code", "message"],
      properties: {
        code: { enum: [...errorCodes] },
        message: { type: "string", description: "what was wrong" },
        where: { type: "string", description: "field, file and line, or the thing concerned" },
        todo: { type: "string", description: "what to do about it" },
        fields: {
          type: "object",
          additionalProperties: { type: "string" },
          description: "one message per input field",
        },
        retryAfterSec: { type: "number" },
      },
    },
  },
};

const errorResponses: JsonObject = Object.fromEntries(
  errorCodes.map((code) => [
    code,
    {
      description: meanings[code],
      content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } },
    },
  ]),
);

/** What a zod schema accepts (`input`) or produces (`output`), without the keywords that only a whole document has. */
function jsonSchema(schema: z.ZodType, io: "input" | "output"): JsonObject {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any", reused: "inline" });
  return JSON.parse(JSON.stringify(rest)) as JsonObject;
}

function nounOf(name: string): string {
  return name.slice(0, name.indexOf("."));
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
