"use client";

import { type FormEvent, useState } from "react";
import { useViewer } from "#components/shell/viewer.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { Field, Input } from "#components/ui/field.tsx";
import { uploadFetchUrl } from "#lib/datasets/upload-schema.ts";
import { useMutate } from "#lib/http/client.tsx";
import { sentence } from "./source-words.ts";

type FetchUrlProps = { projectId: string; onStarted: (uploadId: string) => void };

/** A public address, fetched by the server in the background. */
export function FetchUrl({ projectId, onStarted }: FetchUrlProps) {
  const viewer = useViewer();
  const [address, setAddress] = useState("");
  const start = useMutate(uploadFetchUrl, { onSuccess: ({ id }) => onStarted(id), invalidates: [] });
  const reason = viewer.whyNot("data.write") ?? (address.trim() === "" ? "Give an address first." : null);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (!reason) start.mutate({ projectId, url: address });
  }

  return (
    <Card>
      <form noValidate onSubmit={submit} className="space-y-3">
        <Field
          label="Address of the file"
          hint="https, reachable from the internet without a sign-in. A signed address works; what follows the ? is kept encrypted until the file is here."
          error={start.error ? sentence(start.error) : null}
        >
          <Input
            type="url"
            inputMode="url"
            autoComplete="off"
            spellCheck={false}
            placeholder="https://example.com/tickets.csv"
            value={address}
            onChange={(event) => {
              setAddress(event.target.value);
              if (start.error) start.reset();
            }}
          />
        </Field>
        <Button type="submit" variant="primary" pending={start.isPending} disabledReason={reason}>
          Fetch the file
        </Button>
      </form>
    </Card>
  );
}
