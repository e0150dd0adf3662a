import { describe, expect, it } from "vitest";
import { assertGoodPassword, hashPassword, passwordProblem, randomPassword, verifyPassword } from "./passwords.ts";

const email = "ada.lovelace@example.com";

describe("hashing", () => {
  it("opens with the right password only, and never makes the same hash twice", async () => {
    const [a, b] = [await hashPassword("pelican in the harbour"), await hashPassword("pelican in the harbour")];
    expect(a).toMatch(/^scrypt\$17\$8\$1\$[\w-]{22}\$[\w-]{43}$/);
    expect(a).not.toBe(b);
    expect(await verifyPassword("pelican in the harbour", a)).toBe(true);
    expect(await verifyPassword("pelican in the harbor", a)).toBe(false);
  });

  it("reads the parameters from the hash, so old ones go on working", async () => {
    // scrypt("old", "saltsaltsaltsalt", N=2^4), from node:crypto
    const { scryptSync } = await import("node:crypto");
    const salt = Buffer.from("saltsaltsaltsalt");
    const key = scryptSync("old", salt, 32, { N: 16, r: 8, p: 1 });
    const stored = `scrypt$4$8$1$${salt.toString("base64url")}$${key.toString("base64url")}`;
    expect(await verifyPassword("old", stored)).toBe(true);
    expect(await verifyPassword("new", stored)).toBe(false);
  });

  it("treats composed and decomposed letters as one", async () => {
    const stored = await hashPassword("caf\u00e9 au bord de l'eau");
    expect(await verifyPassword("cafe\u0301 au bord de l'eau", stored)).toBe(true);
  });

  it("does the same work for a person who does not exist", async () => {
    const stored = await hashPassword("pelican in the harbour");
    const time = async (hash: string | null) => {
      const from = performance.now();
      expect(await verifyPassword("wrong password here", hash)).toBe(false);
      return performance.now() - from;
    };
    const pairs = [];
    for (let i = 0; i < 4; i++) pairs.push((await time(null)) / (await time(stored)));
    const median = pairs.toSorted((x, y) => x - y)[2] ?? 0;
    // a missing dummy hash would make this a thousandth; the machine's noise stays far inside
    expect(median).toBeGreaterThan(0.5);
    expect(median).toBeLessThan(2);
    // Nine hashes; on a busy machine each takes its time.
  }, 60_000);

  it("refuses a flood instead of taking 128 MiB for each", async () => {
    const all = await Promise.allSettled(Array.from({ length: 80 }, () => verifyPassword("x", cheap)));
    const refused = all.filter((one) => one.status === "rejected");
    expect(refused.length).toBe(80 - 66);
    expect(refused[0]).toMatchObject({ reason: { code: "LIMIT" } });
    expect(await verifyPassword("x", cheap)).toBe(false);
  });
});
const cheap = `scrypt$4$8$1$${"A".repeat(22)}$${"A".repeat(43)}`;

describe("rules", () => {
  it.each([
    ["short", /at least 12 characters; this has 5/],
    ["Password-2024!", /well-known/],
    ["P@ssw0rd1234", /well-known/],
    ["changeme-changeme", /well-known/],
    ["aaaaaaaaaaaa", /repeats or counts/],
    ["abababababab", /repeats or counts/],
    ["12345678901234", /repeats or counts/],
    ["abcdefghijklmnop", /repeats or counts/],
    ["Ada.Lovelace@example.com", /e-mail/],
    ["ada.lovelace1815", /e-mail/],
    ["x".repeat(9) + "yzabc".repeat(60), /at most 256/],
  ])("refuses %s", (password, reason) => {
    expect(passwordProblem(password, email)).toMatch(reason);
    expect(() => assertGoodPassword(password, email)).toThrow(reason);
  });

  it.each(["pelican in the harbour", "kx7-wm2q-99vb", "дом у реки зимой", "admiral of the fleet"])(
    "takes %s",
    (password) => {
      expect(passwordProblem(password, email)).toBeNull();
    },
  );

  it("makes random ones that pass the rules", () => {
    const made = new Set(Array.from({ length: 50 }, randomPassword));
    expect(made.size).toBe(50);
    for (const password of made) {
      expect(password).toMatch(/^[a-z2-9]{4}(-[a-z2-9]{4}){4}$/);
      expect(passwordProblem(password, email)).toBeNull();
    }
  });
});
