"use client";

import { TriangleAlert } from "lucide-react";
import { Card } from "#components/ui/card.tsx";
import { Checkbox, RadioCards } from "#components/ui/choice.tsx";
import { Field } from "#components/ui/field.tsx";
import type { Preview } from "#lib/datasets/preview-schema.ts";
import { formatBytes, plural } from "#lib/format.ts";
import { type Reading, toggledMember } from "./reading.ts";

type ReadingChoiceProps = { preview: Preview; reading: Reading; onChange: (reading: Reading) => void };

const turnOptions = [
  {
    value: "last",
    label: "One row a conversation",
    hint: "Its last answer is the gold answer; all before it is the input.",
  },
  {
    value: "each",
    label: "One row an answer",
    hint: "Every assistant turn is a gold answer; what stands before it is its input.",
  },
] as const;

/** What a person decides about reading, beside the columns. Nothing is shown for a plain table. */
export function ReadingChoice({ preview, reading, onChange }: ReadingChoiceProps) {
  const { choices, refusal, members } = preview;
  const set = (change: Partial<Reading>) => onChange({ ...reading, ...change });
  const several = members.length > 1;
  if (!refusal && !choices.turns && !choices.ownSplits && !several) return null;
  return (
    <Card title="How is it read?">
      <div className="space-y-4">
        {refusal ? (
          <div className="space-y-2">
            <p className="flex gap-2 text-sm">
              <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-attention" />
              <span className="min-w-0 break-words">
                {refusal.reason} {refusal.todo}
              </span>
            </p>
            {choices.unlabelled ? (
              <Checkbox
                checked={reading.unlabelled}
                onCheckedChange={(unlabelled) => set({ unlabelled })}
                label="Import its inputs without answers"
                hint="A teacher can label them afterwards."
              />
            ) : null}
          </div>
        ) : null}
        {choices.turns ? (
          <Field group label="Conversations">
            <RadioCards value={reading.turns} onValueChange={(turns) => set({ turns })} options={turnOptions} />
          </Field>
        ) : null}
        {several ? <Members preview={preview} reading={reading} onChange={onChange} /> : null}
        {choices.ownSplits ? (
          <Checkbox
            checked={reading.ownSplits}
            onCheckedChange={(ownSplits) => set({ ownSplits })}
            label="Hold out the archive's own test and validation files"
            hint="All others are for training. Otherwise the rows of all files are split by the share below."
          />
        ) : null}
      </div>
    </Card>
  );
}

function Members({ preview, reading, onChange }: ReadingChoiceProps) {
  const { members, memberCount } = preview;
  const readable = members.filter(({ refused }) => refused === null).map(({ name }) => name);
  const chosen = reading.members ?? readable;
  return (
    <Field
      group
      label={`Files in the archive: ${plural(memberCount, "file")}`}
      hint={memberCount > members.length ? `The first ${members.length} are listed.` : null}
    >
      <ul className="max-h-56 space-y-1 overflow-y-auto text-sm">
        {members.map(({ name, bytes, split, refused }) => (
          <li key={name}>
            <Checkbox
              checked={chosen.includes(name)}
              disabled={refused !== null || (chosen.length === 1 && chosen[0] === name)}
              onCheckedChange={() => onChange({ ...reading, members: toggledMember(readable, chosen, name) })}
              label={
                <span className="flex flex-wrap gap-x-3">
                  <bdi className="break-all">{name}</bdi>
                  {bytes === null ? null : <span className="tnum text-muted">{formatBytes(bytes)}</span>}
                  {split === null ? null : <span className="text-muted">{split}</span>}
                </span>
              }
              hint={refused}
            />
          </li>
        ))}
      </ul>
    </Field>
  );
}
