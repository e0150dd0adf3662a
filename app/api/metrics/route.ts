import { sameSecret } from "#lib/core/secrets.ts";
import { env } from "#lib/env.ts";
import { metricsText } from "#lib/http/health.ts";

export const dynamic = "force-dynamic";

/** Prometheus metrics, for whoever sends METRICS_TOKEN as a bearer token. Without that setting there are none. */
export async function GET(request: Request): Promise<Response> {
  const sent = /^Bearer (.+)$/i.exec(request.headers.get("authorization") ?? "")?.[1] ?? "";
  if (!env.METRICS_TOKEN || !sameSecret(sent, env.METRICS_TOKEN)) {
    return new Response("Set METRICS_TOKEN and send it as a bearer token.\n", { status: 401 });
  }
  const { text, contentType } = await metricsText();
  return new Response(text, { headers: { "content-type": contentType, "cache-control": "no-store" } });
}
