/** An element of an XML answer: its text, and its children by name. Attributes are dropped. */
export type Xml = { name: string; text: string; children: Xml[] };

const entities: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function decode(text: string): string {
  return text.replace(/&(#x?[\da-f]+|\w+);/gi, (whole, name: string) => {
    if (!name.startsWith("#")) return entities[name] ?? whole;
    const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number.parseInt(name.slice(1), 10);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : "";
  });
}

/**
 * Reads the plain XML that bucket servers answer. No document types, so nothing can be defined or fetched by it.
 * @throws SyntaxError
 */
export function readXml(source: string): Xml {
  const root: Xml = { name: "", text: "", children: [] };
  const open: Xml[] = [root];
  const token = /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!\[CDATA\[([\s\S]*?)\]\]>|<(\/?)([\w:.-]+)[^<>]*?(\/?)>|([^<]+)|</g;
  for (const [whole, cdata, closing, name, selfClosing, text] of source.matchAll(token)) {
    const at = open.at(-1) ?? root;
    if (name !== undefined) {
      if (closing) {
        if (at.name !== name) throw new SyntaxError(`</${name}> closes <${at.name}>`);
        open.pop();
        continue;
      }
      const made: Xml = { name, text: "", children: [] };
      at.children.push(made);
      if (!selfClosing) open.push(made);
      if (open.length > 30) throw new SyntaxError("nested too deep");
    } else if (cdata !== undefined) at.text += cdata;
    else if (text !== undefined) at.text += decode(text);
    else if (whole === "<") throw new SyntaxError("not well-formed");
  }
  const [first] = root.children;
  if (open.length !== 1 || !first || root.children.length !== 1) throw new SyntaxError("not one whole document");
  return first;
}

/** Text of a child; empty where there is none. */
export function textOf(at: Xml, name: string): string {
  return at.children.find((child) => child.name === name)?.text ?? "";
}
