import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { BoilerplateCounter, boilerplateIn } from "./boilerplate.ts";
import { cutOff } from "./cut-off.ts";
import { looksRefused } from "./refusal.ts";

describe("refusals", () => {
  test.each([
    "I'm sorry, but I can't help with that.",
    "I’m unable to provide medical advice.",
    "  \n As an AI language model, I cannot answer this.",
    "Unfortunately, I cannot assist with this request.",
    "Es tut mir leid, aber dabei kann ich nicht helfen.",
    "Leider kann ich diese Frage nicht beantworten.",
    "Je suis désolé, mais je ne peux pas répondre.",
    "Lo siento, pero no puedo ayudar con eso.",
    "Mi dispiace, ma non posso aiutarti.",
    "Desculpe, mas não posso ajudar.",
    "Het spijt me, maar ik kan dat niet doen.",
    "Przepraszam, ale nie mogę pomóc.",
    "Извините, но я не могу помочь с этим.",
    "Üzgünüm, bu konuda yardımcı olamam.",
    "申し訳ありませんが、お手伝いできません。",
    "抱歉，我无法回答这个问题。",
    "죄송하지만 도와드릴 수 없습니다.",
    "عذرًا، لا أستطيع المساعدة في ذلك.",
    "मुझे खेद है, मैं मदद नहीं कर सकता।",
  ])("%s", (text) => expect(looksRefused(text)).toBe(true));

  test.each([
    "I'm sorry to hear that your parcel is late. We will send another one today.",
    "I can't make it on Friday, could we meet on Monday?",
    "We cannot take back opened goods after 30 days.",
    "Es tut mir leid, dass Ihr Paket zu spät kam. Wir senden ein neues.",
    "Lo siento mucho, enviaremos otro hoy.",
    "card_arrival",
    "It is illegal to park here.",
    "Refused: 3, accepted: 5",
    "As an assistant manager she runs the shop.",
    "",
  ])("not %s", (text) => expect(looksRefused(text)).toBe(false));

  const folder = new URL("../../../shared/data/teacher/xstest_gpt4/", import.meta.url);
  test.skipIf(!existsSync(folder))("on 450 real completions with human labels (XSTest, test split)", () => {
    const rows = readFileSync(new URL("test.jsonl", folder), "utf8")
      .trim()
      .split("\n")
      .map((line): { input: string; gold: string } => JSON.parse(line));
    const count = { hit: 0, wrong: 0, missed: 0 };
    for (const { input, gold } of rows) {
      if (gold === "3_partial_refusal") continue;
      const said = looksRefused(input.slice(input.indexOf("\n\nRESPONSE: ") + 12));
      if (gold === "2_full_refusal") count[said ? "hit" : "missed"]++;
      else if (said) count.wrong++;
    }
    // Measured: 160 found, 6 wrong, 19 missed.
    expect(count.hit / (count.hit + count.wrong)).toBeGreaterThan(0.95);
    expect(count.hit / (count.hit + count.missed)).toBeGreaterThan(0.85);
  });
});

describe("cut off", () => {
  const prose =
    "The teapot was made in 1820. It stood on the shelf for many years, and nobody used it. Then the family moved to another town. " +
    "They took it along, wrapped in paper, and put it on the new shelf";
  const items = `How it is done:\n\n${[1, 2].map((n) => `${n}. Take the pot from the shelf and fill it with water, slowly.`).join("\n")}`;
  test.each([
    ['{"a": [1, 2', "its JSON lacks 2 closing brackets"],
    ['[{"name": "Ad', "its JSON stops inside a text"],
    ["Run this:\n```sh\nls", "a code block is open at its end"],
    ["You should first open the box and then put the", "it ends with “the”"],
    ["Der Vertrag endet am Montag, weil der", "it ends with “der”"],
    [prose, "its last sentence has no end"],
    [`${items}\n3. Put the lid on and wait until`, "its last list item has no end"],
  ])("%s", (text, why) => expect(cutOff(text)).toBe(why));

  test("at a length where many others stop", () => {
    expect(cutOff("It went well and everybody liked", 32)).toBe("it stops at 32 characters, as many others do");
    expect(cutOff("It went well. Everybody liked it", 80)).toBeNull();
  });

  test.each([
    "Berlin",
    "card_arrival",
    `${prose}.`,
    `${prose}.\n\n- one item\n- another item of the list`,
    `${items.replaceAll(".\n", "\n")}\n3. Put the lid on and wait until the water boils`,
    '{"a": [1, 2]}',
    '{"a": "a { brace \\" and [ a bracket"}',
    "[1] A footnote",
    "{name}, welcome",
    "```sh\nls\n```",
    "x = 3 * 4",
    "これで終わりです。",
    "All done 🎉",
    "",
  ])("not %s", (text) => expect(cutOff(text)).toBeNull());
});

describe("boilerplate", () => {
  test("stock phrases", () => {
    expect(boilerplateIn("As an AI language model, I have no opinion.")).toMatch(/stock phrase/);
    expect(boilerplateIn("Do X. I hope this helps!")).toMatch(/stock phrase/);
    expect(boilerplateIn("Language models are trained on text.")).toBeNull();
  });

  test("finds what many answers share, not what few share", () => {
    const counter = new BoilerplateCounter();
    for (let i = 0; i < 200; i++) {
      const ending = i % 4 === 0 ? "Please contact support for further help with ticket 17." : "";
      counter.add(
        `The answer to question ${String.fromCharCode(97 + (i % 26))}${i} is a longer sentence ${"x".repeat(i % 50)}. ${ending}`,
      );
    }
    const shared = counter.shared(0.2);
    expect([...shared.values()]).toEqual([
      { sentence: "Please contact support for further help with ticket 17.", share: 0.25 },
    ]);
    expect(boilerplateIn("Yes. Please contact support for further help with ticket 99.", shared)).toMatch(/25 %/);
    expect(boilerplateIn("Yes, that one is green and has wheels.", shared)).toBeNull();
    expect(counter.shared(0.3).size).toBe(0);
  });

  test("holds no more than its capacity and still finds the frequent one", () => {
    const counter = new BoilerplateCounter(50);
    for (let i = 0; i < 5_000; i++) {
      counter.add(
        `Number ${i.toString(36).replace(/\d/g, "z")} stands alone in this sentence.${i % 3 === 0 ? "\nThis closing sentence comes again and again." : ""}`,
      );
    }
    const [found] = counter.shared(0.3).values();
    expect(found?.sentence).toBe("This closing sentence comes again and again.");
    // Never too high; too low by at most sentences / (capacity + 1).
    expect(found?.share).toBeLessThanOrEqual(1_667 / 5_000);
    expect(found?.share).toBeGreaterThanOrEqual((1_667 - 6_667 / 51) / 5_000);
  });

  test("counts a sentence once an answer", () => {
    const counter = new BoilerplateCounter();
    for (let i = 0; i < 30; i++) counter.add("The same thing again and again.\n".repeat(5));
    expect([...counter.shared(0).values()]).toEqual([{ sentence: "The same thing again and again.", share: 1 }]);
  });
});
