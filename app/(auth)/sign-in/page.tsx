import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { AuthFrame } from "#components/auth/auth-frame.tsx";
import { SignInForm } from "#components/auth/sign-in-form.tsx";
import { safeNext } from "#components/auth/sign-in-words.ts";
import { signInOptions } from "#lib/http/next-auth.ts";
import { pageCaller } from "#lib/http/server.tsx";

export const metadata: Metadata = { title: "Sign in" };

type Search = Promise<Record<string, string | string[] | undefined>>;

export default async function SignInPage({ searchParams }: { searchParams: Search }) {
  const search = await searchParams;
  const one = (name: string) => [search[name]].flat()[0] ?? null;
  // next-auth sends people back here with `callbackUrl`
  const next = safeNext(one("next") ?? one("callbackUrl"));
  if (await pageCaller()) redirect(next);
  return (
    <AuthFrame title="Sign in" footer="No account? Ask an owner of your team for an invitation.">
      <SignInForm next={next} oidcName={signInOptions().oidcName} errorCode={one("error")} />
    </AuthFrame>
  );
}
