import type { z } from "zod";
import { MailKind, MailState, type outboxList } from "#lib/mails/schema.ts";

/** The list's input as the URL holds it; what is not valid there counts as absent. */
export function outboxInput(get: (name: string) => string): z.input<typeof outboxList.input> {
  const state = MailState.safeParse(get("state")).data;
  const kind = MailKind.safeParse(get("kind")).data;
  const search = get("q").slice(0, 200);
  const cursor = get("cursor");
  return {
    ...(state ? { state } : {}),
    ...(kind ? { kind } : {}),
    ...(search ? { search } : {}),
    ...(cursor ? { cursor } : {}),
  };
}
