import type { Lineage, LineageKind, LineageNode } from "#lib/datasets/lineage-schema.ts";

const columnOf: Record<LineageKind, number> = {
  file: 0,
  version: 1,
  labelling: 2,
  synthesis: 2,
  training: 3,
  student: 4,
  evaluation: 5,
};

/** A node with its place in the grid. `parent` is what it was mainly made from: the tree that a list shows. */
export type PlacedNode = LineageNode & { column: number; row: number; parent: string | null; children: string[] };
/** `main`: along the tree; else something that also went in, drawn dashed. */
export type LineageLine = { from: PlacedNode; to: PlacedNode; main: boolean };
export type PreparedLineage = {
  nodes: PlacedNode[];
  roots: PlacedNode[];
  lines: LineageLine[];
  rows: number;
  columns: number;
};

/** The nearest source on the left; a version comes from its parent or its file, whatever else went into it. */
function mainParent(node: LineageNode, sources: readonly LineageNode[]): string | null {
  const own = columnOf[node.kind];
  const left = sources.filter(({ kind }) =>
    node.kind === "version" ? kind === "version" || kind === "file" : columnOf[kind] < own,
  );
  left.sort((a, b) => columnOf[b.kind] - columnOf[a.kind]);
  return left[0]?.id ?? null;
}

/**
 * Places a lineage in columns by kind, each node beside the first thing made of it. Lines that only repeat what the tree says (the version
 * behind a training whose labels come from it) are left out.
 */
export function prepareLineage({ nodes, edges }: Pick<Lineage, "nodes" | "edges">): PreparedLineage {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const placed = new Map<string, PlacedNode>();
  for (const node of nodes) {
    const sources = edges.flatMap(({ from, to }) => (to === node.id ? (byId.get(from) ?? []) : []));
    const parent = mainParent(node, sources);
    placed.set(node.id, { ...node, column: columnOf[node.kind], row: 0, parent, children: [] });
  }
  for (const node of placed.values()) if (node.parent) placed.get(node.parent)?.children.push(node.id);

  /** @returns the first row below everything made of the node */
  const place = (node: PlacedNode, row: number): number => {
    node.row = row;
    const children = node.children.flatMap((id) => placed.get(id) ?? []);
    let next = row;
    for (const child of children.filter(({ column }) => column > node.column)) next = place(child, next);
    // Versions stand below one another.
    next = Math.max(next, row + 1);
    for (const child of children.filter(({ column }) => column <= node.column)) next = place(child, next);
    return next;
  };
  const roots = [...placed.values()].filter(({ parent }) => parent === null);
  let rows = 0;
  for (const root of roots) rows = place(root, rows);

  const isAbove = (above: string, node: PlacedNode): boolean => {
    for (let at = node.parent; at !== null; at = placed.get(at)?.parent ?? null) if (at === above) return true;
    return false;
  };
  const lines = edges.flatMap(({ from, to }) => {
    const [a, b] = [placed.get(from), placed.get(to)];
    if (!a || !b) return [];
    const main = b.parent === a.id;
    return main || !isAbove(a.id, b) ? [{ from: a, to: b, main }] : [];
  });
  const all = [...placed.values()];
  return { nodes: all, roots, lines, rows, columns: 1 + Math.max(0, ...all.map(({ column }) => column)) };
}

/** Of one cell of the grid and the space around it, px. */
export const cell = { width: 178, height: 54, gapX: 30, gapY: 14 } as const;

export const cellLeft = (column: number): number => column * (cell.width + cell.gapX) + cell.gapX / 2;
export const cellTop = (row: number): number => row * (cell.height + cell.gapY);

/** SVG path of a line between two cells. */
export function pathOf({ from, to }: Pick<LineageLine, "from" | "to">): string {
  const middle = cell.height / 2;
  const [y1, y2] = [cellTop(from.row) + middle, cellTop(to.row) + middle];
  if (to.column > from.column) {
    const [x1, x2] = [cellLeft(from.column) + cell.width, cellLeft(to.column)];
    const bend = Math.min(cell.gapX, (x2 - x1) / 2);
    return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
  }
  if (to.column === from.column) {
    const x = cellLeft(from.column);
    return `M${x} ${y1}C${x - 14} ${y1} ${x - 14} ${y2} ${x} ${y2}`;
  }
  // Back to the left: answers that became a version.
  const [x1, x2] = [cellLeft(from.column), cellLeft(to.column) + cell.width];
  return `M${x1} ${y1}C${x1 - cell.gapX} ${y1} ${x2 + cell.gapX} ${y2} ${x2} ${y2}`;
}
