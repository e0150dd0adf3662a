"use client";

import { type FormEvent, useState } from "react";
import { Button, LinkButton } from "#components/ui/button.tsx";
import { Field } from "#components/ui/field.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { useMutate } from "#lib/http/client.tsx";
import { passwordReset } from "#lib/teams/invitation-schema.ts";
import { FormError } from "./auth-frame.tsx";
import { PasswordInput, passwordHint } from "./password-input.tsx";
import { signInHere } from "./session.ts";
import { useLinkToken } from "./use-link-token.ts";

export function ResetForm() {
  const token = useLinkToken();
  const [password, setPassword] = useState("");
  const [signingIn, setSigningIn] = useState(false);
  const reset = useMutate(passwordReset, {
    invalidates: [],
    onSuccess: async ({ email }) => {
      setSigningIn(true);
      const problem = await signInHere(email, password);
      window.location.assign(problem === null ? "/" : "/sign-in");
    },
  });
  const { error } = reset;
  const spent = token === null || error?.code === "NOT_FOUND";

  function onSubmit(event: FormEvent) {
    event.preventDefault();
    if (token) reset.mutate({ token, password });
  }

  if (token === undefined) return <Skeleton className="h-32 w-full" />;
  if (spent) {
    return (
      <div className="space-y-4">
        <p>This link is not valid (any more): it works once and for an hour.</p>
        <LinkButton href="/forgot-password" variant="primary">
          Ask for a new link
        </LinkButton>
      </div>
    );
  }
  return (
    <form noValidate method="post" onSubmit={onSubmit} className="space-y-4">
      <FormError>{error && !error.detail.fields ? `${error.message} ${error.detail.todo ?? ""}` : null}</FormError>
      <Field label="New password" required hint={passwordHint} error={error?.detail.fields?.password ?? null}>
        <PasswordInput
          autoComplete="new-password"
          value={password}
          onChange={(event) => setPassword(event.target.value)}
          autoFocus
        />
      </Field>
      <Button type="submit" variant="primary" pending={reset.isPending || signingIn} className="w-full">
        Set password and sign in
      </Button>
      <p className="text-xs text-muted">All browsers that are signed in as you are signed out. API tokens stay.</p>
    </form>
  );
}
