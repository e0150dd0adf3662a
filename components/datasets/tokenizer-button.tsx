"use client";

import { useQueryClient } from "@tanstack/react-query";
import { Upload } from "lucide-react";
import { useRef, useState } from "react";
import { toast } from "sonner";
import { useViewer } from "#components/shell/viewer.tsx";
import { Button } from "#components/ui/button.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { rowTokens, tokenizerDelete, tokenizerGet, tokenizerSet } from "#lib/datasets/tokens-schema.ts";
import { useMutate } from "#lib/http/client.tsx";
import { errorOf, urlOf } from "#lib/http/request.ts";

/** Sends the student's `tokenizer.json`, or takes it away again. */
export function TokenizerButton({ projectId, present }: { projectId: string; present: boolean }) {
  const viewer = useViewer();
  const client = useQueryClient();
  const picker = useRef<HTMLInputElement>(null);
  const [sending, setSending] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const remove = useMutate(tokenizerDelete, {
    invalidates: [rowTokens.name, tokenizerGet.name],
    onSuccess: () => toast.success("The tokenizer is removed; tokens are estimated."),
  });

  async function send(file: File) {
    setError(null);
    setSending(true);
    try {
      const response = await fetch(urlOf(tokenizerSet, { projectId, fileName: file.name }), {
        method: tokenizerSet.method,
        headers: { "content-type": "application/octet-stream" },
        body: file,
      });
      if (!response.ok) throw await errorOf(response);
      toast.success(`Tokens are counted by ${file.name} from now on.`);
      const names: readonly string[] = [rowTokens.name, tokenizerGet.name];
      await client.invalidateQueries({ predicate: ({ queryKey }) => names.includes(String(queryKey[0])) });
    } catch (caught) {
      setError(caught);
    } finally {
      setSending(false);
    }
  }

  return (
    <div className="space-y-2">
      <div className="flex flex-wrap gap-2">
        <Button
          size="sm"
          icon={<Upload aria-hidden />}
          pending={sending}
          disabledReason={viewer.whyNot("data.write")}
          onClick={() => picker.current?.click()}
        >
          {present ? "Replace the tokenizer" : "Upload tokenizer.json"}
        </Button>
        {present && viewer.can("data.write") ? (
          <Button size="sm" variant="ghost" pending={remove.isPending} onClick={() => remove.mutate({ projectId })}>
            Remove it
          </Button>
        ) : null}
      </div>
      <input
        ref={picker}
        type="file"
        accept=".json,application/json"
        className="hidden"
        aria-label="The student's tokenizer.json"
        onChange={(event) => {
          const file = event.target.files?.[0];
          event.target.value = "";
          if (file) void send(file);
        }}
      />
      {error || remove.error ? <ErrorState error={error ?? remove.error} /> : null}
    </div>
  );
}
