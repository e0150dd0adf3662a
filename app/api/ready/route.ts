import { readiness } from "#lib/http/health.ts";

export const dynamic = "force-dynamic";

/** Ready: database, queue and at least one worker. 503 says which one is missing. */
export async function GET(): Promise<Response> {
  const state = await readiness();
  return Response.json(state, { status: state.ready ? 200 : 503, headers: { "cache-control": "no-store" } });
}
