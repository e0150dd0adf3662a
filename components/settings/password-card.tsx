"use client";

import { type FormEvent, useState } from "react";
import { toast } from "sonner";
import { FormError } from "#components/auth/auth-frame.tsx";
import { PasswordInput, passwordHint } from "#components/auth/password-input.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { Field } from "#components/ui/field.tsx";
import { plural } from "#lib/format.ts";
import { useEndpoint, useMutate } from "#lib/http/client.tsx";
import { meGet, mePassword, meSessions } from "#lib/teams/me-schema.ts";

export function PasswordCard() {
  const me = useEndpoint(meGet, {});
  const [oldPassword, setOld] = useState("");
  const [newPassword, setNew] = useState("");
  const change = useMutate(mePassword, {
    invalidates: [meGet.name, meSessions.name],
    onSuccess: ({ endedSessions }) => {
      setOld("");
      setNew("");
      const ended = endedSessions > 0 ? ` ${plural(endedSessions, "other session")} ended.` : "";
      toast.success(`Password changed.${ended}`);
    },
  });
  const fields = change.error?.detail.fields ?? {};
  const hasPassword = me.data?.hasPassword ?? true;

  function onSubmit(event: FormEvent) {
    event.preventDefault();
    change.mutate({ oldPassword, newPassword });
  }

  return (
    <Card title="Password" hint="Changing it signs out every other browser; API tokens go on working.">
      <form noValidate method="post" onSubmit={onSubmit} className="space-y-4">
        <FormError>
          {change.error && !change.error.detail.fields
            ? `${change.error.message} ${change.error.detail.todo ?? ""}`
            : null}
        </FormError>
        <input type="hidden" name="username" autoComplete="username" value={me.data?.email ?? ""} />
        <div className="grid gap-4 sm:grid-cols-2">
          {hasPassword ? (
            <Field label="Current password" required error={fields.oldPassword ?? null}>
              <PasswordInput
                autoComplete="current-password"
                value={oldPassword}
                onChange={(event) => setOld(event.target.value)}
              />
            </Field>
          ) : null}
          <Field label="New password" required hint={passwordHint} error={fields.newPassword ?? null}>
            <PasswordInput
              autoComplete="new-password"
              value={newPassword}
              onChange={(event) => setNew(event.target.value)}
            />
          </Field>
        </div>
        <Button type="submit" pending={change.isPending} disabled={newPassword === ""}>
          {hasPassword ? "Change password" : "Set a password"}
        </Button>
      </form>
    </Card>
  );
}
