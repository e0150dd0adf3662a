import { openApiDocument } from "#lib/http/openapi.ts";
import { verbs } from "#lib/http/verbs.ts";

/** The public reference for machines; nothing in it depends on who asks. */
export function GET(): Response {
  return Response.json(openApiDocument(verbs.map((verb) => verb.endpoint)), {
    headers: { "cache-control": "public, max-age=300" },
  });
}
