import type { ReactNode } from "react";

/** Pages that need no session: one column in the middle, without the shell. */
export default function AuthLayout({ children }: { children: ReactNode }) {
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-[400px] flex-col justify-center px-4 py-10">{children}</main>
  );
}
