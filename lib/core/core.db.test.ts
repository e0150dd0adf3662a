import { describe, expect, test } from "vitest";
import { redact } from "./audit.ts";
import { db, isPassingDbFault, pool } from "./db.ts";
import { decrypt, encrypt, hashToken, randomToken, sameSecret } from "./secrets.ts";
import { listStorage, readStorage, removeStorage, storageBytes, storagePath, writeStorage } from "./storage.ts";

describe("secrets", () => {
  test("open only where they were sealed for, and only undamaged", () => {
    const sealed = encrypt("sk-123", "teacher:1");
    expect(sealed).not.toContain("sk-123");
    expect(decrypt(sealed, "teacher:1")).toBe("sk-123");
    expect(() => decrypt(sealed, "teacher:2")).toThrow();
    expect(() => decrypt(`${sealed.slice(0, -4)}AAAA`, "teacher:1")).toThrow();
    expect(encrypt("sk-123", "teacher:1")).not.toBe(sealed);
  });

  test("sealed with another STILLHOUSE_SECRET: says so", () => {
    const [version, , ...rest] = encrypt("sk-123", "x").split(".");
    expect(() => decrypt([version, "00000000", ...rest].join("."), "x")).toThrow(/another STILLHOUSE_SECRET/);
  });

  test("tokens are long, and only their hash is comparable", () => {
    const token = randomToken("sth_");
    expect(token).toMatch(/^sth_[\w-]{43}$/);
    expect(hashToken(token)).toMatch(/^[0-9a-f]{64}$/);
    expect(sameSecret("a", "a")).toBe(true);
    expect(sameSecret("a", "b")).toBe(false);
  });
});

describe("storage", () => {
  async function* chunks(...texts: string[]) {
    for (const text of texts) yield Buffer.from(text);
  }

  test("holds the whole content or nothing", async () => {
    expect(await writeStorage("uploads/a/b.txt", chunks("one", "two"))).toBe(6);
    expect(await storageBytes("uploads/a/b.txt")).toBe(6);
    let text = "";
    for await (const chunk of readStorage("uploads/a/b.txt", { start: 1, end: 4 })) text += chunk;
    expect(text).toBe("net");
    async function* broken() {
      yield Buffer.from("half");
      throw new Error("cut");
    }
    await expect(writeStorage("uploads/a/c.txt", broken())).rejects.toThrow("cut");
    expect(await listStorage("uploads/a")).toEqual(["b.txt"]);
    await removeStorage("uploads/a");
    expect(await listStorage("uploads/a")).toEqual([]);
  });

  test.each([
    "../etc/passwd",
    "uploads/../../x",
    "/etc/passwd",
    "uploads/..%2fx",
    "uploads\\x",
    "uploads/\u0000",
    "a//b",
    "",
    "uploads/.hidden",
  ])("key %j leaves the folder nowhere", (key) => expect(() => storagePath(key)).toThrow(/malformed/));
});

test("audit data carries no secrets and no novels", () => {
  const kept = redact({
    name: "T",
    apiKey: "sk-1",
    nested: { password: "p", list: [{ token: "t" }] },
    text: "x".repeat(2_000),
  });
  expect(JSON.stringify(kept)).not.toMatch(/sk-1|"p"|"t"/);
  expect(JSON.stringify(kept).length).toBeLessThan(800);
});

describe("passing database faults", () => {
  test("a refused connection and a killed backend pass", async () => {
    expect(
      isPassingDbFault(Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:1"), { code: "ECONNREFUSED" })),
    ).toBe(true);
    const killed = await pool
      .query("SELECT pg_terminate_backend(pg_backend_pid())")
      .then(() => null)
      .catch((error: unknown) => error);
    expect(isPassingDbFault(killed)).toBe(true);
    const byPrisma = await db.$queryRaw`SELECT pg_terminate_backend(pg_backend_pid())`.catch((error: unknown) => error);
    expect(isPassingDbFault(byPrisma)).toBe(true);
    expect(await db.user.count()).toBe(0);
  });

  test("a wrong statement does not", async () => {
    const wrong = await pool.query("SELECT nonsense").catch((error: unknown) => error);
    expect(isPassingDbFault(wrong)).toBe(false);
    expect(isPassingDbFault(new Error("label 08123 is wrong"))).toBe(false);
  });
});
