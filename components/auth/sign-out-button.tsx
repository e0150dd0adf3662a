"use client";

import { useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { signOutHere } from "./session.ts";

export function SignOutButton() {
  const [pending, setPending] = useState(false);
  function onClick() {
    setPending(true);
    void signOutHere();
  }
  return (
    <Button pending={pending} onClick={onClick}>
      Sign out
    </Button>
  );
}
