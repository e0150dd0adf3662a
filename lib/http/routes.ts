import type { Verb } from "#lib/core/verb.ts";

type Node = { children: Map<string, Node>; param?: { name: string; node: Node }; verbs: Map<string, Verb> };
export type Match = { verb: Verb; params: Record<string, string> } | { allowed: string[] } | null;

const node = (): Node => ({ children: new Map(), verbs: new Map() });

/** Path matcher over all verbs. @throws at start-up when two verbs claim one route. */
export function router(verbs: readonly Verb[]) {
  const root = node();
  for (const verb of verbs) {
    let at = root;
    for (const part of verb.endpoint.path.split("/").filter(Boolean)) {
      if (part.startsWith(":")) {
        const name = part.slice(1);
        at.param ??= { name, node: node() };
        if (at.param.name !== name)
          throw new Error(`${verb.endpoint.path}: another route calls this part :${at.param.name}`);
        at = at.param.node;
      } else {
        let next = at.children.get(part);
        if (!next) {
          next = node();
          at.children.set(part, next);
        }
        at = next;
      }
    }
    if (at.verbs.has(verb.endpoint.method))
      throw new Error(`two verbs for ${verb.endpoint.method} ${verb.endpoint.path}`);
    at.verbs.set(verb.endpoint.method, verb);
  }

  /** The verb of a request; the methods that exist where only the method is wrong; null where there is no such path. */
  return function match(method: string, segments: readonly string[]): Match {
    const params: Record<string, string> = {};
    let at = root;
    for (const segment of segments) {
      const child = at.children.get(segment);
      if (child) at = child;
      else if (at.param) {
        params[at.param.name] = segment;
        at = at.param.node;
      } else return null;
    }
    const verb = at.verbs.get(method);
    if (verb) return { verb, params };
    return at.verbs.size > 0 ? { allowed: [...at.verbs.keys()] } : null;
  };
}
