import type { NextRequest } from "next/server";
import NextAuth, { type NextAuthOptions } from "next-auth";
import CredentialsProvider from "next-auth/providers/credentials";
import type { OAuthConfig } from "next-auth/providers/oauth";
import { AppError } from "#lib/core/errors.ts";
import { log } from "#lib/core/log.ts";
import { env } from "#lib/env.ts";
import { enterWithOidc, type OidcEntry } from "#lib/teams/oidc.ts";
import { checkPassword, closeSession, type Origin, openSession, sessionDays } from "#lib/teams/sign-in.ts";
import { addressOf, refuseCrossSite } from "./caller.ts";

/** What the sign-in page knows to explain, as `?error=`. `wait:<seconds>` and next-auth's own codes come besides. */
type SignInError = "OidcEmail" | "OidcInvitation" | "OidcDisabled" | "Busy";

const oidcErrors: Record<Extract<OidcEntry, { ok: false }>["reason"], SignInError> = {
  email: "OidcEmail",
  invitation: "OidcInvitation",
  disabled: "OidcDisabled",
};

/** next-auth's actions that we serve. Not `_log`, which writes anybody's text into our log. */
const actions = new Set(["csrf", "providers", "session", "signin", "signout", "callback", "error"]);
const longestBody = 16 * 1024;

type Context = { params: Promise<{ nextauth: string[] }> };

/**
 * Serves `/api/auth/*`: next-auth proves who somebody is (password or OIDC) and keeps a signed and encrypted cookie that holds
 * nothing but the id of a `Session` row; that row is what lets a request in, see lib/core/auth.ts.
 */
export async function handleAuth(request: NextRequest, context: Context): Promise<Response> {
  const { nextauth } = await context.params;
  try {
    if (!actions.has(nextauth[0] ?? "")) throw new AppError("NOT_FOUND", "There is no such address.");
    refuseCrossSite(request);
    if (request.method === "POST" && !(Number(request.headers.get("content-length") ?? Number.NaN) <= longestBody)) {
      throw new AppError("LIMIT", "The request body is too large or of no stated length.", { status: 413 });
    }
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return Response.json({ error: error.toBody() }, { status: error.status, headers: { "cache-control": "no-store" } });
  }
  // next-auth takes its own address from this variable only; from the Host header it could be led astray.
  process.env.NEXTAUTH_URL = env.STILLHOUSE_URL;
  const origin = { ip: addressOf(request.headers), userAgent: request.headers.get("user-agent") ?? "" };
  const response: Response = await NextAuth(request, context, authOptions(origin));
  response.headers.set("cache-control", "no-store");
  return response;
}

function authOptions(origin: Origin): NextAuthOptions {
  const oidc = oidcProvider();
  return {
    secret: env.STILLHOUSE_SECRET,
    useSecureCookies: env.STILLHOUSE_URL.startsWith("https:"),
    session: { strategy: "jwt", maxAge: sessionDays * 86_400 },
    pages: { signIn: "/sign-in", error: "/sign-in" },
    providers: [passwordProvider(origin), ...(oidc ? [oidc] : [])],
    callbacks: {
      // Sign-up is closed: only people and invited addresses get through.
      async signIn({ account, profile }) {
        if (account?.provider !== "oidc") return true;
        const entry = await enterWithOidc(env.OIDC_ISSUER ?? "", profile);
        return entry.ok || `${env.STILLHOUSE_URL}/sign-in?error=${oidcErrors[entry.reason]}`;
      },
      // Called with a user at sign-in, and without when next-auth renews the cookie.
      async jwt({ token, user, account, profile }) {
        if (!user) return { sid: token.sid };
        if (account?.provider !== "oidc") return { sid: await openSession(user.id, "password", origin) };
        const entry = await enterWithOidc(env.OIDC_ISSUER ?? "", profile);
        if (!entry.ok) throw new AppError("FORBIDDEN", "The identity provider's person is not known.");
        return { sid: await openSession(entry.userId, "oidc", origin) };
      },
      // Who one is, is asked with `me.get`.
      session: ({ session }) => ({ expires: session.expires }),
      redirect: ({ url, baseUrl }) => (sameOrigin(url, baseUrl) ? new URL(url, baseUrl).href : baseUrl),
    },
    events: {
      async signOut({ token }) {
        if (typeof token?.sid === "string") await closeSession(token.sid);
      },
    },
    logger: {
      // Metadata may hold codes and tokens of the identity provider: only the name of the event is kept.
      error: (code, meta) => log.warn({ code, reason: meta instanceof Error ? meta.message : undefined }, "sign-in"),
      warn: (code) => log.debug({ code }, "sign-in"),
      debug: () => undefined,
    },
  };
}

function sameOrigin(url: string, baseUrl: string): boolean {
  return URL.canParse(url, baseUrl) && new URL(url, baseUrl).origin === baseUrl;
}

function passwordProvider(origin: Origin) {
  return CredentialsProvider({
    name: "E-mail and password",
    credentials: { email: { type: "email" }, password: { type: "password" } },
    async authorize(given) {
      const entry = await checkPassword({ email: given?.email, password: given?.password }, origin.ip).catch(
        (error) => {
          // next-auth shows the message of an error to the browser
          if (!(error instanceof AppError)) log.error({ err: error }, "sign-in failed");
          throw new Error("Busy" satisfies SignInError);
        },
      );
      if (entry.ok) return { id: entry.userId };
      if (entry.reason === "throttled") throw new Error(`wait:${entry.waitSec}`);
      return null;
    },
  });
}

/** The address that people and scripts type, for examples on pages. */
export const installationUrl = (): string => env.STILLHOUSE_URL;

/** What the sign-in page offers besides the password. */
export function signInOptions(): { oidcName: string | null } {
  return { oidcName: oidcProvider()?.name ?? null };
}

/** Any OpenID Connect provider, found through its discovery document; null where OIDC_* is not set. */
function oidcProvider(): OAuthConfig<{ sub: string; email?: string; name?: string }> | null {
  const { OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_NAME } = env;
  if (!OIDC_ISSUER || !OIDC_CLIENT_ID || !OIDC_CLIENT_SECRET) return null;
  return {
    id: "oidc",
    name: OIDC_NAME,
    type: "oauth",
    wellKnown: `${OIDC_ISSUER.replace(/\/$/, "")}/.well-known/openid-configuration`,
    clientId: OIDC_CLIENT_ID,
    clientSecret: OIDC_CLIENT_SECRET,
    authorization: { params: { scope: "openid email profile" } },
    idToken: true,
    checks: ["pkce", "state", "nonce"],
    httpOptions: { timeout: 10_000 },
    profile: (claims) => ({ id: claims.sub, email: claims.email ?? null, name: claims.name ?? null }),
  };
}
