import type { Tx } from "./db.ts";

/** One channel for all live updates; its payload is a topic such as `run:<id>` or `project:<id>`, prefixed by the team. */
export const liveChannel = "stillhouse_live";

/** Tells every open page that a topic changed, once the transaction commits. PostgreSQL drops repeats within one transaction. */
export async function publish(tx: Pick<Tx, "$executeRaw">, teamId: string, ...topics: string[]): Promise<void> {
  for (const topic of topics) await tx.$executeRaw`SELECT pg_notify(${liveChannel}, ${`${teamId} ${topic}`})`;
}
