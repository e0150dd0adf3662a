/** What the text checks look for. Isomorphic: forms and reports name the same kinds. */

/** Kinds of personal data. `national` is any national identity number with a check digit (see national.ts). */
export const personalKinds = ["email", "phone", "iban", "card", "national", "ip"] as const;
export type PersonalKind = (typeof personalKinds)[number];

/** Looked for unless said otherwise: an IP address in a log line is seldom a person. */
export const defaultPersonalKinds: readonly PersonalKind[] = ["email", "phone", "iban", "card", "national"];

/** What can be wrong with an answer by itself. */
export const answerCodes = ["empty", "truncated", "refusal", "boilerplate", "invalid-json"] as const;

/** Everything a row can be found to have. */
export const textCodes = [...personalKinds, ...answerCodes, "language"] as const;
export type TextCode = (typeof textCodes)[number];
