import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const css = readFileSync(new URL("../../app/globals.css", import.meta.url), "utf8");

/** The hex custom properties of the rule that starts with `selector {`. */
function tokensOf(selector: string): Map<string, string> {
  const start = css.indexOf(`${selector} {`);
  const block = css.slice(start, css.indexOf("\n}", start));
  return new Map([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map((m) => [m[1] ?? "", m[2] ?? ""]));
}

/** WCAG 2.2 relative luminance of `#rrggbb`. */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const c = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [hi = 0, lo = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (hi + 0.05) / (lo + 0.05);
}

const surfaces = ["canvas", "surface", "raised", "sunken", "hover"];
const roles = ["teacher", "student", "gold", "baseline", "good", "attention", "bad", "running"];

describe.each([":root", '[data-theme="dark"]'])("contrast in %s", (selector) => {
  const tokens = tokensOf(selector);
  const ratio = (a: string, b: string) => contrast(tokens.get(a) ?? "#777777", tokens.get(b) ?? "#777777");

  it("text is AA on every surface", () => {
    for (const text of ["ink", "muted", "faint", "accent", ...roles])
      for (const on of surfaces) expect(ratio(text, on), `${text} on ${on}`).toBeGreaterThanOrEqual(4.5);
  });

  it("text is AA on its own soft fill, and on the primary button", () => {
    for (const role of [...roles, "accent"]) {
      expect(ratio(role, `${role}-soft`), role).toBeGreaterThanOrEqual(4.5);
      expect(ratio("ink", `${role}-soft`), `ink on ${role}-soft`).toBeGreaterThanOrEqual(4.5);
    }
    expect(ratio("inverse", "ink")).toBeGreaterThanOrEqual(4.5);
    expect(ratio("inverse", "bad")).toBeGreaterThanOrEqual(4.5);
  });

  it("marks stand out 3:1 from the card and the page", () => {
    const marks = [...roles.map((r) => `${r}-mark`), ...[1, 2, 3, 4, 5, 6, 7].map((n) => `chart-${n}`)];
    for (const mark of marks)
      for (const on of ["surface", "canvas"]) expect(ratio(mark, on), `${mark} on ${on}`).toBeGreaterThanOrEqual(3);
  });
});

it("has the same tokens in both themes", () => {
  expect([...tokensOf(":root").keys()]).toEqual([...tokensOf('[data-theme="dark"]').keys()]);
});
