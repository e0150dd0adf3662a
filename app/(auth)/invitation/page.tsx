import type { Metadata } from "next";
import { AuthFrame } from "#components/auth/auth-frame.tsx";
import { InvitationForm } from "#components/auth/invitation-form.tsx";

export const metadata: Metadata = { title: "Invitation", referrer: "no-referrer" };

export default function InvitationPage() {
  return (
    <AuthFrame title="Join a team">
      <InvitationForm />
    </AuthFrame>
  );
}
