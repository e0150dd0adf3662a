"use client";

import { ChevronLeft, ChevronRight } from "lucide-react";
import { useState } from "react";
import type { z } from "zod";
import { IconButton } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { CodeBlock } from "#components/ui/code-block.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { Stat } from "#components/ui/stat.tsx";
import { exactMoney, formatCount, formatMoney, formatTokens } from "#lib/format.ts";
import { generationPreview } from "#lib/generation/schema.ts";
import { useEndpoint } from "#lib/http/client.tsx";
import { bandWords } from "./words.ts";

type Choice = z.input<typeof generationPreview.input>;

/** What the chosen run would roughly cost, and the exact request for any of its rows. */
export function Guess({ choice, capMicros }: { choice: Choice; capMicros: number | null }) {
  const [position, setPosition] = useState(1);
  const preview = useEndpoint(generationPreview, { ...choice, position }, { keepPrevious: true });
  if (preview.error) return <ErrorState error={preview.error} onRetry={() => void preview.refetch()} />;
  const data = preview.data;
  const cost = data?.estimate.costMicros;
  const tight = cost !== undefined && capMicros !== null && cost.high > capMicros;
  return (
    <div className="space-y-4 lg:sticky lg:top-4">
      <Card
        title="Before any call"
        hint="From character counts: English takes about 4 characters a token, other scripts fewer. The smoke test measures it."
      >
        <div className="grid grid-cols-2 gap-4 sm:grid-cols-3">
          <Stat
            label="Cost, about"
            value={cost && formatMoney(cost.mid)}
            interval={cost && bandWords(cost)}
            {...(cost ? { exact: exactMoney(cost.mid) } : {})}
            {...(tight ? { tone: "attention" as const } : {})}
          />
          <Stat label="Rows" value={data && formatCount(data.rows)} />
          <Stat
            label="Tokens, about"
            value={data && formatTokens(data.estimate.inputTokens.mid + data.estimate.outputTokens.mid)}
            hint={data ? `at most ${formatCount(data.maxTokens)} an answer` : undefined}
          />
        </div>
        {tight ? (
          <p className="mt-3 text-sm text-attention">
            The cap of {formatMoney(capMicros)} may stop the run before its end. What is labelled by then stays.
          </p>
        ) : null}
      </Card>
      <Card
        title="The request"
        hint={
          data?.position
            ? `Row ${formatCount(data.position)}, as it will be sent. The run freezes this prompt.`
            : "As it will be sent."
        }
        actions={
          <>
            <IconButton label="Row before" onClick={() => setPosition(Math.max(1, (data?.position ?? 2) - 1))}>
              <ChevronLeft aria-hidden />
            </IconButton>
            <IconButton label="Next row" onClick={() => setPosition((data?.position ?? 0) + 1)}>
              <ChevronRight aria-hidden />
            </IconButton>
          </>
        }
      >
        {!data ? (
          <Skeleton className="h-80" />
        ) : data.request ? (
          <CodeBlock code={JSON.stringify(data.request, null, 2)} wrap maxHeight="28rem" />
        ) : (
          <p className="text-sm text-muted">There is no such row.</p>
        )}
      </Card>
    </div>
  );
}
