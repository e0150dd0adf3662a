"use client";

import { type FormEvent, useState } from "react";
import { useViewer } from "#components/shell/viewer.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { Field, Input } from "#components/ui/field.tsx";
import { BucketList } from "./bucket-list.tsx";
import type { BucketPlace } from "./bucket-place.ts";

const empty: BucketPlace = {
  endpoint: "",
  region: "",
  bucket: "",
  accessKey: "",
  secretKey: "",
  sessionToken: "",
};

type FetchBucketProps = { projectId: string; onStarted: (uploadId: string) => void };

/** An S3-compatible bucket: where it is and with which keys, then what lies in it. Keys stay in this form only. */
export function FetchBucket({ projectId, onStarted }: FetchBucketProps) {
  const viewer = useViewer();
  const [place, setPlace] = useState(empty);
  const [opened, setOpened] = useState<BucketPlace | null>(null);
  const [faults, setFaults] = useState<Readonly<Record<string, string>>>({});
  const missing =
    place.endpoint.trim() === "" ? "Give the endpoint." : place.bucket.trim() === "" ? "Name the bucket." : null;
  const reason = viewer.whyNot("data.write") ?? missing;

  const field = (name: keyof BucketPlace) => ({
    value: place[name],
    autoComplete: "off",
    spellCheck: false,
    onChange: (event: { target: { value: string } }) => {
      setPlace({ ...place, [name]: event.target.value });
      setFaults({});
    },
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    if (reason) return;
    setFaults({});
    // a new object each time: opening again asks again
    setOpened({ ...place });
  }

  return (
    <div className="space-y-4">
      <Card>
        <form noValidate onSubmit={submit} className="space-y-3">
          <div className="grid gap-3 sm:grid-cols-2">
            <Field
              label="Endpoint"
              hint="The server's https address without the bucket."
              error={faults.endpoint ?? null}
              className="sm:col-span-2"
            >
              <Input type="url" placeholder="https://s3.eu-central-1.amazonaws.com" {...field("endpoint")} />
            </Field>
            <Field label="Bucket" error={faults.bucket ?? null}>
              <Input placeholder="team-exports" {...field("bucket")} />
            </Field>
            <Field label="Region" optional hint="us-east-1 where the server has none." error={faults.region ?? null}>
              <Input placeholder="us-east-1" {...field("region")} />
            </Field>
            <Field label="Access key" optional hint="Both empty for a public bucket." error={faults.accessKey ?? null}>
              <Input {...field("accessKey")} />
            </Field>
            <Field
              label="Secret key"
              optional
              hint="Kept encrypted, and only until the file is here."
              error={faults.secretKey ?? null}
            >
              <Input type="password" {...field("secretKey")} autoComplete="new-password" />
            </Field>
            <Field
              label="Session token"
              optional
              hint="With temporary keys only."
              error={faults.sessionToken ?? null}
              className="sm:col-span-2"
            >
              <Input type="password" {...field("sessionToken")} autoComplete="new-password" />
            </Field>
          </div>
          <Button type="submit" variant={opened ? "secondary" : "primary"} disabledReason={reason}>
            {opened ? "Open again" : "Open the bucket"}
          </Button>
        </form>
      </Card>
      {opened ? <BucketList projectId={projectId} place={opened} onFaults={setFaults} onStarted={onStarted} /> : null}
    </div>
  );
}
