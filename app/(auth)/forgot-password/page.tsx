import type { Metadata } from "next";
import Link from "next/link";
import { AuthFrame } from "#components/auth/auth-frame.tsx";
import { ForgotForm } from "#components/auth/forgot-form.tsx";

export const metadata: Metadata = { title: "Forgot password" };

export default function ForgotPasswordPage() {
  return (
    <AuthFrame
      title="Forgot password"
      hint="Type your address; we mail a link with which you choose a new one."
      footer={
        <Link href="/sign-in" className="link">
          Back to sign-in
        </Link>
      }
    >
      <ForgotForm />
    </AuthFrame>
  );
}
