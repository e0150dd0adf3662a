const explanations: Record<string, string> = {
  CredentialsSignin: "E-mail or password is not right.",
  Busy: "Too many people sign in at this moment. Try again in a few seconds.",
  OidcEmail: "The identity provider did not confirm an e-mail address for you. Ask its administrator to verify yours.",
  OidcInvitation: "Nobody has invited your address yet. Ask an owner of your team for an invitation.",
  OidcDisabled: "Your account was disabled. Ask an owner of your team.",
  AccessDenied: "The identity provider refused.",
};

/** next-auth's and our error codes in words. */
export function explainSignIn(code: string): string {
  const waitSec = Number(/^wait:(\d+)$/.exec(code)?.[1] ?? 0);
  if (waitSec > 0) {
    const minutes = Math.ceil(waitSec / 60);
    return `Too many attempts. Try again in ${minutes === 1 ? "a minute" : `${minutes} minutes`}.`;
  }
  return explanations[code] ?? "Signing in did not work. Try again; if it stays so, ask whoever runs this server.";
}

/** A path of ours to go to after the sign-in: anything else, such as `//evil.example`, becomes the start page. */
export function safeNext(next: string | null | undefined): string {
  const home = "http://stillhouse.invalid";
  if (!next || !URL.canParse(next, home)) return "/";
  const url = new URL(next, home);
  if (url.origin !== home || !next.startsWith("/") || url.pathname.startsWith("/sign-in")) return "/";
  return url.pathname + url.search + url.hash;
}
