"use client";

import { Check, Copy } from "lucide-react";
import { type ReactNode, useState } from "react";
import { toast } from "sonner";
import { Button, IconButton } from "./button.tsx";

/** Copies and says whether that worked. With children a button with words, else an icon. */
export function CopyButton({ text, label = "Copy", children }: { text: string; label?: string; children?: ReactNode }) {
  const [copied, setCopied] = useState(false);

  async function onCopy() {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
      setTimeout(() => setCopied(false), 1500);
    } catch {
      // plain http on another host: browsers refuse the clipboard there
      toast.error("The browser refused the clipboard. Select the text and copy it by hand.");
    }
  }

  const icon = copied ? <Check aria-hidden className="text-good" /> : <Copy aria-hidden />;
  return children ? (
    <Button size="sm" icon={icon} onClick={onCopy}>
      {children}
    </Button>
  ) : (
    <IconButton size="sm" label={copied ? "Copied" : label} onClick={onCopy}>
      {icon}
    </IconButton>
  );
}
