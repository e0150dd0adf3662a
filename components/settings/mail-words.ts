import type { Tone } from "#components/ui/badge.tsx";
import type { MailKind, MailState } from "#lib/mails/schema.ts";

export const mailStates: Record<MailState, { word: string; tone: Tone }> = {
  pending: { word: "waiting", tone: "running" },
  sending: { word: "sending", tone: "running" },
  sent: { word: "sent", tone: "good" },
  kept: { word: "kept here", tone: "neutral" },
  failed: { word: "failed", tone: "bad" },
  held: { word: "waits for the list", tone: "attention" },
  folded: { word: "in a list", tone: "neutral" },
};

export const mailKinds: Record<MailKind, string> = {
  invitation: "Invitation",
  reset: "New password",
  "password-changed": "Password changed",
  "run.succeeded": "Run finished",
  "run.failed": "Run failed",
  "run.budget": "Budget reached",
  "review.assigned": "Rows to review",
  digest: "List of runs",
};
