import type { Role } from "#lib/core/permissions.ts";
import { env } from "#lib/env.ts";
import type { NewMail } from "./outbox.ts";

// One-time tokens stand behind the #: browsers do not send that part, so it reaches no access log and no Referer header, and a
// mail scanner that opens the link cannot use it up.
export const invitationLink = (token: string) => `${env.STILLHOUSE_URL}/invitation#${token}`;
const resetLink = (token: string) => `${env.STILLHOUSE_URL}/reset-password#${token}`;

export function invitationMail(about: {
  id: string;
  teamId: string;
  teamName: string;
  email: string;
  role: Role;
  invitedBy: string;
  token: string;
  days: number;
  /** raised by every "send again" */
  sending: string;
}): NewMail {
  return {
    teamId: about.teamId,
    userId: null,
    to: about.email,
    kind: "invitation",
    dedupeKey: `invitation:${about.id}:${about.sending}`,
    content: {
      subject: `${about.invitedBy} invites you to ${about.teamName}`,
      heading: `Join ${about.teamName} on Stillhouse`,
      paragraphs: [
        `${about.invitedBy} invites you to the team ${about.teamName} as ${about.role}.`,
        `The link works once and for ${about.days} days. If you did not expect it, do nothing: nobody gets in without it.`,
      ],
      button: { label: "Accept the invitation", url: invitationLink(about.token) },
      footer: `Sent because ${about.invitedBy} typed this address into Stillhouse.`,
    },
  };
}

export function resetMail(about: {
  id: string;
  userId: string;
  email: string;
  name: string;
  token: string;
  minutes: number;
  teamId: string | null;
}): NewMail {
  return {
    teamId: about.teamId,
    userId: about.userId,
    to: about.email,
    kind: "reset",
    dedupeKey: `reset:${about.id}`,
    content: {
      subject: "Choose a new Stillhouse password",
      heading: "Choose a new password",
      paragraphs: [
        `Someone, most likely you, asked for a new password for ${about.name}.`,
        `The link works once and for ${about.minutes} minutes. If it was not you, do nothing: your password stays as it is.`,
      ],
      button: { label: "Choose a new password", url: resetLink(about.token) },
      footer: "Sent because somebody typed this address into “Forgot password”.",
    },
  };
}

export function passwordChangedMail(about: { userId: string; email: string; at: Date }): NewMail {
  return {
    teamId: null,
    userId: about.userId,
    to: about.email,
    kind: "password-changed",
    dedupeKey: `password-changed:${about.userId}:${about.at.getTime()}`,
    content: {
      subject: "Your Stillhouse password was changed",
      heading: "Your password was changed",
      paragraphs: [
        "All other sessions were ended. API tokens go on working until you revoke them.",
        "If this was not you, ask for a new password at once and check your API tokens and the audit log.",
      ],
      button: { label: "Open your account", url: `${env.STILLHOUSE_URL}/settings/account` },
      footer: "Sent for every change of a password; it cannot be switched off.",
    },
  };
}
