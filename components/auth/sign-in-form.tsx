"use client";

import Link from "next/link";
import { type FormEvent, useRef, useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { Field, Input } from "#components/ui/field.tsx";
import { useHydrated } from "#components/ui/time.tsx";
import { FormError } from "./auth-frame.tsx";
import { PasswordInput } from "./password-input.tsx";
import { signInHere, signInWithOidc } from "./session.ts";
import { explainSignIn, safeNext } from "./sign-in-words.ts";

type SignInFormProps = {
  /** where to go afterwards */
  next: string;
  /** name of the identity provider; null where none is set */
  oidcName: string | null;
  /** code from a redirect back to this page */
  errorCode: string | null;
};

export function SignInForm({ next, oidcName, errorCode }: SignInFormProps) {
  const [error, setError] = useState(errorCode ? explainSignIn(errorCode) : null);
  const [pending, setPending] = useState(false);
  const hydrated = useHydrated();
  const password = useRef<HTMLInputElement>(null);

  async function onSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (pending) return;
    const form = new FormData(event.currentTarget);
    setPending(true);
    const problem = await signInHere(String(form.get("email")), String(form.get("password")));
    if (problem === null) {
      // a full load: nothing that was cached for another person survives
      window.location.assign(safeNext(next));
      return;
    }
    setError(problem);
    setPending(false);
    password.current?.select();
  }

  return (
    <div className="space-y-4">
      <form noValidate method="post" onSubmit={onSubmit} className="space-y-4">
        <FormError>{error}</FormError>
        <Field label="E-mail" required>
          <Input name="email" type="email" autoComplete="username" autoFocus />
        </Field>
        <Field
          label="Password"
          required
          aside={
            <Link href="/forgot-password" className="link">
              Forgot password?
            </Link>
          }
        >
          <PasswordInput ref={password} name="password" autoComplete="current-password" />
        </Field>
        <Button type="submit" variant="primary" pending={pending} disabled={!hydrated} className="w-full">
          Sign in
        </Button>
      </form>
      {oidcName ? (
        <>
          <p className="flex items-center gap-3 text-xs text-faint before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
            or
          </p>
          <Button className="w-full" onClick={() => signInWithOidc(safeNext(next))}>
            Sign in with {oidcName}
          </Button>
        </>
      ) : null}
    </div>
  );
}
