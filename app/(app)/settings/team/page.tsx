import type { Metadata } from "next";
import { InvitationsCard } from "#components/settings/invitations-card.tsx";
import { MembersCard } from "#components/settings/members-card.tsx";
import { RolesCard } from "#components/settings/roles-card.tsx";
import { TeamCard } from "#components/settings/team-card.tsx";
import { Prefetch, prefetch, requireActor } from "#lib/http/server.tsx";
import { invitationList } from "#lib/teams/invitation-schema.ts";
import { meGet } from "#lib/teams/me-schema.ts";
import { memberList, teamGet } from "#lib/teams/schema.ts";

export const metadata: Metadata = { title: "Team" };

export default async function TeamPage() {
  const actor = await requireActor();
  const manages = actor.can("team.manage");
  return (
    <Prefetch
      of={[
        prefetch(teamGet, {}),
        prefetch(meGet, {}),
        prefetch(memberList, {}),
        ...(manages ? [prefetch(invitationList, {})] : []),
      ]}
    >
      <div className="space-y-6">
        <TeamCard />
        <MembersCard />
        {manages ? <InvitationsCard /> : null}
        <RolesCard />
      </div>
    </Prefetch>
  );
}
