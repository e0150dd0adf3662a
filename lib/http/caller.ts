import type { Actor, Person } from "#lib/core/actor.ts";
import { actorOfSession, actorOfToken, sessionCookie } from "#lib/core/auth.ts";
import { AppError } from "#lib/core/errors.ts";
import { env } from "#lib/env.ts";

function cookieOf(request: Request, name: string): string | undefined {
  for (const part of (request.headers.get("cookie") ?? "").split(";")) {
    const [key, ...value] = part.trim().split("=");
    if (key === name) return decodeURIComponent(value.join("="));
  }
  return undefined;
}

/** The caller's address. `X-Forwarded-For` counts from the right, and only as many hops as there are trusted proxies. */
export function addressOf(headers: Headers): string {
  const hops = env.STILLHOUSE_TRUST_PROXY;
  const forwarded = (headers.get("x-forwarded-for") ?? "").split(",").map((part) => part.trim());
  // the last entry is the peer: lib/http/peer-address.ts
  return forwarded.at(-1 - hops) || forwarded[0] || "unknown";
}

/** Who sent a request: an API token in the Authorization header, else the session cookie, else nobody. */
export async function callerOf(request: Request): Promise<Actor | Person | null> {
  const header = request.headers.get("authorization");
  if (header !== null) {
    const bearer = /^Bearer ([\w.~+/-]{10,500}=*)$/i.exec(header)?.[1];
    const actor = bearer ? await actorOfToken(bearer) : null;
    if (!actor) {
      throw new AppError("UNAUTHENTICATED", "This API token is not valid (any more).", {
        todo: "Create one under Settings > API tokens and send it as: Authorization: Bearer sth_…",
      });
    }
    return actor;
  }
  return actorOfSession(cookieOf(request, sessionCookie()));
}

/**
 * Refuses what another site makes a browser send. A request with effect that is not authorised by a bearer token must come from our
 * own pages (OWASP: verify the origin with standard headers); JSON content keeps plain forms out as well.
 */
export function refuseCrossSite(request: Request): void {
  if (request.method === "GET" || request.method === "HEAD" || request.headers.has("authorization")) return;
  const site = request.headers.get("sec-fetch-site");
  const origin = request.headers.get("origin");
  const own = [new URL(env.STILLHOUSE_URL).host, request.headers.get("host")];
  const originHost = origin && URL.canParse(origin) ? new URL(origin).host : null;
  const sameOrigin =
    origin === null ? site === "same-origin" || site === null : originHost !== null && own.includes(originHost);
  if (!sameOrigin || (site !== null && site !== "same-origin" && site !== "none")) {
    throw new AppError("FORBIDDEN", "This request came from another site.", {
      todo: "Use the pages of Stillhouse itself, or an API token.",
    });
  }
}
