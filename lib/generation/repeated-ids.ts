/**
 * Tells whether an answer is another row's: a cache or a proxy between us and the endpoint gave the same completion id twice.
 * Remembers the latest `most` ids. Endpoints that give every answer one and the same id, or none, cannot be checked and pass.
 */
export function repeatedIds(most: number): (id: string, position: number) => boolean {
  const seen = new Map<string, number>();
  // a ring beside the map: asking a map for its oldest key walks over all that were deleted
  const order: string[] = [];
  let at = 0;
  return (id, position) => {
    if (id === "") return false;
    const before = seen.get(id);
    if (before !== undefined) return before !== position && seen.size > 1;
    seen.set(id, position);
    const oldest = order[at];
    if (oldest !== undefined) seen.delete(oldest);
    order[at] = id;
    at = (at + 1) % most;
    return false;
  };
}
