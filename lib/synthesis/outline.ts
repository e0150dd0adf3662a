/** A topic as an outline has it: the way from the root to it. */
export type Topic = { path: string[]; leaf: boolean };

/** Reads an outline (one topic a line, two blanks or a tab deeper a level). A line that jumps levels belongs under the line before it. */
export function readOutline(outline: string): Topic[] {
  const topics: Topic[] = [];
  const path: string[] = [];
  for (const line of outline.split("\n")) {
    const name = line.trim();
    if (name === "") continue;
    const indent = (/^\s*/.exec(line)?.[0] ?? "").replaceAll("\t", "  ").length;
    const level = Math.min(Math.floor(indent / 2), path.length, 5);
    path.length = level;
    path.push(name.slice(0, 200));
    const before = topics.at(-1);
    if (before && before.path.length < path.length) before.leaf = false;
    topics.push({ path: [...path], leaf: true });
  }
  return topics;
}
