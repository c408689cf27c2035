import { parentPort, workerData } from 'node:worker_threads';
import { drawTrial } from './draw-trial.ts';
import { runTrial } from './run-trial.ts';
import type { TrialReport } from './tally.ts';
import type { Share, TrialKind } from './trial-kinds.ts';
import { drawStory } from './undo/draw-story.ts';
import { playStory } from './undo/play-story.ts';

type Told = Omit<TrialReport, 'seed'>;

const run: Readonly<Record<TrialKind, (seed: number) => Promise<Told>>> = {
  harness: async (seed) => {
    const { violations, items, runs } = await runTrial(drawTrial(seed));
    const ends = items.map(({ status, outcome }) => `${status} / ${outcome?.reason}`);
    return { violations, ends, runs: runs.length };
  },
  undo: (seed) => playStory(drawStory(seed)),
};

const { of, from, until, step } = workerData as Share;
for (let seed = from; seed < until; seed += step) {
  const told = await run[of](seed).catch(
    (error: Error): Told => ({ violations: [`the trial threw: ${error.stack}`], ends: [], runs: 0 }),
  );
  const { violations, ends, runs, refusals = [] } = told;
  parentPort!.postMessage({ seed, violations, ends, runs, refusals } satisfies TrialReport);
}
