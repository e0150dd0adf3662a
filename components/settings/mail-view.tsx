"use client";

import { useState } from "react";
import { ErrorState } from "#components/ui/error-state.tsx";
import { KeyValue } from "#components/ui/key-value.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { Tabs } from "#components/ui/tabs.tsx";
import { RelativeTime } from "#components/ui/time.tsx";
import { useEndpoint } from "#lib/http/client.tsx";
import { type OutboxMailDetail, outboxGet } from "#lib/mails/schema.ts";
import { mailStates } from "./mail-words.ts";

/** One mail with its way so far, as text and as it looks. */
export function MailView({ id }: { id: string }) {
  const mail = useEndpoint(outboxGet, { outboxMailId: id });
  if (mail.error) return <ErrorState error={mail.error} onRetry={mail.refetch} />;
  if (!mail.data) return <Skeleton className="h-96 w-full" />;
  return <Shown mail={mail.data} />;
}

function Shown({ mail }: { mail: OutboxMailDetail }) {
  const [form, setForm] = useState<"html" | "text">("html");
  return (
    <div className="space-y-4">
      <KeyValue
        items={[
          ["Subject", mail.subject],
          ["To", mail.to],
          ["State", mailStates[mail.state].word],
          ["Written", <RelativeTime key="written" at={mail.createdAt} />],
          mail.sentAt && ["Sent", <RelativeTime key="sent" at={mail.sentAt} />],
          mail.attempts > 0 && ["Tries", mail.attempts],
          mail.nextTryAt && mail.attempts > 0 && ["Next try", <RelativeTime key="next" at={mail.nextTryAt} />],
          mail.lastError && ["Last error", mail.lastError],
        ]}
      />
      <Tabs
        label="Form"
        value={form}
        onValueChange={setForm}
        tabs={[
          {
            value: "html",
            label: "As it looks",
            content: (
              // Nothing may run or load in it, and its links open in a new tab: the mail stays where it is.
              <iframe
                title={`E-mail: ${mail.subject}`}
                sandbox="allow-popups allow-popups-to-escape-sandbox"
                srcDoc={mail.html.replace("<head>", '<head><base target="_blank">')}
                className="h-[60dvh] w-full rounded-lg border bg-white"
              />
            ),
          },
          {
            value: "text",
            label: "Text",
            content: (
              <pre className="max-h-[60dvh] overflow-auto rounded-lg border bg-sunken p-3 font-mono text-xs leading-5 whitespace-pre-wrap [overflow-wrap:anywhere]">
                {mail.text}
              </pre>
            ),
          },
        ]}
      />
    </div>
  );
}
