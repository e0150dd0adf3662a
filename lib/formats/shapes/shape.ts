import type { JsonObject, RejectCode } from "../types.ts";

export type { JsonObject } from "../types.ts";

export type ShapeOptions = {
  /** a conversation becomes one row (its last assistant turn) or one row per assistant turn */
  turns: "last" | "each";
  /** read what is refused as training data (preferences, text without an answer) as inputs without answers */
  unlabelled: boolean;
};

/** One row: cells by column of the shape. No shape has a column named `reason`. */
export type ShapeRow = { [column: string]: string | null };

/** Why an object, or one turn of it, gave no row. */
export type ShapeFault = { code: RejectCode; reason: string };

/** What an object of a known export means. One file per member, listed in registry.ts. */
export type Shape = {
  id: string;
  /** as people call it */
  name: string;
  /** share 0..1 of the sampled objects that are of this shape; by content only */
  detect(objects: readonly JsonObject[]): number;
  /** columns offered for mapping, in order */
  columns: readonly string[];
  /** mapping that people mean nearly always */
  mapping: { inputs: string[]; output: string | null };
  /** rows of one object, or faults (an object may give both) */
  rows(object: JsonObject, options: ShapeOptions): (ShapeRow | ShapeFault)[];
  /** why this is no training data (preference pairs, plain text); `unlabelled` true: may be imported as inputs without answers when the person says so */
  refusal?: { reason: string; todo: string; unlabelled: boolean };
  /** whether `turns` matters */
  conversational?: boolean;
  /** where the array lies in a single JSON document, e.g. ["rasa_nlu_data", "common_examples"]; absent: the top-level array or lines */
  path?: readonly string[];
};

/** Tells a fault from a row. */
export function isFault(entry: ShapeRow | ShapeFault): entry is ShapeFault {
  return Object.hasOwn(entry, "reason");
}

/** Ends the reading of one object; `defineShape` makes a fault of it. */
class BrokenObject extends Error {
  readonly fault: ShapeFault;
  constructor(fault: ShapeFault) {
    super(fault.reason);
    this.fault = fault;
  }
}

/** Gives the whole object up, with the reason that the report shows. */
export function broken(code: RejectCode, reason: string): never {
  throw new BrokenObject({ code, reason });
}

function wellFormed(entry: ShapeRow | ShapeFault): ShapeRow | ShapeFault {
  if (isFault(entry)) return { code: entry.code, reason: entry.reason.toWellFormed() };
  for (const [column, cell] of Object.entries(entry)) {
    if (cell !== null && !cell.isWellFormed()) entry[column] = cell.toWellFormed();
  }
  return entry;
}

type Definition = Omit<Shape, "detect"> & {
  /** whether one object is of this shape; must not throw */
  matches(object: JsonObject): boolean;
  /** the shape is meant only where every object is of it */
  only?: boolean;
};

/**
 * A shape from the test of one object. What `rows` gives up by `broken` becomes a fault; unpaired surrogates, which no database
 * takes, become U+FFFD.
 */
export function defineShape(definition: Definition): Shape {
  const { matches, only, rows, ...rest } = definition;
  return {
    ...rest,
    detect(objects) {
      const share = objects.length === 0 ? 0 : objects.filter(matches).length / objects.length;
      return only && share < 1 ? 0 : share;
    },
    rows(object, options) {
      try {
        return rows(object, options).map(wellFormed);
      } catch (error) {
        if (error instanceof BrokenObject) return [wellFormed(error.fault)];
        // JSON.parse does not recurse, JSON.stringify of what it made does.
        if (error instanceof RangeError) return [{ code: "json", reason: "The JSON is nested too deeply." }];
        throw error;
      }
    },
  };
}
