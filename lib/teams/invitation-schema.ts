import { z } from "zod";
import { endpoint, Instant, ref } from "#lib/core/endpoint.ts";
import { EmailAddress } from "#lib/mails/address.ts";
import { NewPassword, PersonName, RoleName } from "./me-schema.ts";

export const Invitation = z.object({
  id: z.uuid(),
  email: z.string(),
  role: RoleName,
  invitedBy: z.string(),
  createdAt: Instant,
  expiresAt: Instant,
  expired: z.boolean(),
});
export type Invitation = z.infer<typeof Invitation>;

/** A fresh link. `link` is only given where no mail server is set; otherwise it reaches the invited address alone. */
export const SentInvitation = Invitation.extend({ link: z.string().nullable() });

export const invitationList = endpoint({
  name: "invitation.list",
  method: "GET",
  path: "/invitations",
  permission: "team.manage",
  summary: "Invitations that nobody has accepted yet.",
  input: z.object({}),
  output: z.object({ items: z.array(Invitation) }),
});

export const invitationCreate = endpoint({
  name: "invitation.create",
  method: "POST",
  path: "/invitations",
  permission: "team.manage",
  summary: "Invites one address into the team; the link works once and for 7 days.",
  input: z.object({ email: EmailAddress, role: RoleName }),
  output: SentInvitation,
});

export const invitationResend = endpoint({
  name: "invitation.resend",
  method: "POST",
  path: "/invitations/:invitationId/resend",
  permission: "team.manage",
  summary: "Sends a new link, for 7 more days; the former one stops working.",
  input: z.object({ invitationId: ref("invitation") }),
  output: SentInvitation,
});

export const invitationRevoke = endpoint({
  name: "invitation.revoke",
  method: "DELETE",
  path: "/invitations/:invitationId",
  permission: "team.manage",
  summary: "Makes an invitation's link worthless.",
  input: z.object({ invitationId: ref("invitation") }),
  output: z.object({ id: z.uuid() }),
});

const LinkToken = z.string().min(20).max(100);

export const InvitationPreview = z.object({
  teamName: z.string(),
  email: z.string(),
  role: RoleName,
  invitedBy: z.string(),
  expiresAt: Instant,
  /**
   * what the page asks for: `new` a name and a password, `password` the password of the existing account, `sign-in` a person
   * without password signs in through the identity provider first, `ready` nothing: the invited person is signed in
   */
  step: z.enum(["new", "password", "sign-in", "ready"]),
  /** signed in as somebody else: accepting needs signing out first */
  signedInAs: z.string().nullable(),
});
export type InvitationPreview = z.infer<typeof InvitationPreview>;

export const invitationLookup = endpoint({
  name: "invitation.lookup",
  method: "POST",
  path: "/invitations/lookup",
  permission: "public",
  summary: "What an invitation's link is for. Uses nothing up.",
  input: z.object({ token: LinkToken }),
  output: InvitationPreview,
});

export const invitationAccept = endpoint({
  name: "invitation.accept",
  method: "POST",
  path: "/invitations/accept",
  permission: "public",
  summary: "Joins the team of an invitation, as a new or an existing person. Works once.",
  input: z.object({
    token: LinkToken,
    name: PersonName.optional(),
    /** a new person's future password, or an existing person's own one */
    password: z.string().max(256).optional(),
  }),
  output: z.object({ email: z.string(), teamId: z.uuid() }),
});

export const passwordForgotten = endpoint({
  name: "password.forgotten",
  method: "POST",
  path: "/password/forgotten",
  permission: "public",
  summary: "Mails a link for a new password if the address belongs to somebody. The answer is always the same.",
  input: z.object({ email: EmailAddress }),
  output: z.object({ ok: z.literal(true), delivers: z.boolean() }),
});

export const passwordReset = endpoint({
  name: "password.reset",
  method: "POST",
  path: "/password/reset",
  permission: "public",
  summary: "Sets a new password with a mailed link and ends all sessions of the person. Works once.",
  input: z.object({ token: LinkToken, password: NewPassword }),
  output: z.object({ email: z.string() }),
});
