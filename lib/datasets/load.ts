import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { connectAlone } from "#lib/core/db.ts";
import type { Rejection } from "#lib/formats/types.ts";
import { LostLease } from "#lib/jobs/runs.ts";
import { attachOwnTable, createOwnTable, dropLine, hasOwnTable, tableOf } from "./partition.ts";
import type { Checkpoint } from "./tally.ts";

const special = /[\\\n\r\t]/g;
const escapes: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** A value in PostgreSQL's COPY text format. NUL, which no text column takes, must have been rejected before. */
export function copyText(value: string | null): string {
  if (value === null) return "\\N";
  return value.search(special) < 0 ? value : value.replace(special, (character) => escapes[character] ?? character);
}

/** One line of COPY "Row". */
export function copyRow(
  line: number,
  position: number,
  row: { input: string; output: string | null; holdout: boolean; inputHash: string },
): string {
  return `${line}\t${position}\t${copyText(row.input)}\t${copyText(row.output)}\t${row.holdout ? "t" : "f"}\t${row.inputHash}\n`;
}

/** One line of COPY "RejectedRow". What is told of a broken row may itself hold what no column takes. */
export function copyRejection(versionId: string, seq: number, { line, offset, code, reason, text }: Rejection): string {
  const shown = (value: string) => copyText(value.replaceAll("\0", "\u2400").toWellFormed());
  return `${versionId}\t${seq}\t${line}\t${offset}\t${code}\t${shown(reason)}\t${shown(text)}\n`;
}

async function copy(client: pg.Client, sql: string, parts: Buffer[]): Promise<void> {
  if (parts.length === 0) return;
  await pipeline(Readable.from(parts), client.query(copyFrom(sql)));
}

async function connectForChunks(): Promise<pg.Client> {
  const client = await connectAlone();
  // A process that hangs in the middle of a chunk must not keep its uncommitted positions from the next holder.
  await client.query("SET idle_in_transaction_session_timeout = '15s'");
  // A server that crashes may lose the last chunks, each together with its checkpoint; what makes the version ready is flushed behind them.
  await client.query("SET synchronous_commit = off");
  return client;
}

/** The version that an import fills. `line` says into which table. */
export type Target = { id: string; line: number };

/** What one chunk brings: rows and rejections as COPY text, and where the import stands behind them. */
export type Chunk = { rows: Buffer[]; rejections: Buffer[]; checkpoint: Checkpoint };

/**
 * Writes chunks of one import over two connections of its own, in turns: while one commits, the other already takes the next chunk, so that the
 * server never waits for us. Each chunk is one transaction: COPY, then the commit of the chunk before it, then the fence and the
 * checkpoint. A holder that lost the run can therefore write, but never commit, and no chunk is ever there without those before it.
 */
export class Loader {
  readonly #client: pg.Client;
  /** the two connections, the next one first */
  #turns: [pg.Client, pg.Client];
  #before: Promise<void> = Promise.resolve();
  readonly #target: Target;
  readonly #run: { id: string; leaseEpoch: number };

