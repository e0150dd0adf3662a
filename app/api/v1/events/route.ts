import { liveEvents } from "#lib/http/live.ts";

export const dynamic = "force-dynamic";

/** Needs the caller's own look at who asks, because it streams: see `liveEvents`. */
export { liveEvents as GET };
