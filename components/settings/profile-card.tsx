"use client";

import { Monitor, Moon, Sun } from "lucide-react";
import { useTheme } from "next-themes";
import { type FormEvent, useState } from "react";
import { toast } from "sonner";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { RadioCards } from "#components/ui/choice.tsx";
import { Combobox } from "#components/ui/combobox.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Field, Input } from "#components/ui/field.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { useHydrated, useNow } from "#components/ui/time.tsx";
import { formatDateTime } from "#lib/format.ts";
import { useEndpoint, useMutate } from "#lib/http/client.tsx";
import { type Me, meGet, meUpdate } from "#lib/teams/me-schema.ts";

/** Name, time zone and theme. */
export function ProfileCard() {
  const me = useEndpoint(meGet, {});
  return (
    <Card title="You" hint="How you appear to your teams, and how times and colours appear to you.">
      {me.data ? (
        <ProfileForm key={me.data.id} me={me.data} />
      ) : me.error ? (
        <ErrorState error={me.error} onRetry={me.refetch} />
      ) : (
        <Skeleton className="h-64 w-full" />
      )}
    </Card>
  );
}

function ProfileForm({ me }: { me: Me }) {
  const [name, setName] = useState(me.name);
  const [timezone, setTimezone] = useState(me.timezone);
  const save = useMutate(meUpdate, { onSuccess: () => toast.success("Saved"), invalidates: [meGet.name] });
  const fields = save.error?.detail.fields ?? {};
  const changed = name !== me.name || timezone !== me.timezone;

  function onSubmit(event: FormEvent) {
    event.preventDefault();
    save.mutate({ name, timezone });
  }

  return (
    <div className="space-y-4">
      <form noValidate onSubmit={onSubmit} className="grid gap-4 sm:grid-cols-2">
        <Field label="Name" required error={fields.name ?? null}>
          <Input autoComplete="name" value={name} onChange={(event) => setName(event.target.value)} />
        </Field>
        <Field label="E-mail" hint="What you sign in with. It cannot be changed.">
          <Input value={me.email} readOnly className="text-muted" />
        </Field>
        <TimezoneField value={timezone} onChange={setTimezone} error={fields.timezone ?? null} />
        <div className="sm:col-span-2">
          <Button type="submit" variant="primary" pending={save.isPending} disabled={!changed}>
            Save
          </Button>
        </div>
      </form>
      <ThemeChoice />
    </div>
  );
}

function TimezoneField(props: { value: string; onChange: (zone: string) => void; error: string | null }) {
  const now = useNow();
  const zones = [...new Set(["UTC", props.value, ...Intl.supportedValuesOf("timeZone")])];
  return (
    <Field
      label="Time zone"
      hint={now > 0 ? `There it is ${formatDateTime(now, props.value)}.` : "\u00a0"}
      error={props.error}
    >
      <Combobox
        value={props.value}
        onValueChange={props.onChange}
        options={zones.map((zone) => ({ value: zone, label: zone.replaceAll("_", " ") }))}
      />
    </Field>
  );
}

const themes = [
  { value: "system", label: "As the system", icon: <Monitor aria-hidden /> },
  { value: "light", label: "Light", icon: <Sun aria-hidden /> },
  { value: "dark", label: "Dark", icon: <Moon aria-hidden /> },
] as const;

function ThemeChoice() {
  const { theme, setTheme } = useTheme();
  // the server does not know the choice, which stays in this browser
  const hydrated = useHydrated();
  const value = hydrated ? (themes.find((each) => each.value === theme)?.value ?? "system") : null;
  return (
    <Field label="Theme" group hint="Kept in this browser.">
      <RadioCards value={value} onValueChange={setTheme} options={themes} columns={3} />
    </Field>
  );
}