  private constructor(clients: [pg.Client, pg.Client], target: Target, run: { id: string; leaseEpoch: number }) {
    [this.#client] = clients;
    this.#turns = clients;
    this.#target = target;
    this.#run = run;
  }

  static async open(target: Target, run: { id: string; leaseEpoch: number }): Promise<Loader> {
    const first = await connectForChunks();
    const second = await connectForChunks().catch(async (error: unknown) => {
      await first.end().catch(() => undefined);
      throw error;
    });
    return new Loader([first, second], target, run);
  }

  async close(): Promise<void> {
    await Promise.all(this.#turns.map((client) => client.end().catch(() => undefined)));
  }

  /**
   * One transaction: `work`, then the fence, then `told`. The run is locked late, so that its heartbeat is not held up, and before the
   * version, in the order that everybody keeps. @throws LostLease
   */
  async #fenced(client: pg.Client, work: () => Promise<void>, told?: { checkpoint: Checkpoint | null }): Promise<void> {
    await client.query("BEGIN");
    try {
      await work();
      const { rows } = await client.query<{ leaseEpoch: number; state: string }>(
        `SELECT "leaseEpoch", "state"::text FROM "Run" WHERE "id" = $1 FOR NO KEY UPDATE`,
        [this.#run.id],
      );
      if (rows[0]?.leaseEpoch !== this.#run.leaseEpoch || rows[0].state !== "running")
        throw new LostLease(this.#run.id);
      if (told) {
        await client.query(`UPDATE "DatasetVersion" SET "checkpoint" = $2 WHERE "id" = $1`, [
          this.#target.id,
          told.checkpoint && JSON.stringify(told.checkpoint),
        ]);
      }
      await client.query("COMMIT");
    } catch (error) {
      await client.query("ROLLBACK").catch(() => undefined);
      throw error;
    }
  }

  /** Call it for the next chunk before this one has ended, but for no third. @throws LostLease, or what the chunk before failed with */
  write({ rows, rejections, checkpoint }: Chunk): Promise<void> {
    const [client, other] = this.#turns;
    this.#turns = [other, client];
    const before = this.#before;
    const work = async () => {
      await copy(
        client,
        `COPY ${tableOf(this.#target.line)} ("line", "position", "input", "output", "holdout", "inputHash") FROM STDIN`,
        rows,
      );
      await copy(
        client,
        `COPY "RejectedRow" ("versionId", "seq", "line", "byteOffset", "code", "reason", "text") FROM STDIN`,
        rejections,
      );
      await before;
    };
    this.#before = this.#fenced(client, work, { checkpoint });
    return this.#before;
  }

  /** Removes the rows of an import that will not be finished; with `rejections` also the reasons why. @throws LostLease */
  async discard(what: { rejections: boolean }): Promise<void> {
    const work = async () => {
      if (what.rejections)
        await this.#client.query(`DELETE FROM "RejectedRow" WHERE "versionId" = $1`, [this.#target.id]);
      if (!hasOwnTable(this.#target.line)) await dropLine(this.#client, this.#target.line);
    };
    await this.#fenced(this.#client, work, { checkpoint: null });
    // Behind the fence: from here on only this holder can bring rows, and a table in use is waited for in short steps.
    if (hasOwnTable(this.#target.line)) await dropLine(this.#client, this.#target.line);
  }

  /** Makes the table that the rows go to, where the line has one of its own. @throws LostLease */
  async prepare(): Promise<void> {
    const { line } = this.#target;
    if (hasOwnTable(line)) await this.#fenced(this.#client, () => createOwnTable(this.#client, line));
  }

  /** Shows the rows of a table of its own in "Row". Safe to call again. */
  async attach(): Promise<void> {
    if (hasOwnTable(this.#target.line)) await attachOwnTable(this.#client, this.#target.line);
  }

  /** Repeated inputs of a loaded version: rows behind the first of their kind, and inputs with different gold answers. */
  async repeats(): Promise<{ duplicates: number; conflicts: number }> {
    const table = tableOf(this.#target.line);
    await this.#client.query("SET work_mem = '128MB'");
    const { rows } = await this.#client.query<{ duplicates: string; conflicts: string }>(
      `WITH repeated AS MATERIALIZED (
         SELECT "inputHash", count(*) AS n FROM ${table} WHERE "line" = $1 GROUP BY "inputHash" HAVING count(*) > 1
       ), conflicting AS (
         SELECT 1 FROM ${table} JOIN repeated USING ("inputHash") WHERE "line" = $1
         GROUP BY "inputHash" HAVING min("output" COLLATE "C") <> max("output" COLLATE "C")
       )
       SELECT (SELECT coalesce(sum(n - 1), 0) FROM repeated) AS duplicates,
         CASE WHEN EXISTS (SELECT 1 FROM repeated) THEN (SELECT count(*) FROM conflicting) ELSE 0 END AS conflicts`,
      [this.#target.line],
    );
    return { duplicates: Number(rows[0]?.duplicates ?? 0), conflicts: Number(rows[0]?.conflicts ?? 0) };
  }

  /** New rows have no statistics yet, and plans without them are slow. A table of its own gets them with its indexes. */
  async analyze(): Promise<void> {
    if (!hasOwnTable(this.#target.line)) await this.#client.query(`ANALYZE rows.small`);
  }
}
