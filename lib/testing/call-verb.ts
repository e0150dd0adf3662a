import { randomUUID } from "node:crypto";
import type { Actor, Person } from "#lib/core/actor.ts";
import { verbs } from "#lib/http/verbs.ts";

/** Calls a verb by its name, as the dispatcher does, from an address of its own so that tests do not throttle each other. */
export async function callVerbAs(
  name: string,
  actor: Actor | Person | null,
  input: object,
  ip: string = randomUUID(),
): Promise<Record<string, unknown>> {
  const verb = verbs.find((one) => one.endpoint.name === name);
  if (!verb) throw new Error(`no verb ${name}`);
  return (await verb.call({ actor, ip, userAgent: "test" }, input)) as Record<string, unknown>;
}
