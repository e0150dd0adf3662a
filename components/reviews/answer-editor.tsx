"use client";

import { useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { Field, Textarea } from "#components/ui/field.tsx";
import { Kbd } from "#components/ui/kbd.tsx";

type EditorProps = {
  open: boolean;
  kind: "extraction" | "generation";
  start: string;
  onSave: (answer: string) => void;
  onClose: () => void;
};

/** Types another answer: text, or JSON that is checked here for its form and by the server against the schema. */
export function AnswerEditor({ open, kind, start, onSave, onClose }: EditorProps) {
  return (
    <Dialog open={open} onOpenChange={(next) => !next && onClose()} title="The right answer" size="lg">
      {open ? <Editor kind={kind} start={start} onSave={onSave} /> : null}
    </Dialog>
  );
}

/** Indented for reading where it is JSON; else as it stands. */
function readable(kind: EditorProps["kind"], text: string): string {
  if (kind !== "extraction") return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function faultOf(kind: EditorProps["kind"], text: string): string | null {
  if (text.trim() === "") return "Type an answer, or reject the row.";
  if (kind !== "extraction") return null;
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    return error instanceof Error ? `This is not JSON: ${error.message}` : "This is not JSON.";
  }
}

function Editor({ kind, start, onSave }: Pick<EditorProps, "kind" | "start" | "onSave">) {
  const [text, setText] = useState(() => readable(kind, start));
  const [asked, setAsked] = useState(false);
  const fault = faultOf(kind, text);
  const save = () => {
    setAsked(true);
    if (fault === null) onSave(text);
  };
  return (
    <form
      noValidate
      className="space-y-3"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <Field label="Answer" error={asked ? fault : null}>
        <Textarea
          rows={12}
          mono={kind === "extraction"}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
              event.preventDefault();
              save();
            }
          }}
        />
      </Field>
      <div className="flex items-center justify-end gap-2">
        <span className="text-sm text-muted max-sm:hidden">
          <Kbd>Ctrl</Kbd> <Kbd>Enter</Kbd>
        </span>
        <Button type="submit" variant="primary">
          Correct to this
        </Button>
      </div>
    </form>
  );
}
