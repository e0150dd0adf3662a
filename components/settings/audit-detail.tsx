"use client";

import { CodeBlock } from "#components/ui/code-block.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { KeyValue } from "#components/ui/key-value.tsx";
import { formatDateTime } from "#lib/format.ts";
import type { AuditEntry } from "#lib/teams/audit-schema.ts";

/** One entry with its redacted input. */
export function AuditDetail({ entry, onClose }: { entry: AuditEntry | null; onClose: () => void }) {
  return (
    <Dialog
      open={entry !== null}
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={entry?.action ?? ""}
      description="Secrets are blanked and long texts cut before an entry is written."
      size="md"
    >
      {entry ? (
        <div className="space-y-4">
          <KeyValue
            items={[
              ["When", formatDateTime(String(entry.at))],
              ["Who", entry.person ? `${entry.person.name} ${entry.person.email}` : "nobody signed in"],
              entry.token && ["Token", entry.token.name],
              entry.targetId && ["On", <code key="on">{entry.targetId}</code>],
            ]}
          />
          <CodeBlock caption="Input" code={JSON.stringify(entry.data, null, 2)} wrap />
        </div>
      ) : null}
    </Dialog>
  );
}
