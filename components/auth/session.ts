import { signIn, signOut } from "next-auth/react";
import { explainSignIn } from "./sign-in-words.ts";

/**
 * Signs in with e-mail and password. The cookie is set by the answer.
 * Returns null when it worked, else one sentence for the form.
 */
export async function signInHere(email: string, password: string): Promise<string | null> {
  try {
    const result = await signIn("credentials", { email, password, redirect: false });
    return result?.error ? explainSignIn(result.error) : null;
  } catch {
    return "The server cannot be reached. Check the connection and try again.";
  }
}

/** Off to the identity provider, and back to `next`. */
export function signInWithOidc(next: string): void {
  void signIn("oidc", { callbackUrl: next });
}

/** Ends the session on the server and opens the sign-in page afresh, so that nothing of the person stays in memory. */
export async function signOutHere(): Promise<void> {
  await signOut({ redirect: false }).catch(() => undefined);
  window.location.assign("/sign-in");
}
