"use client";

import { Ban, Pause, Play, RotateCw } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import { useViewer } from "#components/shell/viewer.tsx";
import { Button } from "#components/ui/button.tsx";
import { ConfirmDialog } from "#components/ui/dialog.tsx";
import { formatCount, formatMoney } from "#lib/format.ts";
import { useMutate } from "#lib/http/client.tsx";
import { type Run, runCancel, runPause, runResume, runRetry } from "#lib/runs/schema.ts";
import { isOver } from "./words.ts";

const invalidates = ["run.get", "run.list", "project.get", "project.list"];
const onError = (error: Error) => void toast.error(error.message);

/** Cancel, pause, resume and retry, each only where the run's state takes it. */
export function RunActions({ run }: { run: Run }) {
  const viewer = useViewer();
  const [asking, setAsking] = useState(false);
  const cancel = useMutate(runCancel, { onError, invalidates, onSuccess: () => setAsking(false) });
  const pause = useMutate(runPause, { onError, invalidates });
  const resume = useMutate(runResume, { onError, invalidates });
  const retry = useMutate(runRetry, { onError, invalidates });
  const input = { runId: run.id };
  const whyNot = viewer.whyNot("run.write");
  const { done, unit } = run.progress;
  const working = run.state === "running" || run.state === "queued";

  return (
    <>
      {working && run.pausable && !run.pauseRequested && !run.cancelRequested ? (
        <Button
          icon={<Pause aria-hidden />}
          pending={pause.isPending}
          disabledReason={whyNot}
          onClick={() => pause.mutate(input)}
        >
          Pause
        </Button>
      ) : null}
      {run.state === "paused" && !run.cancelRequested ? (
        <Button
          variant="primary"
          icon={<Play aria-hidden />}
          pending={resume.isPending}
          disabledReason={whyNot}
          onClick={() => resume.mutate(input)}
        >
          {run.pauseReason === "confirm" ? "Confirm and go on" : "Resume"}
        </Button>
      ) : null}
      {run.state === "failed" || run.state === "cancelled" ? (
        <Button
          variant="primary"
          icon={<RotateCw aria-hidden />}
          pending={retry.isPending}
          disabledReason={whyNot}
          onClick={() => retry.mutate(input)}
        >
          {done > 0 ? "Go on where it stopped" : "Try again"}
        </Button>
      ) : null}
      {isOver(run.state) || run.cancelRequested ? null : (
        <Button icon={<Ban aria-hidden />} disabledReason={whyNot} onClick={() => setAsking(true)}>
          Cancel
        </Button>
      )}
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title="Cancel this run?"
        keepLabel="Keep it running"
        confirmLabel="Cancel the run"
        pending={cancel.isPending}
        onConfirm={() => cancel.mutate(input)}
      >
        “{run.title}” stops.{" "}
        {done > 0 && unit !== "bytes" ? `What it has done stays: ${formatCount(done)} ${unit}. ` : ""}
        {run.costMicros > 0 ? `${formatMoney(run.costMicros)} is spent and is not given back. ` : ""}
        You can start it again later.
      </ConfirmDialog>
    </>
  );
}
