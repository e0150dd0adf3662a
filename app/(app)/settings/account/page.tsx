import type { Metadata } from "next";
import { PasswordCard } from "#components/settings/password-card.tsx";
import { ProfileCard } from "#components/settings/profile-card.tsx";
import { SessionsCard } from "#components/settings/sessions-card.tsx";
import { Prefetch, prefetch } from "#lib/http/server.tsx";
import { meGet, meSessions } from "#lib/teams/me-schema.ts";

export const metadata: Metadata = { title: "Account" };

export default function AccountPage() {
  return (
    <Prefetch of={[prefetch(meGet, {}), prefetch(meSessions, {})]}>
      <div className="space-y-6">
        <ProfileCard />
        <PasswordCard />
        <SessionsCard />
      </div>
    </Prefetch>
  );
}
