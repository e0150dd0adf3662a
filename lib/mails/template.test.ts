import { beforeAll, describe, expect, it } from "vitest";
import { oneLine, renderMail } from "./template.ts";

beforeAll(() => {
  process.env.STILLHOUSE_URL = "https://stillhouse.example.com";
});

const hostile = 'Run <script>alert(1)</script>\r\nBcc: eve@evil.example\n\u202etxt.exe & "quotes"';

describe("renderMail", () => {
  const mail = () =>
    renderMail({
      subject: hostile,
      heading: hostile,
      paragraphs: [hostile, "</p><img src=x onerror=alert(1)>"],
      facts: [[hostile, "javascript:alert(1)"]],
      button: { label: hostile, url: "https://stillhouse.example.com/runs/1?a='b'&c" },
      footer: hostile,
    });

  it("keeps a subject on one line without control or direction signs", () => {
    expect(mail().subject).toBe('Run <script>alert(1)</script> Bcc: eve@evil.example txt.exe & "quotes"');
  });

  it("encodes everything that came from people", () => {
    const { html } = mail();
    expect(html).not.toMatch(/<script|<img|onerror=alert\(1\)>|\u202e/);
    expect(html).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(html).toContain('href="https://stillhouse.example.com/runs/1?a=&#39;b&#39;&amp;c"');
    expect(html.match(/href="/g)).toHaveLength(1);
  });

  it("says the same as text", () => {
    const { text } = renderMail({
      subject: "s",
      heading: "Failed: Label tickets",
      simulated: true,
      paragraphs: ["The teacher refused the key."],
      facts: [
        ["Project", "Tickets"],
        ["Done so far", "12 of 40 rows"],
      ],
      button: { label: "Open the run", url: "https://stillhouse.example.com/runs/1" },
      footer: "Why.",
    });
    expect(text).toBe(`Failed: Label tickets

Simulated: this comes from the sample project. None of its figures is a real model's.

The teacher refused the key.

Project:     Tickets
Done so far: 12 of 40 rows

Open the run:
https://stillhouse.example.com/runs/1

-- \nWhy.
`);
  });

  it("refuses a button that leads elsewhere", () => {
    const button = { label: "x", url: "https://evil.example/" };
    expect(() => renderMail({ subject: "s", heading: "h", paragraphs: [], button, footer: "f" })).toThrow(/evil/);
  });
});

describe("oneLine", () => {
  it("cuts long texts with a mark", () => expect(oneLine("x".repeat(300))).toHaveLength(200));
  it("keeps other scripts and emoji", () => expect(oneLine("Büro 日本語 🚀")).toBe("Büro 日本語 🚀"));
});
