import { AppError } from "#lib/core/errors.ts";

/**
 * safetensors, the part of it that our models need: an 8-byte little-endian header length, a JSON header of name ->
 * dtype, shape and data_offsets, then the raw little-endian data. Nothing in a file is ever executed.
 * @see https://huggingface.co/docs/safetensors (format section) and its reference implementation's checks
 */

const arrays = { F32: Float32Array, U32: Uint32Array, I32: Int32Array } as const;
export type Dtype = keyof typeof arrays;
type TensorData = Float32Array | Uint32Array | Int32Array;
export type Tensor = { dtype: Dtype; shape: number[]; data: TensorData };

/** As in the reference implementation. */
const MAX_HEADER_BYTES = 100_000_000;
const BYTES_PER_VALUE = 4;
/** Data starts on this boundary, so that a reader may map it directly. */
const ALIGNMENT = 8;

function dtypeOf(data: TensorData): Dtype {
  if (data instanceof Float32Array) return "F32";
  return data instanceof Uint32Array ? "U32" : "I32";
}

/** A tensor with its shape checked against its data. */
export function tensor(data: TensorData, shape: number[]): Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  if (size !== data.length)
    throw new RangeError(`A tensor of shape [${shape}] has ${data.length} values instead of ${size}.`);
  return { dtype: dtypeOf(data), shape, data };
}

function littleEndian(data: TensorData): Uint8Array {
  // Typed arrays use the machine's byte order, which is little-endian on every platform that Node supports but s390x.
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/**
 * Serialises tensors in the order given, as chunks so that a large one is not copied.
 * @param metadata goes under `__metadata__`; values must be text, as the format wants
 */
export function encodeSafetensors(
  tensors: Record<string, Tensor>,
  metadata: Record<string, string> = {},
): Uint8Array[] {
  const entries: [string, unknown][] = [["__metadata__", metadata]];
  let offset = 0;
  for (const [name, { dtype, shape, data }] of Object.entries(tensors)) {
    entries.push([name, { dtype, shape, data_offsets: [offset, offset + data.byteLength] }]);
    offset += data.byteLength;
  }
  // fromEntries makes own properties, also of a name such as __proto__
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const padded = Math.ceil(json.length / ALIGNMENT) * ALIGNMENT;
  const head = new Uint8Array(8 + padded).fill(0x20);
  new DataView(head.buffer).setBigUint64(0, BigInt(padded), true);
  head.set(json, 8);
  return [head, ...Object.values(tensors).map((t) => littleEndian(t.data))];
}

function damaged(where: string, what: string): AppError {
  return new AppError("INVALID", `The model file is damaged: ${what}.`, {
    where,
    todo: "Download it again, or train the student again.",
  });
}

function parseHeader(bytes: Uint8Array, where: string): { header: Record<string, unknown>; dataStart: number } {
  if (bytes.byteLength < 8) throw damaged(where, "it is shorter than its header");
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(0, true);
  if (length > BigInt(MAX_HEADER_BYTES) || length > BigInt(bytes.byteLength - 8)) {
    throw damaged(where, `its header claims ${length} bytes`);
  }
  const dataStart = 8 + Number(length);
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, dataStart)));
  } catch {
    throw damaged(where, "its header is not JSON");
  }
  if (header === null || typeof header !== "object" || Array.isArray(header))
    throw damaged(where, "its header is not an object");
  return { header: header as Record<string, unknown>, dataStart };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/**
 * Reads every tensor of a file held in memory.
 * @throws AppError INVALID when any length, type, shape or offset does not fit: offsets must be in bounds, match the shape and leave no hole
 */
export function decodeSafetensors(bytes: Uint8Array, where = "model.safetensors"): Map<string, Tensor> {
  const { header, dataStart } = parseHeader(bytes, where);
  const dataBytes = bytes.byteLength - dataStart;
  const tensors = new Map<string, Tensor>();
  const spans: [number, number][] = [];
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
    if (typeof dtype !== "string" || !Object.hasOwn(arrays, dtype))
      throw damaged(where, `tensor ${JSON.stringify(name)} has an unknown type`);
    if (!Array.isArray(shape) || !shape.every(isCount))
      throw damaged(where, `tensor ${JSON.stringify(name)} has no shape`);
    if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) {
      throw damaged(where, `tensor ${JSON.stringify(name)} has no offsets`);
    }
    const [start, end] = offsets as [number, number];
    const values = (shape as number[]).reduce((a, b) => a * b, 1);
    if (start > end || end > dataBytes || values * BYTES_PER_VALUE !== end - start) {
      throw damaged(where, `tensor ${JSON.stringify(name)} lies outside the file or does not match its shape`);
    }
    spans.push([start, end]);
    // A copy starts at an aligned address whatever the header's length, and does not keep the file's buffer alive.
    const copy = new Uint8Array(bytes.subarray(dataStart + start, dataStart + end)).buffer;
    tensors.set(name, { dtype: dtype as Dtype, shape: shape as number[], data: new arrays[dtype as Dtype](copy) });
  }
  spans.sort((a, b) => a[0] - b[0]);
  let at = 0;
  for (const [start, end] of spans) {
    if (start !== at) throw damaged(where, "its tensors overlap or leave a hole");
    at = end;
  }
  if (at !== dataBytes) throw damaged(where, "bytes follow the last tensor");
  return tensors;
}

/** The named tensor with the expected type. @throws AppError INVALID when it is missing or of another type */
export function take<D extends Dtype>(
  tensors: Map<string, Tensor>,
  name: string,
  dtype: D,
): { shape: number[]; data: InstanceType<(typeof arrays)[D]> } {
  const found = tensors.get(name);
  if (found?.dtype !== dtype) throw damaged(name, `tensor ${JSON.stringify(name)} of type ${dtype} is missing`);
  return { shape: found.shape, data: found.data as InstanceType<(typeof arrays)[D]> };
}
