import { z } from "zod";

export type TaskKind = "classification" | "extraction" | "generation";

/** What a parameter is called and why it has its default; travels in the JSON schema that the form is made from. */
export type ParamNote = {
  title: string;
  description: string;
  /** where the default comes from: a measurement, a paper, a convention */
  source: string;
  /** shown only under "More settings" */
  advanced?: boolean;
  step?: number;
};

export function wholeParam(least: number, most: number, preset: number, note: ParamNote) {
  return z.int().min(least).max(most).default(preset).meta(note);
}

export function numberParam(least: number, most: number, preset: number, note: ParamNote) {
  return z.number().min(least).max(most).default(preset).meta(note);
}

/** What an estimate is made from. */
export type Workload = { rows: number; inputChars: number; labels: number };
export type Estimate = { ms: number; memoryBytes: number };

/** One way to train a student. It describes its own parameters, so that form, API and checks follow. */
export type Recipe<P extends z.ZodObject = z.ZodObject> = {
  name: string;
  title: string;
  /** two sentences for a person who chooses */
  summary: string;
  taskKinds: readonly TaskKind[];
  /** what it runs on */
  device: "cpu" | "gpu";
  params: P;
  /** rough time on two shared cores, and peak memory */
  estimate(work: Workload, params: z.output<P>): Estimate;
  /** program that the executor runs with the run directory as its only argument, relative to the repository */
  program: string;
};

/** Keeps the type of the parameters while they are declared. */
export function defineRecipe<P extends z.ZodObject>(recipe: Recipe<P>): Recipe<P> {
  return recipe;
}
