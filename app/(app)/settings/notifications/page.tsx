import type { Metadata } from "next";
import { NotificationsCard } from "#components/settings/notifications-card.tsx";
import { Prefetch, prefetch } from "#lib/http/server.tsx";
import { meGet } from "#lib/teams/me-schema.ts";

export const metadata: Metadata = { title: "Notifications" };

export default function NotificationsPage() {
  return (
    <Prefetch of={[prefetch(meGet, {})]}>
      <NotificationsCard />
    </Prefetch>
  );
}
