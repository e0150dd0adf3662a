/** A name from a file as a database may keep it: PostgreSQL takes neither NUL nor half a character. */
export function storable(name: string): string {
  return name.replaceAll("\0", "\u2400").toWellFormed();
}
