import { Plus } from "lucide-react";
import { useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { Combobox } from "#components/ui/combobox.tsx";
import { Field, Input, NumberInput } from "#components/ui/field.tsx";
import { Select } from "#components/ui/select.tsx";
import { formatCount } from "#lib/format.ts";
import type { Method, PlanItem } from "#lib/jobs/kinds/synthesis.ts";
import { methods } from "#lib/synthesis/methods.ts";
import type { Gaps } from "#lib/synthesis/schema.ts";

type AddWishProps = { labels: Gaps["labels"]; onAdd: (items: PlanItem[]) => void };

/** Choosing this leaves the answer open. */
export const allAnswers = "*";
/** Topics have their own editor. */
const offered = Object.entries(methods).filter(([method]) => method !== "topic") as [
  Method,
  (typeof methods)[Method],
][];

/** Answers to choose from, rarest first. */
export function labelOptions(labels: Gaps["labels"], open: string) {
  return [
    { value: allAnswers, label: open },
    ...labels.map(({ label, train }) => ({ value: label, label, hint: `${formatCount(train)} training rows` })),
  ];
}

/** A wish of one's own. */
export function AddWish({ labels, onAdd }: AddWishProps) {
  const [method, setMethod] = useState<Method>(labels.length > 0 ? "hardNegative" : "paraphrase");
  const [label, setLabel] = useState<string>(allAnswers);
  const [other, setOther] = useState<string>("");
  const [language, setLanguage] = useState("");
  const [length, setLength] = useState<"short" | "long">("short");
  const [rows, setRows] = useState<number | null>(20);
  const item = makeItem({
    method,
    label: label === allAnswers ? null : label,
    other,
    language,
    length,
    rows: rows ?? 0,
  });
  const needsLabel = method === "label" || method === "hardNegative";
  const why = item
    ? null
    : needsLabel && label === allAnswers
      ? "Choose an answer."
      : method === "hardNegative"
        ? "Choose two different answers."
        : method === "language"
          ? "Type a language."
          : "Say how many rows.";
  return (
    <Card title="Add a wish" hint={methods[method].says}>
      <div className="grid items-end gap-3 sm:grid-cols-2 xl:grid-cols-3">
        <Field label="Kind">
          <Select
            value={method}
            onValueChange={setMethod}
            options={offered
              .filter(([id]) => labels.length > 0 || (id !== "label" && id !== "hardNegative"))
              .map(([id, { name, says }]) => ({ value: id, label: name, hint: says }))}
          />
        </Field>
        {labels.length > 0 ? (
          <Field label={method === "hardNegative" ? "Right answer" : "Answer"}>
            <Combobox
              value={label}
              onValueChange={setLabel}
              options={labelOptions(
                labels,
                method === "outOfScope" ? "No answer" : needsLabel ? "Choose …" : "All answers in turn",
              )}
            />
          </Field>
        ) : null}
        {method === "hardNegative" ? (
          <Field label="Looks like">
            <Combobox value={other} onValueChange={setOther} options={labelOptions(labels, "").slice(1)} />
          </Field>
        ) : null}
        {method === "language" ? (
          <Field label="Language">
            <Input
              value={language}
              maxLength={60}
              placeholder="German"
              onChange={(event) => setLanguage(event.target.value)}
            />
          </Field>
        ) : null}
        {method === "length" ? (
          <Field label="Length">
            <Select
              value={length}
              onValueChange={setLength}
              options={[
                { value: "short", label: "Very short" },
                { value: "long", label: "Long" },
              ]}
            />
          </Field>
        ) : null}
        <Field label="How many">
          <NumberInput unit="rows" min={1} max={10_000} step={1} value={rows} onValueChange={setRows} />
        </Field>
        <Button icon={<Plus aria-hidden />} disabledReason={why} onClick={() => item && onAdd([item])}>
          Add
        </Button>
      </div>
    </Card>
  );
}

type Draft = {
  method: Method;
  label: string | null;
  other: string;
  language: string;
  length: "short" | "long";
  rows: number;
};

/** Null while something is missing. */
function makeItem({ method, label, other, language, length, rows }: Draft): PlanItem | null {
  if (!Number.isInteger(rows) || rows < 1 || rows > 10_000) return null;
  switch (method) {
    case "label":
      return label === null ? null : { method, label, rows };
    case "hardNegative":
      return label === null || other === "" || other === label ? null : { method, label, confusedWith: other, rows };
    case "language":
      return language.trim().length < 2 ? null : { method, language: language.trim(), label, rows };
    case "length":
      return { method, length, label, rows };
    case "topic":
      return null;
    default:
      return { method, label, rows };
  }
}
