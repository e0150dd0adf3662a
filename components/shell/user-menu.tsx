"use client";

import { BookOpen, ChevronsUpDown, CircleUser, Keyboard, LogOut, UserRound } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import { IconButton } from "#components/ui/button.tsx";
import { DropdownMenu } from "#components/ui/menu.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { useEndpoint, useMutate } from "#lib/http/client.tsx";
import { allowedNav, helpNav } from "#lib/nav.ts";
import { meGet, meSwitchTeam } from "#lib/teams/me-schema.ts";
import { useViewer } from "./viewer.tsx";

const meInput = {};

/** The team in view; switching loads everything anew, so that nothing of the other team stays in memory. */
export function TeamSwitcher() {
  const me = useEndpoint(meGet, meInput, { staleTime: 60_000 });
  const change = useMutate(meSwitchTeam, {
    // "/" leads to where the role in that team begins
    onSuccess: () => window.location.assign("/"),
    onError: (error) => toast.error(error.message),
    invalidates: [],
  });
  const team = me.data?.team;
  if (!me.data || !team) return <Skeleton className="h-10" />;
  return (
    <DropdownMenu
      label="Team"
      align="start"
      trigger={
        <button
          type="button"
          aria-label={`Team ${team.name}, you are ${team.role}`}
          className="flex h-11 w-full items-center gap-2 rounded-md border bg-surface px-2 text-left hover:bg-hover"
        >
          <span className="min-w-0 flex-1">
            <span className="block truncate text-sm font-medium">{team.name}</span>
            <span className="block truncate text-xs text-muted">
              {team.role}
              {team.simulated ? " · simulated" : ""}
            </span>
          </span>
          <ChevronsUpDown aria-hidden className="size-4 shrink-0 text-faint" />
        </button>
      }
      items={[
        { heading: "Teams" },
        ...me.data.teams.map((each) => ({
          label: each.name,
          hint: `${each.role}${each.simulated ? " · simulated" : ""}`,
          checked: each.id === team.id,
          onSelect: () => each.id !== team.id && change.mutate({ teamId: each.id }),
        })),
        "separator",
        { label: "Team settings", href: "/settings/team" },
      ]}
    />
  );
}

export function UserMenu({ onHelp }: { onHelp: () => void }) {
  const me = useEndpoint(meGet, meInput, { staleTime: 60_000 });
  const viewer = useViewer();
  const [leaving, setLeaving] = useState(false);

  async function onSignOut() {
    setLeaving(true);
    // only needed here: not in what every page loads
    const { signOut } = await import("next-auth/react");
    await signOut({ callbackUrl: "/sign-in" });
  }

  return (
    <DropdownMenu
      label="You"
      trigger={
        <IconButton label="You" pending={leaving}>
          <CircleUser aria-hidden />
        </IconButton>
      }
      items={[
        { heading: me.data ? `${me.data.name} · ${me.data.email}` : "…" },
        { label: "Account", icon: <UserRound aria-hidden />, href: "/settings/account" },
        ...allowedNav(helpNav, viewer.can).map(({ label, href }) => ({ label, href, icon: <BookOpen aria-hidden /> })),
        { label: "Keyboard", icon: <Keyboard aria-hidden />, onSelect: onHelp },
        "separator",
        { label: "Sign out", icon: <LogOut aria-hidden />, onSelect: onSignOut },
      ]}
    />
  );
}
