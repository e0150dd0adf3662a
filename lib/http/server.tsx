import { dehydrate, HydrationBoundary, QueryClient } from "@tanstack/react-query";
import { cookies, headers } from "next/headers";
import { notFound, redirect } from "next/navigation";
import { cache, type ReactNode } from "react";
import type { z } from "zod";
import type { Actor, Person } from "#lib/core/actor.ts";
import { actorOfSession, sessionCookie } from "#lib/core/auth.ts";
import type { Endpoint } from "#lib/core/endpoint.ts";
import { AppError } from "#lib/core/errors.ts";
import { keyOf } from "./request.ts";
import { verbs } from "./verbs.ts";

/** Who looks at this page; looked up once a request. */
export const pageCaller = cache(async (): Promise<Actor | Person | null> => {
  const jar = await cookies();
  return actorOfSession(jar.get(sessionCookie())?.value);
});

/** The signed-in member of a team, or off to sign-in (and back afterwards). */
export async function requireActor(): Promise<Actor> {
  const caller = await pageCaller();
  if (!caller) {
    const path = (await headers()).get("x-stillhouse-path") ?? "/";
    redirect(`/sign-in?next=${encodeURIComponent(path)}`);
  }
  if (caller.teamId === null) redirect("/no-team");
  return caller;
}

/** Calls a verb for the person who looks at this page. @throws AppError */
export async function callVerb<I extends z.ZodObject, O extends z.ZodType>(
  endpoint: Endpoint<I, O>,
  input: z.input<I>,
): Promise<z.output<O>> {
  const verb = verbs.find((candidate) => candidate.endpoint.name === endpoint.name);
  if (!verb) throw new Error(`no verb implements ${endpoint.name}`);
  return (await verb.call({ actor: await requireActor() }, input)) as z.output<O>;
}

type AnyCall = readonly [Endpoint, Record<string, unknown>];

/** Types one prefetch: `prefetch(projectGet, { projectId })`. */
export function prefetch<I extends z.ZodObject, O extends z.ZodType>(
  endpoint: Endpoint<I, O>,
  input: z.input<I>,
): AnyCall {
  return [endpoint as unknown as Endpoint, input];
}

/**
 * Fills the browser's cache with the answers a page opens with. What does not exist is a 404 page; any other fault is left to the
 * component, which asks again and shows it.
 */
export async function Prefetch({ of, children }: { of: readonly AnyCall[]; children: ReactNode }) {
  const client = new QueryClient();
  await Promise.all(
    of.map(async ([endpoint, input]) => {
      try {
        const value = await callVerb(endpoint, input);
        client.setQueryData(keyOf(endpoint, input), JSON.parse(JSON.stringify(value)));
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        if (error.code === "NOT_FOUND") notFound();
      }
    }),
  );
  return <HydrationBoundary state={dehydrate(client)}>{children}</HydrationBoundary>;
}
