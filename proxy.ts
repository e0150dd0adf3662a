import { randomBytes } from "node:crypto";
import { type NextRequest, NextResponse } from "next/server";
import { env } from "#lib/env.ts";

/**
 * Content security policy of one page. Scripts run only with this answer's nonce (Next puts it on its own); text that people
 * or models wrote can therefore never become code. Styles stay inline, since charts and overlays place themselves by them.
 * `eval` is for development only, where React rebuilds call stacks with it.
 */
export function contentSecurityPolicy(
  nonce: string,
  { development, https }: { development: boolean; https: boolean },
): string {
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${development ? " 'unsafe-eval'" : ""}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    `connect-src 'self'${development ? " ws:" : ""}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    ...(https ? ["upgrade-insecure-requests"] : []),
  ].join("; ");
}

/** Adds the policy to every page. Who may see what is decided where the data is read, never here. */
export function proxy(request: NextRequest): NextResponse {
  const nonce = randomBytes(16).toString("base64");
  const https = env.STILLHOUSE_URL.startsWith("https:");
  const policy = contentSecurityPolicy(nonce, { development: env.NODE_ENV === "development", https });
  const headers = new Headers(request.headers);
  headers.set("x-nonce", nonce);
  headers.set("content-security-policy", policy);
  // where to come back to after the sign-in; overwritten, so that no client can set it
  headers.set("x-stillhouse-path", request.nextUrl.pathname + request.nextUrl.search);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set("content-security-policy", policy);
  if (https) response.headers.set("strict-transport-security", "max-age=31536000; includeSubDomains");
  return response;
}

/** Pages only. Bodies of requests to /api must not pass through here: Next would buffer them. */
export const config = { matcher: ["/((?!api/|_next/static/|_next/image|favicon.ico|icon.svg).*)"] };
