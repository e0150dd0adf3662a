import { isIPv6 } from "node:net";
import { isInUrl, textBefore } from "./number-runs.ts";
import type { Span } from "./personal.ts";

const octet = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const v4 = new RegExp(`(?<![\\w.-])${octet}(?:\\.${octet}){3}(?![\\w-]|\\.\\d)`, "g");
const v6 = /(?<![\w:.])[\da-fA-F:]{2,39}(?![\w:])/g;
const versionWord = /\bv(?:er(?:sion)?)?\.?\s*$|version|release|firmware|section|chapter|build/;

/** IPv4 and IPv6 addresses; four numbers behind "version" or "section" are none. The unspecified and loopback addresses are nobody's. */
export function findIps(text: string): Span[] {
  const found: Span[] = [];
  if (text.includes(".")) {
    for (const { 0: address, index } of text.matchAll(v4)) {
      if (/^(?:0\.|127\.|255\.)/.test(address) || versionWord.test(textBefore(text, index, 16))) continue;
      found.push({ kind: "ip", start: index, end: index + address.length, what: "IP address" });
    }
  }
  if (text.includes("::") || text.split(":", 8).length === 8) {
    for (const { 0: address, index } of text.matchAll(v6)) {
      if (!isIPv6(address) || address === "::" || address === "::1" || !/\d/.test(address) || isInUrl(text, index))
        continue;
      // 10::20 is a range or a slice before it is an address
      if (address.length >= 8)
        found.push({ kind: "ip", start: index, end: index + address.length, what: "IP address" });
    }
  }
  return found;
}
