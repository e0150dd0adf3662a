/** Check digits of payment cards and national numbers. Each takes digits (and letters) without separators. */

const digit = (text: string, at: number): number => text.charCodeAt(at) - 48;

/** Luhn, mod 10 (ISO/IEC 7812-1 annex B). */
export function luhn(digits: string): boolean {
  let sum = 0;
  for (let i = digits.length - 1, twice = false; i >= 0; i--, twice = !twice) {
    const value = digit(digits, i) * (twice ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
  }
  return sum % 10 === 0;
}

/** EAN-13: weights 1 and 3 in turn, mod 10. The Swiss AHV number uses it. */
export function ean13(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < 13; i++) sum += digit(digits, i) * (i % 2 === 0 ? 1 : 3);
  return digits.length === 13 && sum % 10 === 0;
}

/** ISO 7064 mod 11,10, with the rule that exactly one of the first ten digits comes twice or three times (German tax id, BZSt). */
export function germanTaxId(digits: string): boolean {
  if (digits.length !== 11 || digits[0] === "0") return false;
  const seen = new Array<number>(10).fill(0);
  let product = 10;
  for (let i = 0; i < 10; i++) {
    const value = digit(digits, i);
    seen[value] = (seen[value] ?? 0) + 1;
    const sum = (value + product) % 10;
    product = ((sum === 0 ? 10 : sum) * 2) % 11;
  }
  const repeated = seen.filter((count) => count > 1);
  const first = repeated[0] ?? 0;
  return repeated.length === 1 && first <= 3 && (11 - product) % 10 === digit(digits, 10);
}

/** Key of the French NIR: 97 minus the 13 before it mod 97; the Corsican departments 2A and 2B count as 19 and 18 (INSEE). */
export function frenchNir(text: string): boolean {
  const shape = /^[1278](\d{2})(\d{2})(?:\d{2}|2A|2B)\d{6}(\d{2})$/.exec(text);
  const month = Number(shape?.[2]);
  // 20 and 30 to 42 stand for months that are not known
  if (!shape || !((month >= 1 && month <= 12) || month === 20 || (month >= 30 && month <= 42))) return false;
  const body = Number(text.slice(0, 13).replace("2A", "19").replace("2B", "18"));
  return 97 - (body % 97) === Number(shape[3]);
}

/** The Dutch "eleven test": weights 9 to 2 and -1. One in eleven numbers passes, so it needs a word before it as well. */
export function dutchBsn(digits: string): boolean {
  if (digits.length !== 9 || digits === "000000000") return false;
  let sum = -digit(digits, 8);
  for (let i = 0; i < 8; i++) sum += digit(digits, i) * (9 - i);
  return sum % 11 === 0;
}

const dniLetters = "TRWAGMYFPDXBNJZSQVHLCKE";

/** Spanish DNI (8 digits and a letter) and NIE (X, Y or Z in place of the first digit): the letter is the number mod 23. */
export function spanishDni(text: string): boolean {
  if (!/^[XYZ\d]\d{7}[A-Z]$/.test(text)) return false;
  const number = Number(text.slice(0, 8).replace("X", "0").replace("Y", "1").replace("Z", "2"));
  return dniLetters[number % 23] === text[8];
}

const oddValues = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

/** Italian codice fiscale: 15 characters valued by place, mod 26, make the 16th (DM 23.12.1976); letters may stand for digits. */
export function italianFiscalCode(text: string): boolean {
  if (!/^[A-Z]{6}[\dL-NP-V]{2}[A-EHLMPR-T][\dL-NP-V]{2}[A-Z][\dL-NP-V]{3}[A-Z]$/.test(text)) return false;
  let sum = 0;
  for (let i = 0; i < 15; i++) {
    const code = text.charCodeAt(i);
    const value = code >= 65 ? code - 65 : code - 48;
    sum += i % 2 === 0 ? (oddValues[value] ?? 0) : value;
  }
  return String.fromCharCode(65 + (sum % 26)) === text[15];
}

/** US social security number by the rules of the SSA; it has no check digit. */
export function usSsn(area: string, group: string, serial: string): boolean {
  if (area === "000" || area === "666" || area.startsWith("9") || group === "00" || serial === "0000") return false;
  // Two numbers that were printed in advertisements and are used by nobody.
  return `${area}${group}${serial}` !== "078051120" && `${area}${group}${serial}` !== "219099999";
}
