import type { Metadata } from "next";
import { AuthFrame } from "#components/auth/auth-frame.tsx";
import { ResetForm } from "#components/auth/reset-form.tsx";

export const metadata: Metadata = { title: "New password", referrer: "no-referrer" };

export default function ResetPasswordPage() {
  return (
    <AuthFrame title="Choose a new password">
      <ResetForm />
    </AuthFrame>
  );
}
