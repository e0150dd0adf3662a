import { z } from "zod";

const atoms = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const label = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/;

/** What is wrong with an address as the one recipient of a mail, or null. */
function problemOf(address: string): string | null {
  if (address.length > 254) return "An e-mail address has at most 254 characters.";
  // A Cyrillic "а" in a name is another mailbox that looks the same; a domain with such letters has an ASCII form (xn--…).
  if (/[^\x21-\x7e]/.test(address)) return "Only plain ASCII characters: no spaces, accents or look-alike letters.";
  if (/[,;<>()[\]\\":\r\n]/.test(address)) return "Exactly one plain address, such as ada@example.com.";
  const [local, domain, ...more] = address.split("@");
  if (!local || !domain || more.length > 0) return "An address has one @, such as ada@example.com.";
  if (local.length > 64 || !atoms.test(local)) return "The part before the @ is not valid.";
  const labels = domain.split(".");
  if (labels.length < 2 || !labels.every((part) => label.test(part))) return "The part after the @ is not a domain.";
  if (/^\d+$/.test(labels.at(-1) ?? "")) return "The part after the @ is not a domain.";
  return null;
}

/**
 * One e-mail address, in lower case: RFC 5321's `Dot-string@Domain`, ASCII only. Quoted parts, comments, lists, display names,
 * address literals and line breaks are refused rather than repaired.
 */
export const EmailAddress = z
  .string()
  .trim()
  .toLowerCase()
  .superRefine((address, ctx) => {
    const message = problemOf(address);
    if (message) ctx.addIssue({ code: "custom", message });
  })
  .meta({ format: "email", description: "one plain address" });
