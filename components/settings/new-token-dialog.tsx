"use client";

import { type FormEvent, useState } from "react";
import { FormError } from "#components/auth/auth-frame.tsx";
import { Button } from "#components/ui/button.tsx";
import { Checkbox } from "#components/ui/choice.tsx";
import { CodeBlock } from "#components/ui/code-block.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { Field, Input } from "#components/ui/field.tsx";
import { Select } from "#components/ui/select.tsx";
import type { Scope } from "#lib/core/permissions.ts";
import { useMutate } from "#lib/http/client.tsx";
import { tokenCreate, tokenList } from "#lib/tokens/schema.ts";

const scopeOptions: { scope: Scope; label: string; hint: string }[] = [
  { scope: "read", label: "Read", hint: "Projects, data, runs, results" },
  { scope: "write", label: "Write", hint: "Upload, label, train, evaluate: may spend money at a teacher" },
  { scope: "admin", label: "Admin", hint: "People, tokens, outbox, as far as your role goes" },
];

const lifetimes = [
  { value: "7", label: "7 days" },
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "365", label: "1 year" },
  { value: "never", label: "Never" },
];

type NewTokenDialogProps = { open: boolean; onOpenChange: (open: boolean) => void; url: string };

/** Two steps: what the token may do, then its value, which is shown this once. */
export function NewTokenDialog({ open, onOpenChange, url }: NewTokenDialogProps) {
  const create = useMutate(tokenCreate, { invalidates: [tokenList.name] });

  function onChange(next: boolean) {
    // the value leaves the memory with the dialog
    if (!next) create.reset();
    onOpenChange(next);
  }

  return (
    <Dialog
      open={open}
      onOpenChange={onChange}
      size="md"
      title={create.data ? "Copy the token now" : "New API token"}
      description={
        create.data
          ? "It is shown this once: only a hash of it is kept. Whoever has it acts as you in this team."
          : "It acts as you, in this team, within the scopes below and never beyond your role."
      }
    >
      {create.data ? (
        <div className="space-y-4">
          <CodeBlock caption={create.data.name} code={create.data.value} wrap />
          <CodeBlock
            caption="Try it"
            code={`curl -H "Authorization: Bearer ${create.data.value}" ${url}/api/v1/me`}
            wrap
          />
          <div className="flex justify-end">
            <Button variant="primary" onClick={() => onChange(false)}>
              I have copied it
            </Button>
          </div>
        </div>
      ) : (
        <TokenForm
          pending={create.isPending}
          problem={create.error && !create.error.detail.fields ? create.error.message : null}
          fields={create.error?.detail.fields ?? {}}
          onCreate={(input) => create.mutate(input)}
        />
      )}
    </Dialog>
  );
}

type TokenFormProps = {
  pending: boolean;
  problem: string | null;
  fields: Record<string, string>;
  onCreate: (input: { name: string; scopes: Scope[]; expiresInDays: number | null }) => void;
};

function TokenForm({ pending, problem, fields, onCreate }: TokenFormProps) {
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<Scope[]>(["read"]);
  const [lifetime, setLifetime] = useState("90");

  function onSubmit(event: FormEvent) {
    event.preventDefault();
    onCreate({ name, scopes, expiresInDays: lifetime === "never" ? null : Number(lifetime) });
  }

  return (
    <form noValidate onSubmit={onSubmit} className="space-y-4">
      <FormError>{problem}</FormError>
      <Field
        label="Name"
        required
        hint="What uses it, so that you know later whether it may go."
        error={fields.name ?? null}
      >
        <Input value={name} onChange={(event) => setName(event.target.value)} placeholder="nightly import" autoFocus />
      </Field>
      <Field label="Scopes" group error={fields.scopes ?? null}>
        <div className="space-y-2">
          {scopeOptions.map(({ scope, label, hint }) => (
            <Checkbox
              key={scope}
              label={label}
              hint={hint}
              checked={scopes.includes(scope)}
              onCheckedChange={(on) => setScopes(on ? [...scopes, scope] : scopes.filter((one) => one !== scope))}
            />
          ))}
        </div>
      </Field>
      <Field label="Ends after" className="max-w-48">
        <Select value={lifetime} onValueChange={setLifetime} options={lifetimes} />
      </Field>
      <div className="flex justify-end">
        <Button type="submit" variant="primary" pending={pending} disabled={name.trim() === "" || scopes.length === 0}>
          Create token
        </Button>
      </div>
    </form>
  );
}
