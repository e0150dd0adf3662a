import { isFault, type JsonObject, type Shape, type ShapeOptions } from "./shape.ts";

export const last: ShapeOptions = { turns: "last", unlabelled: false };
export const each: ShapeOptions = { turns: "each", unlabelled: false };
export const unlabelled: ShapeOptions = { turns: "last", unlabelled: true };

/** Input and output of every row, "code: reason" of every fault. */
export function brief(shape: Shape, object: JsonObject, options = last): (string | (string | null | undefined)[])[] {
  const [input = "input"] = shape.mapping.inputs;
  const output = shape.mapping.output ?? "output";
  return shape
    .rows(object, options)
    .map((entry) => (isFault(entry) ? `${entry.code}: ${entry.reason}` : [entry[input], entry[output]]));
}
