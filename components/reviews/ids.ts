/** Random letters and digits. Not `crypto.randomUUID`: that is missing where a page is served without TLS. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

const key = "stillhouse.tab";

/** Names this window as long as it is open, over reloads. */
export function tabId(): string {
  const known = sessionStorage.getItem(key);
  if (known) return known;
  const made = newId();
  sessionStorage.setItem(key, made);
  return made;
}
