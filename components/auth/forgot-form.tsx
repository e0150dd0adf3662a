"use client";

import { type FormEvent, useState } from "react";
import { Button, LinkButton } from "#components/ui/button.tsx";
import { Field, Input } from "#components/ui/field.tsx";
import { useHydrated } from "#components/ui/time.tsx";
import { useMutate } from "#lib/http/client.tsx";
import { passwordForgotten } from "#lib/teams/invitation-schema.ts";
import { FormError } from "./auth-frame.tsx";

export function ForgotForm() {
  const [email, setEmail] = useState("");
  const request = useMutate(passwordForgotten, { invalidates: [] });
  const { error } = request;
  const hydrated = useHydrated();

  function onSubmit(event: FormEvent) {
    event.preventDefault();
    request.mutate({ email });
  }

  if (request.data) {
    return (
      <div className="space-y-4" role="status">
        <p>
          If <span className="font-medium break-all">{email}</span> belongs to somebody here, a link for a new password
          is on its way. It works once and for an hour.
        </p>
        {request.data.delivers ? null : (
          <p className="rounded-md bg-attention-soft px-3 py-2 text-sm text-attention">
            This installation sends no e-mail. An owner of your team finds the link under Settings &gt; Outbox.
          </p>
        )}
        <LinkButton href="/sign-in">Back to sign-in</LinkButton>
      </div>
    );
  }
  return (
    <form noValidate method="post" onSubmit={onSubmit} className="space-y-4">
      <FormError>{error && !error.detail.fields ? `${error.message} ${error.detail.todo ?? ""}` : null}</FormError>
      <Field label="E-mail" required error={error?.detail.fields?.email ?? null}>
        <Input
          type="email"
          autoComplete="username"
          value={email}
          onChange={(event) => setEmail(event.target.value)}
          autoFocus
        />
      </Field>
      <Button type="submit" variant="primary" pending={request.isPending} disabled={!hydrated} className="w-full">
        Send me a link
      </Button>
    </form>
  );
}
