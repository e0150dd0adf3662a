/** What the small part of YAML that dataset cards use can say. */
export type Yaml = string | null | Yaml[] | Map<string, Yaml>;

type Line = { indent: number; text: string };

const maxLines = 20_000;
const maxDepth = 20;

/**
 * Reads the block of settings at the top of a dataset card: maps and lists by indentation, plain and quoted texts, lists in brackets. All
 * scalars stay texts; anchors, tags and multi-line texts are not read and come out as they stand.
 * @returns null where there is no such block
 */
export function frontMatter(card: string): Map<string, Yaml> | null {
  const match = /^\ufeff?---\r?\n([\s\S]*?)\r?\n---\s*(\r?\n|$)/.exec(card);
  if (!match) return null;
  const lines: Line[] = [];
  for (const raw of (match[1] ?? "").split(/\r?\n/).slice(0, maxLines)) {
    const text = raw.trim();
    if (text === "" || text.startsWith("#")) continue;
    lines.push({ indent: raw.length - raw.trimStart().length, text });
  }
  const value = new Reader(lines).block(0, 0);
  return value instanceof Map ? value : null;
}

class Reader {
  readonly #lines: Line[];
  #at = 0;

  constructor(lines: Line[]) {
    this.#lines = lines;
  }

  block(indent: number, depth: number): Yaml {
    const first = this.#lines[this.#at];
    if (!first || first.indent < indent || depth > maxDepth) return null;
    return isItem(first.text) ? this.#list(first.indent, depth) : this.#map(first.indent, depth);
  }

  #list(indent: number, depth: number): Yaml[] {
    const items: Yaml[] = [];
    for (let line = this.#lines[this.#at]; line; line = this.#lines[this.#at]) {
      if (line.indent !== indent || !isItem(line.text)) break;
      const rest = line.text.slice(1).trimStart();
      if (rest === "") {
        this.#at += 1;
        items.push(this.block(indent + 1, depth + 1));
      } else if (keyOf(rest)) {
        // "- split: train": a map whose first key stands behind the dash.
        const inner = indent + line.text.length - rest.length;
        this.#lines[this.#at] = { indent: inner, text: rest };
        items.push(this.#map(inner, depth + 1));
      } else {
        this.#at += 1;
        items.push(scalar(rest, depth));
      }
    }
    return items;
  }

  #map(indent: number, depth: number): Map<string, Yaml> {
    const map = new Map<string, Yaml>();
    for (let line = this.#lines[this.#at]; line; line = this.#lines[this.#at]) {
      const entry = line.indent === indent ? keyOf(line.text) : null;
      if (!entry) {
        if (line.indent < indent || isItem(line.text)) break;
        this.#at += 1;
        continue;
      }
      this.#at += 1;
      if (entry.rest !== "") {
        map.set(entry.key, scalar(entry.rest, depth));
        continue;
      }
      const next = this.#lines[this.#at];
      // A list may stand as far left as its key.
      const nested = next && (next.indent > indent || (next.indent === indent && isItem(next.text)));
      map.set(entry.key, nested && depth < maxDepth ? this.block(next.indent, depth + 1) : null);
    }
    return map;
  }
}

const isItem = (text: string) => text === "-" || text.startsWith("- ");

function keyOf(text: string): { key: string; rest: string } | null {
  const match = /^("[^"]*"|'[^']*'|[^\s'"[{:#-][^:]*?)\s*:(?:\s+(.*))?$/.exec(text);
  return match ? { key: unquoted(match[1] ?? ""), rest: (match[2] ?? "").trim() } : null;
}

function unquoted(text: string): string {
  const quote = text[0];
  if ((quote === '"' || quote === "'") && text.length > 1 && text.endsWith(quote)) {
    return quote === "'" ? text.slice(1, -1).replaceAll("''", "'") : text.slice(1, -1);
  }
  return text;
}

function scalar(text: string, depth: number): Yaml {
  if (text.startsWith("[") && text.endsWith("]") && depth < maxDepth) {
    const inner = text.slice(1, -1).trim();
    return inner === "" ? [] : inner.split(",").map((part) => scalar(part.trim(), depth + 1));
  }
  if (text === "null" || text === "~") return null;
  return unquoted(text.replace(/\s+#.*$/, ""));
}
