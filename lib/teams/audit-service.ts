import { Readable } from "node:stream";
import { csvLine } from "#lib/core/csv.ts";
import { type Db, db, type Prisma } from "#lib/core/db.ts";
import { toPage } from "#lib/core/endpoint.ts";
import { toWebStream } from "#lib/core/storage.ts";
import { download, query } from "#lib/core/verb.ts";
import { type AuditEntry, auditExport, auditList } from "./audit-schema.ts";

type Filters = { action?: string; userId?: string; targetId?: string; from?: string; to?: string };

function whereOf(
  teamId: string,
  input: { [K in keyof Filters]?: Filters[K] | undefined },
): Prisma.AuditEntryWhereInput {
  const { action, userId, targetId, from, to } = input;
  const at = { ...(from ? { gte: new Date(from) } : {}), ...(to ? { lt: new Date(to) } : {}) };
  return {
    teamId,
    ...(action ? { action: action.includes(".") ? action : { startsWith: `${action}.` } } : {}),
    ...(userId ? { userId } : {}),
    ...(targetId ? { targetId } : {}),
    ...(from || to ? { at } : {}),
  };
}

/** Entries with the names of people and tokens, newest first. `before` is the id of the last one already seen. */
async function load(
  from: Pick<Db, "auditEntry" | "user" | "apiToken">,
  where: Prisma.AuditEntryWhereInput,
  take: number,
  before?: string,
): Promise<AuditEntry[]> {
  const rows = await from.auditEntry.findMany({
    where: { ...where, ...(before ? { id: { lt: before } } : {}) },
    orderBy: { id: "desc" },
    take,
  });
  const idsOf = (pick: (row: (typeof rows)[number]) => string | null) =>
    [...new Set(rows.map(pick))].filter((id) => id !== null);
  const [people, tokens] = await Promise.all([
    from.user.findMany({
      where: { id: { in: idsOf((row) => row.userId) } },
      select: { id: true, name: true, email: true },
    }),
    from.apiToken.findMany({ where: { id: { in: idsOf((row) => row.tokenId) } }, select: { id: true, name: true } }),
  ]);
  const person = new Map(people.map((one) => [one.id, one]));
  const token = new Map(tokens.map((one) => [one.id, one]));
  return rows.map((row) => ({
    id: row.id,
    at: row.at.toISOString(),
    action: row.action,
    person:
      row.userId === null ? null : (person.get(row.userId) ?? { id: row.userId, name: "someone who left", email: "" }),
    token: row.tokenId === null ? null : (token.get(row.tokenId) ?? { id: row.tokenId, name: "a deleted token" }),
    targetId: row.targetId,
    data: row.data as Record<string, unknown>,
  }));
}

const list = query(auditList, async ({ db, actor, input }) => {
  const { cursor, limit, ...filters } = input;
  return toPage(await load(db, whereOf(actor.teamId, filters), limit + 1, cursor), limit, (entry) => entry.id);
});

const pageSize = 1000;
const columns = ["at", "action", "person", "email", "token", "target", "data"] as const;

function csvOf({ at, action, person, token, targetId, data }: AuditEntry): string {
  const name = token?.name ?? "";
  return csvLine([
    String(at),
    action,
    person?.name ?? "",
    person?.email ?? "",
    name,
    targetId ?? "",
    JSON.stringify(data),
  ]);
}

/** Page by page, so that memory stays flat however long the log is. */
async function* lines(where: Prisma.AuditEntryWhereInput, format: "csv" | "jsonl"): AsyncGenerator<string> {
  // The mark makes spreadsheets read UTF-8.
  if (format === "csv") yield `\uFEFF${csvLine(columns)}`;
  for (let before: string | undefined; ; ) {
    const page = await load(db, where, pageSize, before);
    if (page.length > 0)
      yield page.map((entry) => (format === "csv" ? csvOf(entry) : `${JSON.stringify(entry)}\n`)).join("");
    before = page.at(-1)?.id;
    if (page.length < pageSize) return;
  }
}

const exportLog = download(auditExport, async ({ actor, input }) => {
  const { format, ...filters } = input;
  return {
    stream: toWebStream(Readable.from(lines(whereOf(actor.teamId, filters), format), { objectMode: false })),
    fileName: `audit-${new Date().toISOString().slice(0, 10)}.${format}`,
    contentType: format === "csv" ? "text/csv; charset=utf-8" : "application/x-ndjson",
  };
});

export const auditVerbs = [list, exportLog];
