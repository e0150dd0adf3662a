import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { AuthFrame } from "#components/auth/auth-frame.tsx";
import { SignOutButton } from "#components/auth/sign-out-button.tsx";
import { pageCaller } from "#lib/http/server.tsx";

export const metadata: Metadata = { title: "No team" };

export default async function NoTeamPage() {
  const caller = await pageCaller();
  if (!caller) redirect("/sign-in");
  if (caller.teamId !== null) redirect("/");
  return (
    <AuthFrame
      title="You are in no team"
      hint="You are signed in, but nobody shares a team with you at the moment. Ask an owner for an invitation; its link brings you in."
    >
      <SignOutButton />
    </AuthFrame>
  );
}
