import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { EnvError, parseEnv, settings, unknownSettings, weakness } from "./env.ts";

function problems(record: Record<string, string>): readonly string[] {
  try {
    parseEnv(record);
  } catch (error) {
    if (error instanceof EnvError) return error.problems;
    throw error;
  }
  return [];
}

describe("parseEnv", () => {
  it("needs no setting at all", () => {
    const parsed = parseEnv({});
    expect(parsed).toMatchObject({ PORT: 3000, STILLHOUSE_URL: "http://localhost:3000", STILLHOUSE_SAMPLE: true });
    expect(parsed.MAIL_FROM).toBe("Stillhouse <stillhouse@localhost>");
    expect(parsed.DATABASE_URL).toBeUndefined();
  });

  it("derives the public address from the port and drops a trailing slash", () => {
    expect(parseEnv({ PORT: "4000" }).STILLHOUSE_URL).toBe("http://localhost:4000");
    expect(parseEnv({ STILLHOUSE_URL: "https://a.example.com/" }).STILLHOUSE_URL).toBe("https://a.example.com");
  });

  it("treats an empty value as absent", () => {
    expect(parseEnv({ PORT: "", REDIS_URL: "  " })).toMatchObject({ PORT: 3000, REDIS_URL: undefined });
  });

  it.each([
    ["PORT", "abc"],
    ["PORT", "0"],
    ["PORT", "65536"],
    ["PORT", "3000.5"],
    ["DATABASE_URL", "mysql://localhost/x"],
    ["DATABASE_URL", "postgresql://"],
    ["REDIS_URL", "localhost:6379"],
    ["SMTP_URL", "http://mail"],
    ["STILLHOUSE_URL", "https://a.example.com/path"],
    ["STILLHOUSE_URL", "stillhouse.example.com"],
    ["MAIL_FROM", "a@example.com, b@example.com"],
    ["MAIL_FROM", "a@example.com\nBcc: b@example.com"],
    ["STILLHOUSE_SAMPLE", "yes"],
    ["LOG_LEVEL", "loud"],
    ["NODE_ENV", "prod"],
    ["STILLHOUSE_ALLOW_ADDRESSES", "10.0.0.0/33"],
    ["STILLHOUSE_ALLOW_ADDRESSES", "localhost"],
    ["STILLHOUSE_ALLOW_ADDRESSES", "http://localhost:8000"],
    ["STILLHOUSE_SECRET", "short"],
    ["METRICS_TOKEN", "short"],
  ])("refuses %s=%s in one line that names it and says what is right", (name, value) => {
    const lines = problems({ [name]: value });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(new RegExp(`^${name}\\b.* is wrong: .+\\. Right: .+\\.$`));
    expect(lines[0]).not.toContain("\n");
  });

  it("reports every wrong variable at once", () => {
    expect(problems({ PORT: "x", REDIS_URL: "y", LOG_LEVEL: "z" })).toHaveLength(3);
  });

  it.each([
    "DATABASE_URL",
    "REDIS_URL",
    "SMTP_URL",
    "STILLHOUSE_SECRET",
    "OIDC_CLIENT_SECRET",
    "METRICS_TOKEN",
  ] as const)("marks %s as secret", (name) => {
    expect(settings[name].secret).toBe(true);
  });

  it("never echoes a secret, nor a password inside another address", () => {
    const canary = "canary-4711";
    const lines = problems({
      DATABASE_URL: `mysql://u:${canary}@h/x`,
      STILLHOUSE_SECRET: canary,
      STILLHOUSE_URL: `https://u:${canary}@h`,
      REDIS_URL: canary,
    });
    expect(lines).toHaveLength(4);
    expect(lines.join("\n")).not.toContain(canary);
  });

  it("wants all of the OIDC settings or none", () => {
    expect(problems({ OIDC_ISSUER: "https://login.example.com" })).toHaveLength(2);
    expect(
      problems({ OIDC_ISSUER: "http://login.example.com", OIDC_CLIENT_ID: "a", OIDC_CLIENT_SECRET: "b" })[0],
    ).toMatch(/not encrypted/);
  });

  it("keeps web and sample teacher on different ports", () => {
    expect(problems({ PORT: "8091" })[0]).toMatch(/^SAMPLE_TEACHER_PORT/);
    expect(problems({ PORT: "8091", STILLHOUSE_SAMPLE: "off" })).toEqual([]);
  });

  it("splits and normalises the allowed addresses", () => {
    const { STILLHOUSE_ALLOW_ADDRESSES: list } = parseEnv({
      STILLHOUSE_ALLOW_ADDRESSES: " LocalHost:8000, 10.0.0.0/8,[::1]:9000 ,192.168.0.0/16:8000,",
    });
    expect(list).toEqual(["localhost:8000", "10.0.0.0/8", "[::1]:9000", "192.168.0.0/16:8000"]);
  });
});

describe("weakness", () => {
  it.each([
    ["changeme-changeme-changeme-changeme-1", "example"],
    ["a".repeat(40), "different"],
    ["12345678901234567890123456789012", "repeats"],
    ["abcdefghijklmnopqrstuvwxyz0123456789", "counts"],
    ["0123456789abcdef", "shorter"],
  ])("refuses %s", (value, why) => {
    expect(weakness(value)).toContain(why);
  });

  it("accepts random values", () => {
    expect(weakness("8c1f0d5b7e2a4936f1d08e5c7b3a2946")).toBeNull();
    expect(weakness("kT9#vQ2!mZ7@pL4$wX8%rB3^nC6&dF1*")).toBeNull();
  });
});

it("finds misspelt settings", () => {
  expect(unknownSettings({ STILLHOUSE_SECRTE: "x", STILLHOUSE_SECRET: "y", PATH: "z" })).toEqual(["STILLHOUSE_SECRTE"]);
});

it(".env.example lists every setting in the order of env.ts", () => {
  const file = readFileSync(new URL("../.env.example", import.meta.url), "utf8");
  const listed = [...file.matchAll(/^#?\s?([A-Z][A-Z_]+)=/gm)].map((match) => match[1]);
  expect(listed).toEqual(Object.keys(settings).filter((name) => name !== "NODE_ENV"));
});
