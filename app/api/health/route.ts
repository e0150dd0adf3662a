export const dynamic = "force-dynamic";

/** Live: the process answers. Says nothing about what it depends on, so that a database restart does not restart the web server. */
export function GET(): Response {
  return Response.json({ status: "ok" }, { headers: { "cache-control": "no-store" } });
}
