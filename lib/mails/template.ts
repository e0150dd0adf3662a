import { env } from "#lib/env.ts";

/** The content of a mail before it has a form. All texts are untrusted: names, titles and messages come from people and teachers. */
export type MailContent = {
  subject: string;
  /** first line and heading */
  heading: string;
  /** shown above everything when the mail tells about sample data */
  simulated?: boolean;
  paragraphs: string[];
  /** label and value, in order */
  facts?: [label: string, value: string][];
  /** the one thing to do; the address must be ours */
  button?: { label: string; url: string };
  /** why this person gets it and how to stop it */
  footer: string;
};

/**
 * Text made inert for one line of a mail: control characters (CR and LF would end a header), invisible joiners and the signs that
 * turn the reading direction are left out, the rest is kept.
 */
export function oneLine(text: string, longest = 200): string {
  const clean = text
    .replace(/[\p{Cc}\u2028\u2029]+/gu, " ")
    .replace(/[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g, "")
    .replace(/ {2,}/g, " ")
    .trim();
  return clean.length > longest ? `${clean.slice(0, longest - 1)}…` : clean;
}

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** For element content and quoted attributes. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => entities[sign] ?? sign);
}

const longestParagraph = 2000;

/** Both forms of a mail. The HTML has no script, image, remote font or tracking; it reads in light and dark. */
export function renderMail(content: MailContent): { subject: string; text: string; html: string } {
  const subject = oneLine(`${content.simulated ? "[simulated] " : ""}${content.subject}`, 150);
  const clean: Clean = {
    heading: oneLine(content.heading),
    paragraphs: [
      ...(content.simulated
        ? ["Simulated: this comes from the sample project. None of its figures is a real model's."]
        : []),
      ...content.paragraphs,
    ].map((paragraph) => oneLine(paragraph, longestParagraph)),
    facts: (content.facts ?? []).map(([name, value]) => [oneLine(name), oneLine(value, 500)] as const),
    button: content.button && { label: oneLine(content.button.label), url: ownAddress(content.button.url) },
    footer: oneLine(content.footer, 500),
  };
  return { subject, text: renderText(clean), html: renderHtml(clean) };
}

type Clean = {
  heading: string;
  paragraphs: string[];
  facts: (readonly [label: string, value: string])[];
  button: { label: string; url: string } | undefined;
  footer: string;
};

/** A mail links to this installation only. */
function ownAddress(url: string): string {
  if (new URL(url).origin !== env.STILLHOUSE_URL) throw new Error(`a mail must not link to ${new URL(url).origin}`);
  return url;
}

function renderText({ heading, paragraphs, facts, button, footer }: Clean): string {
  const width = Math.max(0, ...facts.map(([name]) => name.length));
  const parts = [
    heading,
    ...paragraphs,
    facts.map(([name, value]) => `${`${name}:`.padEnd(width + 2)}${value}`).join("\n"),
    button ? `${button.label}:\n${button.url}` : "",
    `-- \n${footer}`,
  ];
  return `${parts.filter(Boolean).join("\n\n")}\n`;
}

const font = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,sans-serif";

function renderHtml({ heading, paragraphs, facts, button, footer }: Clean): string {
  const body = [
    `<h1 style="margin:0 0 16px;font-size:20px;line-height:28px;font-weight:600">${escapeHtml(heading)}</h1>`,
    ...paragraphs.map((text) => `<p style="margin:0 0 12px">${escapeHtml(text)}</p>`),
    facts.length > 0 ? renderFacts(facts) : "",
    button
      ? `<p style="margin:20px 0"><a href="${escapeHtml(button.url)}" style="display:inline-block;padding:9px 16px;border-radius:8px;background:#1f6feb;color:#ffffff;text-decoration:none;font-weight:600">${escapeHtml(button.label)}</a></p>
<p style="margin:0 0 12px;font-size:12px;line-height:18px;color:#6b7280;word-break:break-all">${escapeHtml(button.url)}</p>`
      : "",
    `<p style="margin:24px 0 0;padding-top:12px;border-top:1px solid #d9dce1;font-size:12px;line-height:18px;color:#6b7280">${escapeHtml(footer)}</p>`,
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>${escapeHtml(heading)}</title></head>
<body style="margin:0;padding:24px 16px;font-size:14px;line-height:22px;${font}"><div style="max-width:560px;margin:0 auto">
${body.filter(Boolean).join("\n")}
</div></body></html>
`;
}

function renderFacts(facts: Clean["facts"]): string {
  const row = ([name, value]: readonly [string, string]) =>
    `<tr><th scope="row" style="padding:3px 16px 3px 0;text-align:left;vertical-align:top;font-weight:400;color:#6b7280;white-space:nowrap">${escapeHtml(name)}</th><td style="padding:3px 0;word-break:break-word">${escapeHtml(value)}</td></tr>`;
  return `<table role="presentation" style="margin:0 0 12px;border-collapse:collapse;font-size:14px;line-height:20px">${facts.map(row).join("")}</table>`;
}
