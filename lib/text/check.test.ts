import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { makeTextChecker } from "./check.ts";
import { loadLanguages } from "./language.ts";

describe("checker", () => {
  const check = makeTextChecker({ generative: true, country: "DE" });

  test("a sound row has no findings", () => {
    expect(check({ input: "Where is my parcel? It was sent on 2024-01-31.", output: "It is on its way." })).toEqual([]);
    expect(check({ input: "Where is my parcel?", output: null })).toEqual([]);
    expect(check({ input: "", output: null })).toEqual([]);
  });

  test("one finding a code and part, and no value in any note", () => {
    const found = check({
      input: "I am ada@example.com or eve@example.com, card 4111 1111 1111 1111",
      output: "I'm sorry, but I can't help ada@example.com.",
    });
    expect(found).toEqual([
      { code: "email", part: "input", note: "e-mail address at character 6, and 1 more" },
      { code: "card", part: "input", note: "payment card (Visa) at character 47" },
      { code: "email", part: "output", note: "e-mail address at character 29" },
      { code: "refusal", part: "output", note: "begins as answers do that decline" },
    ]);
    expect(JSON.stringify(found)).not.toMatch(/ada@|4111/);
  });

  test("empty, cut and boilerplate answers", () => {
    const codes = (output: string) => check({ input: "x", output }).map(({ code }) => code);
    expect(codes("")).toEqual(["empty"]);
    expect(codes(" \n\t")).toEqual(["empty"]);
    expect(codes('{"a": 1')).toEqual(["truncated"]);
    expect(codes("As an AI language model I think it is blue.")).toEqual(["boilerplate"]);
  });

  test("labels are neither cut nor boilerplate, and no language", async () => {
    const plain = makeTextChecker({ generative: false, languages: await loadLanguages(["en"]) });
    expect(plain({ input: "Hello", output: "wo ist meine bestellung und wann kommt sie der" })).toEqual([]);
  });

  test("the caller says what is wrong with JSON", () => {
    const strict = makeTextChecker({
      generative: false,
      validateJson: (output) => (output.startsWith("{") ? null : "is not an object"),
    });
    expect(strict({ input: "x", output: "[]" })).toEqual([
      { code: "invalid-json", part: "output", note: "is not an object" },
    ]);
    expect(strict({ input: "x", output: "{}" })).toEqual([]);
  });

  test("names of prototypes are text like any other", () => {
    expect(check({ input: "__proto__ constructor toString", output: "hasOwnProperty" })).toEqual([]);
  });
});

describe("language", () => {
  test("another language is named; short, mixed and noisy texts are let through", async () => {
    const en = await loadLanguages(["en"]);
    expect(en("Wo ist meine Bestellung, und wann kommt sie endlich an?")).toBe("de");
    expect(en("¿Dónde está mi pedido y cuándo llegará por fin a mi casa?")).toBe("es");
    expect(en("我的订单在哪里，什么时候能送到我家？")).toBe("zh");
    expect(en("Где мой заказ и когда он наконец придёт?")).toBe("ru");
    expect(en("Where is my order, and when will it finally arrive?")).toBeNull();
    expect(en("wo ist das Paket")).toBeNull();
    expect(en("SKU-12345-XX https://example.de/wo-ist-meine-bestellung 17:00")).toBeNull();
  });

  test("several may be expected, with regions", async () => {
    const two = await loadLanguages(["de-AT", "EN"]);
    expect(two("Wo ist meine Bestellung, und wann kommt sie endlich an?")).toBeNull();
    expect(two("Où est ma commande, et quand arrivera-t-elle enfin chez moi ?")).toBe("fr");
  });

  test("unknown codes are refused with the known ones", async () => {
    await expect(loadLanguages(["xx"])).rejects.toMatchObject({ code: "INVALID" });
    await expect(loadLanguages([])).rejects.toMatchObject({ code: "INVALID" });
    await expect(loadLanguages(["constructor"])).rejects.toMatchObject({ code: "INVALID" });
  });

  const file = new URL("../../../shared/data/intents/banking77/test.jsonl", import.meta.url);
  test.skipIf(!existsSync(file))("of 3,080 real English questions none is taken for another language", async () => {
    const inputs = readFileSync(file, "utf8")
      .trim()
      .split("\n")
      .map((line): string => JSON.parse(line).input);
    const en = await loadLanguages(["en"]);
    const de = await loadLanguages(["de"]);
    // Measured: 0 of 3,080 (1 of 10,003 in train); 94 % are noticed where German is expected, the rest are short.
    expect(inputs.filter((input) => en(input) !== null).length).toBeLessThanOrEqual(3);
    expect(inputs.filter((input) => de(input) === "en").length / inputs.length).toBeGreaterThan(0.9);
  });
});
