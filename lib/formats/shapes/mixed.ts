import { broken, defineShape, isFault, type JsonObject, type Shape, type ShapeRow } from "./shape.ts";
import { conversationColumns } from "./turns.ts";
import { cell, own } from "./values.ts";

/** Names under which plain rows keep input and answer, where a file mixes them with known exports. */
const pairs = [
  ["input", "output"],
  ["prompt", "response"],
  ["question", "answer"],
  ["query", "response"],
  ["text", "label"],
  ["text", "output"],
] as const;

function pairOf(object: JsonObject): readonly [string, string] | undefined {
  return pairs.find(([input, output]) => typeof own(object, input) === "string" && Object.hasOwn(object, output));
}

/** Plain rows are no shape of their own: their columns are what they are. They count where a file mixes them with others. */
export const plainRow = defineShape({
  id: "plain",
  name: "Plain rows",
  columns: ["input", "output"],
  mapping: { inputs: ["input"], output: "output" },
  matches: (object) => pairOf(object) !== undefined,
  rows(object) {
    const [input, output] = pairOf(object) ?? broken("shape", "The object has no input and output.");
    return [{ input: cell(own(object, input)), output: cell(own(object, output)) }];
  },
});

/** A row of any shape in the columns that all have. */
function common(row: ShapeRow, of: Shape): ShapeRow {
  const [input] = of.mapping.inputs;
  const cells = conversationColumns.map((column): [string, string | null] => [column, row[column] ?? null]);
  return {
    ...Object.fromEntries(cells),
    input: (input === undefined ? null : row[input]) ?? null,
    output: (of.mapping.output === null ? null : row[of.mapping.output]) ?? null,
    shape: of.id,
  };
}

/**
 * A file whose rows are of several known shapes: each object is read by the first that it is of.
 * @param members in the order in which they are asked
 */
export function mixedOf(members: readonly Shape[]): Shape {
  const memberOf = (object: JsonObject) => members.find((member) => member.detect([object]) === 1);
  return defineShape({
    id: "mixed",
    name: "Several shapes in one file",
    columns: [...conversationColumns, "shape"],
    mapping: { inputs: ["input"], output: "output" },
    conversational: true,
    matches: (object) => memberOf(object) !== undefined,
    rows(object, options) {
      const member = memberOf(object) ?? broken("shape", "The object is of no known shape.");
      return member.rows(object, options).map((entry) => (isFault(entry) ? entry : common(entry, member)));
    },
  });
}
