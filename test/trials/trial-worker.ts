import { parentPort, workerData } from 'node:worker_threads';
import { drawTrial } from './draw-trial.ts';
import { runTrial } from './run-trial.ts';
import type { TrialReport } from './tally.ts';

/** Every `step`th seed from `from` on, before `until`. */
export interface Share {
  readonly from: number;
  readonly until: number;
  readonly step: number;
}

const { from, until, step } = workerData as Share;
for (let seed = from; seed < until; seed += step) {
  const { violations, items, runs } = await runTrial(drawTrial(seed)).catch((error: Error) => ({
    violations: [`the trial threw: ${error.stack}`],
    items: [],
    runs: [],
  }));
  const ends = items.map(({ status, outcome }) => `${status} / ${outcome?.reason}`);
  parentPort!.postMessage({ seed, violations, ends, runs: runs.length } satisfies TrialReport);
}
