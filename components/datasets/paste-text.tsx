"use client";

import { type FormEvent, type KeyboardEvent, useMemo } from "react";
import { useViewer } from "#components/shell/viewer.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { Field, Textarea } from "#components/ui/field.tsx";
import { Kbd } from "#components/ui/kbd.tsx";
import type { AppError } from "#lib/core/errors.ts";
import { formatBytes, formatCount, plural } from "#lib/format.ts";

/** Larger texts are better sent as a file, which resumes. */
const mostBytes = 5_000_000;

type PasteTextProps = {
  text: string;
  onText: (text: string) => void;
  onFile: (file: File) => void;
  error: AppError | null;
};

/** Rows from a spreadsheet, a chat or an editor. */
export function PasteText({ text, onText, onFile, error }: PasteTextProps) {
  const viewer = useViewer();
  const bytes = useMemo(() => new Blob([text]).size, [text]);
  const lines = useMemo(() => text.split("\n").filter((line) => line.trim() !== "").length, [text]);
  const tooLong =
    bytes > mostBytes
      ? `${formatBytes(bytes)} are more than ${formatBytes(mostBytes)}. Save it as a file and upload that.`
      : null;
  const reason = viewer.whyNot("data.write") ?? tooLong ?? (lines === 0 ? "Paste some rows first." : null);

  function submit(event?: FormEvent) {
    event?.preventDefault();
    if (reason) return;
    onFile(new File([text], "Pasted text.txt", { type: "text/plain" }));
  }
  function onKeyDown(event: KeyboardEvent) {
    if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) submit();
  }

  return (
    <Card>
      <form onSubmit={submit} className="space-y-3">
        <Field
          label="Rows"
          hint="With a first line of column names, separated by comma, semicolon or tab; or one JSON object a line."
          error={tooLong ?? (error ? `${error.message} ${error.detail.todo ?? ""}` : null)}
          aside={
            <span className="tnum">{`${plural(text.length, "character")}, ${formatCount(lines)} ${lines === 1 ? "line" : "lines"}`}</span>
          }
        >
          <Textarea
            mono
            rows={12}
            spellCheck={false}
            value={text}
            placeholder={"text,label\nMy invoice is wrong,billing\nThe app does not start,technical"}
            onChange={(event) => onText(event.target.value)}
            onKeyDown={onKeyDown}
          />
        </Field>
        <div className="flex flex-wrap items-center gap-3">
          <Button type="submit" variant="primary" disabledReason={reason}>
            Use this text
          </Button>
          <span className="hidden text-xs text-muted sm:inline">
            <Kbd>Ctrl</Kbd> <Kbd>Enter</Kbd>
          </span>
        </div>
      </form>
    </Card>
  );
}
