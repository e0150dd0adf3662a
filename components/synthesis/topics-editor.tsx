import { Plus, Sparkles } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import { useViewer } from "#components/shell/viewer.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { Combobox } from "#components/ui/combobox.tsx";
import { Field, NumberInput, Textarea } from "#components/ui/field.tsx";
import type { DatasetVersion } from "#lib/datasets/schema.ts";
import { formatMoney, plural } from "#lib/format.ts";
import { useMutate } from "#lib/http/client.tsx";
import type { PlanItem } from "#lib/jobs/kinds/synthesis.ts";
import { readOutline } from "#lib/synthesis/outline.ts";
import { type Gaps, synthesisTopics } from "#lib/synthesis/schema.ts";
import type { Teacher } from "#lib/teachers/schema.ts";
import { allAnswers, labelOptions } from "./add-wish.tsx";

type TopicsEditorProps = {
  version: DatasetVersion;
  teacher: Teacher | undefined;
  labels: Gaps["labels"];
  onAdd: (items: PlanItem[]) => void;
};

const mostTopics = 150;

/** A tree of topics as text: one a line, deeper by two blanks. The leaves become wishes. */
export function TopicsEditor({ version, teacher, labels, onAdd }: TopicsEditorProps) {
  const viewer = useViewer();
  const [outline, setOutline] = useState("");
  const [rows, setRows] = useState<number | null>(5);
  const [label, setLabel] = useState<string>(allAnswers);
  const suggest = useMutate(synthesisTopics, {
    onSuccess: ({ outline: suggested, costMicros }) => {
      setOutline((before) => (before.trim() === "" ? suggested : `${before.trimEnd()}\n${suggested}`));
      toast.success(`The teacher's topics are below, for ${formatMoney(costMicros)}. Edit them as you like.`);
    },
    onError: (error) => void toast.error(error.message),
  });
  const leaves = readOutline(outline).filter(({ leaf }) => leaf);
  const why =
    leaves.length === 0
      ? "Write a topic first."
      : leaves.length > mostTopics
        ? `At most ${mostTopics} topics at a time.`
        : rows === null || rows < 1
          ? "Say how many rows each."
          : null;
  return (
    <Card
      title="Topics"
      hint="A tree of what people write about, so that no part of the domain is forgotten."
      actions={
        <Button
          size="sm"
          icon={<Sparkles aria-hidden />}
          pending={suggest.isPending}
          disabledReason={viewer.whyNot("run.write") ?? (teacher ? null : "Choose a teacher first.")}
          onClick={() => teacher && suggest.mutate({ datasetVersionId: version.id, teacherId: teacher.id })}
        >
          Ask the teacher
        </Button>
      }
    >
      <div className="space-y-3">
        <Field label="Outline" hint="One topic a line; two blanks deeper make a part of the topic above.">
          <Textarea
            mono
            rows={8}
            value={outline}
            placeholder={"Cards\n  lost or stolen\n  delivery\nTransfers\n  abroad"}
            onChange={(event) => setOutline(event.target.value)}
          />
        </Field>
        <div className="grid items-end gap-3 sm:grid-cols-[8rem_minmax(0,1fr)_auto]">
          <Field label="Each">
            <NumberInput unit="rows" min={1} max={10_000} step={1} value={rows} onValueChange={setRows} />
          </Field>
          {labels.length > 0 ? (
            <Field label="Answer">
              <Combobox value={label} onValueChange={setLabel} options={labelOptions(labels, "All answers in turn")} />
            </Field>
          ) : (
            <span />
          )}
          <Button
            icon={<Plus aria-hidden />}
            disabledReason={why}
            onClick={() =>
              onAdd(
                leaves.map(({ path }) => ({
                  method: "topic",
                  path,
                  label: label === allAnswers ? null : label,
                  rows: Math.round(rows ?? 1),
                })),
              )
            }
          >
            {leaves.length === 0 ? "Add topics" : `Add ${plural(leaves.length, "topic")}`}
          </Button>
        </div>
      </div>
    </Card>
  );
}
