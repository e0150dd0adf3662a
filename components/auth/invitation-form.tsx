"use client";

import { type FormEvent, useEffect, useState } from "react";
import { Button, LinkButton } from "#components/ui/button.tsx";
import { Field, Input } from "#components/ui/field.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { formatDateTime } from "#lib/format.ts";
import { useMutate } from "#lib/http/client.tsx";
import { type InvitationPreview, invitationAccept, invitationLookup } from "#lib/teams/invitation-schema.ts";
import { FormError } from "./auth-frame.tsx";
import { PasswordInput, passwordHint } from "./password-input.tsx";
import { signInHere, signOutHere } from "./session.ts";
import { useLinkToken } from "./use-link-token.ts";

export function InvitationForm() {
  const token = useLinkToken();
  const lookup = useMutate(invitationLookup, { invalidates: [] });
  const { mutate: look } = lookup;
  useEffect(() => {
    if (token) look({ token });
  }, [token, look]);

  if (token === null || lookup.error?.code === "NOT_FOUND") {
    return (
      <div className="space-y-4">
        <p>This invitation is not valid (any more): a link works once and for 7 days. Ask for a new one.</p>
        <LinkButton href="/sign-in">To sign-in</LinkButton>
      </div>
    );
  }
  if (lookup.error) {
    return (
      <div className="space-y-4">
        <FormError>{`${lookup.error.message} ${lookup.error.detail.todo ?? ""}`}</FormError>
        {token ? <Button onClick={() => look({ token })}>Try again</Button> : null}
      </div>
    );
  }
  if (!token || !lookup.data) return <Skeleton className="h-40 w-full" />;
  return (
    <div className="space-y-5">
      <p>
        {lookup.data.invitedBy} invites <span className="font-medium break-all">{lookup.data.email}</span> to the team{" "}
        <span className="font-medium">{lookup.data.teamName}</span> as {lookup.data.role}.{" "}
        <span className="text-muted">Until {formatDateTime(lookup.data.expiresAt)}.</span>
      </p>
      {lookup.data.signedInAs ? (
        <OtherPerson signedInAs={lookup.data.signedInAs} />
      ) : (
        <Accept token={token} invitation={lookup.data} />
      )}
    </div>
  );
}

function OtherPerson({ signedInAs }: { signedInAs: string }) {
  return (
    <>
      <p className="rounded-md bg-attention-soft px-3 py-2 text-sm text-attention">
        You are signed in as {signedInAs}. Sign out, then open the link of the invitation again.
      </p>
      <Button onClick={() => void signOutHere()}>Sign out</Button>
    </>
  );
}

function Accept({ token, invitation }: { token: string; invitation: InvitationPreview }) {
  const { step, email, teamName } = invitation;
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [leaving, setLeaving] = useState(false);
  const accept = useMutate(invitationAccept, {
    invalidates: [],
    onSuccess: async () => {
      setLeaving(true);
      const problem = step === "ready" ? null : await signInHere(email, password);
      window.location.assign(problem === null ? "/" : "/sign-in");
    },
  });
  const fields = accept.error?.detail.fields ?? {};

  function onSubmit(event: FormEvent) {
    event.preventDefault();
    accept.mutate({ token, ...(step === "new" ? { name } : {}), ...(step === "ready" ? {} : { password }) });
  }

  if (step === "sign-in") {
    return (
      <>
        <p>Your account has no password. Sign in through your identity provider, then open the link again.</p>
        <LinkButton href="/sign-in" variant="primary">
          To sign-in
        </LinkButton>
      </>
    );
  }
  return (
    <form noValidate method="post" onSubmit={onSubmit} className="space-y-4">
      <FormError>
        {accept.error && !accept.error.detail.fields
          ? `${accept.error.message} ${accept.error.detail.todo ?? ""}`
          : null}
      </FormError>
      {/* for password managers, which file the password under it */}
      <input type="hidden" name="username" autoComplete="username" value={email} />
      {step === "new" ? (
        <Field label="Your name" required error={fields.name ?? null}>
          <Input autoComplete="name" value={name} onChange={(event) => setName(event.target.value)} autoFocus />
        </Field>
      ) : null}
      {step === "ready" ? null : (
        <Field
          label={step === "new" ? "Choose a password" : "Your password"}
          required
          hint={step === "new" ? passwordHint : "The one you already have here."}
          error={fields.password ?? null}
        >
          <PasswordInput
            autoComplete={step === "new" ? "new-password" : "current-password"}
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        </Field>
      )}
      <Button type="submit" variant="primary" pending={accept.isPending || leaving} className="w-full">
        Join {teamName}
      </Button>
    </form>
  );
}
