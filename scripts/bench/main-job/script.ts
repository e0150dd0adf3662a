/** The steps of the main job as a user's script would take them: only public addresses, one token. */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { z } from "zod";
import type { Endpoint } from "#lib/core/endpoint.ts";
import { datasetCreate, Upload } from "#lib/datasets/schema.ts";
import { callEndpoint, errorOf } from "#lib/http/request.ts";
import { type RunDetail, runGet } from "#lib/runs/schema.ts";

export interface Target {
  /** such as http://localhost:3000 */
  url: string;
  token: string;
}

export class Script {
  private readonly target: Target;

  constructor(target: Target) {
    this.target = target;
  }

  call<I extends z.ZodObject, O extends z.ZodType>(endpoint: Endpoint<I, O>, input: z.input<I>): Promise<z.output<O>> {
    return callEndpoint(endpoint, input, { base: this.target.url, headers: this.authorization() });
  }

  /** Uploads a file and imports it; resolves when its rows are there. */
  async importFile(projectId: string, name: string, file: string, holdoutFraction: number): Promise<string> {
    const address = `${this.target.url}/api/v1/projects/${projectId}/uploads?fileName=${encodeURIComponent(basename(file))}`;
    const response = await fetch(address, { method: "POST", headers: this.authorization(), body: readFileSync(file) });
    if (!response.ok) throw await errorOf(response);
    const upload = Upload.parse(await response.json());
    const mapping = { inputs: ["input"], output: "output" };
    const imported = await this.call(datasetCreate, { projectId, name, uploadId: upload.id, mapping, holdoutFraction });
    await this.finish(imported.runId);
    return imported.datasetVersionId;
  }

  /** Waits for a run to succeed. `onLook` sees it every half second. @throws when it ends or waits in any other way */
  async finish(runId: string, onLook?: (run: RunDetail) => void): Promise<RunDetail> {
    for (;;) {
      const run = await this.call(runGet, { runId });
      onLook?.(run);
      if (run.state === "succeeded") return run;
      if (run.state !== "queued" && run.state !== "running") {
        throw new Error(`"${run.title}" is ${run.state}: ${run.error?.message ?? run.pauseMessage ?? ""}`);
      }
      await wait(onLook ? 250 : 100);
    }
  }

  private authorization() {
    return { authorization: `Bearer ${this.target.token}` };
  }
}

/** An id that a run's result holds. */
export function idIn(run: RunDetail, name: string): string {
  const id = run.result?.[name];
  if (typeof id !== "string") throw new Error(`The result of "${run.title}" has no ${name}.`);
  return id;
}
