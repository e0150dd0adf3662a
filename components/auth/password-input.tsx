"use client";

import { Eye, EyeOff } from "lucide-react";
import { type ComponentProps, useState } from "react";
import { IconButton } from "#components/ui/button.tsx";
import { Input } from "#components/ui/field.tsx";

/** A password that can be looked at. Paste and password managers work as usual. */
export function PasswordInput(props: Omit<ComponentProps<"input">, "type">) {
  const [shown, setShown] = useState(false);
  return (
    <span className="relative block">
      <Input {...props} type={shown ? "text" : "password"} className="pr-9!" spellCheck={false} />
      <span className="absolute inset-y-0 right-0.5 flex items-center">
        <IconButton
          size="sm"
          label={shown ? "Hide the password" : "Show the password"}
          onClick={() => setShown(!shown)}
        >
          {shown ? <EyeOff aria-hidden /> : <Eye aria-hidden />}
        </IconButton>
      </span>
    </span>
  );
}

export const passwordHint = "At least 12 characters. Four random words are easy to keep in mind and hard to guess.";
