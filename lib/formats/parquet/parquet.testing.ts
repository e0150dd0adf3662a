import type { SchemaElement } from "hyparquet";
import { type ColumnSource, parquetWriteBuffer } from "hyparquet-writer";

type Options = Partial<Omit<Parameters<typeof parquetWriteBuffer>[0], "columnData">>;
export const fileOf = (columnData: ColumnSource[], options: Options = {}): Buffer =>
  Buffer.from(parquetWriteBuffer({ columnData, ...options }));

const count = 3_000;
export const words = Array.from({ length: count }, (_, index) => `Ticket ${index}, é€😀 ${"more ".repeat(index % 7)}`);
export const labels = Array.from({ length: count }, (_, index) => (index % 10 === 3 ? null : `label_${index % 4}`));
export const plainFile = (options: Options = {}) =>
  fileOf(
    [
      { name: "text", data: words, type: "STRING" },
      { name: "label", data: labels, type: "STRING" },
    ],
    options,
  );
export const pairs = words.map((word, index) => [word, labels[index]]);

export const chatSchema: SchemaElement[] = [
  { name: "root", num_children: 2 },
  { name: "id", type: "INT64", repetition_type: "OPTIONAL" },
  { name: "messages", repetition_type: "OPTIONAL", converted_type: "LIST", num_children: 1 },
  { name: "list", repetition_type: "REPEATED", num_children: 1 },
  { name: "element", repetition_type: "OPTIONAL", num_children: 2 },
  { name: "role", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "OPTIONAL" },
  { name: "content", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "OPTIONAL" },
];
export const chats = Array.from({ length: 700 }, (_, index) => [
  ...Array.from({ length: index % 4 }, (_, turn) => [
    { role: "user", content: `question ${index}.${turn}` },
    { role: "assistant", content: `answer ${index}.${turn}` },
  ]).flat(),
  { role: "user", content: `Say "${index}"` },
  { role: "assistant", content: `${index}` },
]);
export const chatFile = (options: Options = {}) =>
  fileOf(
    [
      { name: "id", data: chats.map((_, index) => BigInt(index)) },
      { name: "messages", data: chats },
    ],
    { schema: chatSchema, ...options },
  );
