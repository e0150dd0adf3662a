const pageSize = 25;

/** The input that an address asks for; page (prefetch) and list (hook) must agree on it. Isomorphic. */
export function projectListInput(params: { get(name: string): string | null }) {
  const [search, cursor] = [params.get("q"), params.get("cursor")];
  return {
    limit: pageSize,
    archived: params.get("archived") === "yes",
    ...(search ? { search } : {}),
    ...(cursor ? { cursor } : {}),
  };
}
