import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { copyText } from "#lib/datasets/load.ts";
import { LostLease } from "#lib/jobs/runs.ts";
import type { Run } from "#prisma/generated/client.ts";
import type { CheckCode } from "./checks.ts";
import { Bits } from "./numbers.ts";
import type { Policy } from "./schema.ts";

/** Findings of one check that are kept; the count goes on. */
export const mostKept = 100_000;
const batchRows = 5_000;
const noteChars = 500;

export type FindingDraft = {
  position: number;
  part?: "input" | "output";
  group?: number;
  otherVersionId?: string;
  otherPosition?: number;
  score?: number;
  /** the answer that would be right */
  suggestion?: string;
  note: string;
};

/** What is known of a check's findings. */
export type Tally = { rows: Bits; groups: Bits; kept: number };

/**
 * Takes findings as they are made and writes them under the run, in the order of their arrival. Each batch is one transaction behind the
 * run's fence: a holder that lost the run can write, but never commit.
 */
export class FindingSink {
  readonly #client: pg.Client;
  readonly #run: Pick<Run, "id" | "leaseEpoch">;
  readonly #levels: Policy["levels"];
  readonly #tallies = new Map<CheckCode, Tally>();
  #lines: string[] = [];

  private constructor(client: pg.Client, run: Pick<Run, "id" | "leaseEpoch">, levels: Policy["levels"]) {
    this.#client = client;
    this.#run = run;
    this.#levels = levels;
  }

  /** Begins with none: what an earlier claim of the run wrote goes. @throws LostLease */
  static async open(
    client: pg.Client,
    run: Pick<Run, "id" | "leaseEpoch">,
    levels: Policy["levels"],
  ): Promise<FindingSink> {
    await client.query("SET idle_in_transaction_session_timeout = '15s'");
    const sink = new FindingSink(client, run, levels);
    await sink.#fenced(async () => {
      await client.query(`DELETE FROM "QualityFinding" WHERE "runId" = $1`, [run.id]);
    });
    return sink;
  }

  /** Whether anybody wants to know. */
  wants(check: CheckCode): boolean {
    return this.#levels[check] !== "off";
  }

  tally(check: CheckCode): Tally {
    const known = this.#tallies.get(check);
    if (known) return known;
    const tally: Tally = { rows: new Bits(), groups: new Bits(), kept: 0 };
    this.#tallies.set(check, tally);
    return tally;
  }

  /** Call `settle` now and then. Findings of a check arrive in the order in which people should see them. */
  add(check: CheckCode, finding: FindingDraft): void {
    if (!this.wants(check)) return;
    const tally = this.tally(check);
    tally.rows.add(finding.position);
    if (finding.group !== undefined) tally.groups.add(finding.group);
    if (tally.kept >= mostKept) return;
    const { position, part, group, otherVersionId, otherPosition, score, suggestion = null, note } = finding;
    const cells = [this.#run.id, check, ++tally.kept, position, part, group, otherVersionId, otherPosition, score];
    const shown = copyText(note.slice(0, noteChars).replaceAll("\0", "\u2400").toWellFormed());
    this.#lines.push(`${cells.map((cell) => cell ?? "\\N").join("\t")}\t${copyText(suggestion)}\t${shown}\n`);
  }

  /** Writes a full batch, if there is one. @throws LostLease */
  async settle(): Promise<void> {
    if (this.#lines.length >= batchRows) await this.flush();
  }

  /** @throws LostLease */
  async flush(): Promise<void> {
    const lines = this.#lines;
    this.#lines = [];
    if (lines.length === 0) return;
    await this.#fenced(async () => {
      const sql = `COPY "QualityFinding" ("runId", "check", "seq", "position", "part", "groupId", "otherVersionId", "otherPosition", "score", "suggestion", "note") FROM STDIN`;
      await pipeline(Readable.from([Buffer.from(lines.join(""))]), this.#client.query(copyFrom(sql)));
    });
  }

  async #fenced(work: () => Promise<void>): Promise<void> {
    await this.#client.query("BEGIN");
    try {
      await work();
      const { rows } = await this.#client.query<{ leaseEpoch: number; state: string }>(
        `SELECT "leaseEpoch", "state"::text FROM "Run" WHERE "id" = $1 FOR NO KEY UPDATE`,
        [this.#run.id],
      );
      if (rows[0]?.leaseEpoch !== this.#run.leaseEpoch || rows[0].state !== "running")
        throw new LostLease(this.#run.id);
      await this.#client.query("COMMIT");
    } catch (error) {
      await this.#client.query("ROLLBACK").catch(() => undefined);
      throw error;
    }
  }
}
