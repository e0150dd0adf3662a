import { setImmediate as breathe } from "node:timers/promises";
import { exitCodes } from "#lib/executors/protocol.ts";
import { calibrationError, fitTemperature, type ScoredRow } from "#lib/recipes/cpu-softmax/calibrate.ts";
import type { CpuSoftmaxParams } from "#lib/recipes/cpu-softmax/recipe.ts";
import { argMax } from "#lib/recipes/cpu-softmax/softmax-model.ts";
import { SoftmaxTrainer } from "#lib/recipes/cpu-softmax/trainer.ts";
import { type FitState, loadCheckpoint, saveCheckpoint } from "./checkpoint.ts";
import type { EventLog } from "./event-log.ts";
import { TrainerFailure } from "./failure.ts";
import type { Prepared } from "./rows.ts";

/** Rows between two looks at signals and clock; one "step" of the protocol. */
const BLOCK_ROWS = 64;
/** Metrics over a whole run, about. */
const METRIC_POINTS = 200;
/** A validation loss counts as better when it is lower by this share. */
const LEAST_GAIN = 0.002;

export type FitContext = {
  prepared: Prepared;
  params: CpuSoftmaxParams;
  log: EventLog;
  checkpoints: string;
  signature: string;
  /** set by a signal: the fit saves a checkpoint at its next step and ends */
  stopSignal(): string | null;
};

export type FitResult = { trainer: SoftmaxTrainer; state: FitState; stopped: string | null };

/**
 * Passes over the training rows with early stop, calibration, then final passes over all rows (their own early stop would have
 * nothing to look at). Resumes from the newest checkpoint and then continues exactly as if it had never stopped.
 */
export async function fitStudent(context: FitContext): Promise<FitResult> {
  const { prepared, params, log, checkpoints, signature } = context;
  const { data, validation, labels, vocabulary } = prepared;
  const trainer = new SoftmaxTrainer(data, vocabulary.size, labels.length, params);
  const sides = { fit: data.side(false), refit: Int32Array.from({ length: data.rows }, (_, i) => i) };
  const refits = validation.length > 0 ? params.refitEpochs : 0;
  const blocks = (rows: Int32Array) => Math.ceil(rows.length / BLOCK_ROWS);
  const total = params.epochs * blocks(sides.fit) + refits * blocks(sides.refit);
  const every = Math.max(1, Math.floor(total / METRIC_POINTS));
  log.write({ type: "train", total_steps: total, trainable: trainer.weight.length + trainer.bias.length, params });

  const resumed = loadCheckpoint(checkpoints, signature, trainer);
  const state = resumed ?? newState();
  if (resumed) log.write({ type: "resume", step: state.step });
  const begun = performance.now() - state.elapsedMs;
  let lastMetric = { at: performance.now(), rows: 0 };
  const save = () => {
    state.elapsedMs = performance.now() - begun;
    const { path, bytes } = saveCheckpoint(checkpoints, signature, trainer, state);
    log.write({ type: "checkpoint", step: state.step, path, bytes });
  };

  while (nextPass(state, params, refits)) {
    const order = trainer.order(sides[state.phase], state.pass);
    while (state.position < order.length) {
      const to = Math.min(order.length, state.position + BLOCK_ROWS);
      const loss = trainer.visit(order, state.position, to);
      if (!Number.isFinite(loss))
        throw new TrainerFailure("not_finite", exitCodes.notFinite, "The loss is no longer a number. Lower C.");
      state.windowLoss += loss;
      state.passLoss += loss;
      state.windowRows += to - state.position;
      lastMetric.rows += to - state.position;
      state.position = to;
      state.step++;
      if (state.step % every === 0 && state.position < order.length) {
        const now = performance.now();
        log.write({
          type: "metric",
          step: state.step,
          total,
          epoch: state.pass + state.position / order.length,
          phase: state.phase,
          loss: state.windowLoss / state.windowRows,
          examples_per_s: lastMetric.rows / Math.max(1e-3, (now - lastMetric.at) / 1000),
        });
        lastMetric = { at: now, rows: 0 };
        state.windowLoss = 0;
        state.windowRows = 0;
      }
      log.beat(state.step, total, state.phase);
      await breathe();
      const signal = context.stopSignal();
      if (signal !== null) {
        save();
        return { trainer, state, stopped: signal };
      }
    }
    endPass(context, trainer, state, order.length, total);
    save();
  }
  state.elapsedMs = performance.now() - begun;
  return { trainer, state, stopped: null };
}

function newState(): FitState {
  return {
    phase: "fit",
    pass: 0,
    position: 0,
    step: 0,
    windowLoss: 0,
    windowRows: 0,
    passLoss: 0,
    bestEvalLoss: null,
    passesWithoutGain: 0,
    epochs: [],
    temperature: 1,
    validation: null,
    elapsedMs: 0,
  };
}

/** Whether there is another pass to make or to finish. */
function nextPass(state: FitState, params: CpuSoftmaxParams, refits: number): boolean {
  if (state.position > 0) return true;
  const done = (phase: FitState["phase"]) => state.epochs.filter((epoch) => epoch.phase === phase).length;
  if (state.phase === "fit" && done("fit") < params.epochs && state.passesWithoutGain < params.patience) return true;
  state.phase = "refit";
  return done("refit") < refits;
}

/** Books a finished pass: curves, early stop, and the calibration, which belongs to the last pass that did not see the validation rows. */
function endPass(
  { prepared, log }: FitContext,
  trainer: SoftmaxTrainer,
  state: FitState,
  rows: number,
  total: number,
): void {
  const loss = state.passLoss / rows;
  const judged = state.phase === "fit" && prepared.validation.length > 0 ? trainer.evaluate(prepared.validation) : null;
  state.pass++;
  log.write({
    type: "metric",
    step: state.step,
    total,
    epoch: state.pass,
    phase: state.phase,
    loss: state.windowLoss / state.windowRows,
    epoch_loss: loss,
    ...(judged ? { eval_loss: judged.loss, eval_accuracy: judged.accuracy } : {}),
  });
  state.epochs.push({
    epoch: state.pass,
    phase: state.phase,
    loss,
    evalLoss: judged?.loss ?? null,
    evalAccuracy: judged?.accuracy ?? null,
  });
  if (judged) {
    const better = state.bestEvalLoss === null || judged.loss < state.bestEvalLoss * (1 - LEAST_GAIN);
    state.passesWithoutGain = better ? 0 : state.passesWithoutGain + 1;
    state.bestEvalLoss = Math.min(state.bestEvalLoss ?? judged.loss, judged.loss);
    const scored = scoredRows(trainer, prepared);
    state.temperature = fitTemperature(scored);
    state.validation = {
      ...judged,
      eceBefore: calibrationError(scored, 1),
      eceAfter: calibrationError(scored, state.temperature),
    };
  }
  state.position = 0;
  state.passLoss = 0;
  state.windowLoss = 0;
  state.windowRows = 0;
}

function scoredRows(trainer: SoftmaxTrainer, { data, labels, validation }: Prepared): ScoredRow[] {
  return Array.from(validation, (row) => {
    const scores = new Float64Array(labels.length);
    trainer.scores(row, scores);
    const from = data.targetStart[row] as number;
    const shares = data.targetShares.subarray(from, data.targetStart[row + 1]);
    return { scores, target: data.targetLabels[from + argMax(shares)] as number };
  });
}
