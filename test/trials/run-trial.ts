import { isFlotillaError } from '../../lib/domain/errors.ts';
import type { RunReport } from '../../lib/simulators/harness/simulator-routes.ts';
import { cancelBatch } from '../../lib/usecases/batch/cancel-batch.ts';
import { SeededRandom } from '../seeded-random.ts';
import { itemsOf } from '../workflow/report.ts';
import { humanWaitSeconds, type Trial } from './draw-trial.ts';
import { openStage, type Stage, type StageOptions } from './harness-stage.ts';
import { type Ended, violationsOf } from './violations.ts';

/** The outcome of a trial. */
export interface Told extends Ended {
  readonly trial: Trial;
  /** Violations, as sentences. */
  readonly violations: readonly string[];
}

/**
 * The whole system on a simulated Harness, in virtual time: the client with its transport, the watchers, the machines.
 * Functions are killed, requests fail, runs are lost, as the trial says. Returns how it ended, with all violations.
 */
export const runTrial = async (trial: Trial, spoil?: StageOptions['spoil']): Promise<Told> => {
  const stage = await openStage({
    settings: { mode: trial.mode, human_wait: humanWaitSeconds },
    harness: { ...trial.installation, faults: trial.faults, random: new SeededRandom(trial.seed + 2) },
    random: new SeededRandom(trial.seed + 1),
    limit: 300,
    pace: { pollCluster: 5_000 },
    ...(spoil === undefined ? {} : { spoil }),
  });
  try {
    return await play(stage, trial);
  } finally {
    stage.close();
  }
};

const unlessEnded = (error: unknown): void => {
  if (!isFlotillaError(error, 'StatusConflict')) throw error;
};

const play = async ({ world, harness, kill }: Stage, trial: Trial): Promise<Told> => {
  const begun = world.clock.now();
  for (const { name, seconds, heard } of trial.kills)
    world.clock.setTimer(begun + seconds * 1_000, () => kill(name, heard));
  const batchId = await world.submit(trial.batch);
  if (trial.cancelled !== undefined) {
    await world.pass(trial.cancelled);
    await cancelBatch(world.deps, { batchId, actor: 'ada' }).catch(unlessEnded);
  }
  const isOver = await world.settled(batchId).then(
    () => true,
    (error: Error) => (error.message.startsWith('it did not come to that') ? false : Promise.reject(error)),
  );
  const items = await itemsOf(world, batchId);
  const runs: readonly RunReport[] = harness.runs();
  const running = Object.fromEntries(trial.batch.map(({ name }) => [name, world.cluster.running(name)]));
  const ended: Ended = { isOver, batchId, items, runs, running, hours: (world.clock.now() - begun) / 3_600_000 };
  const faults = world.faults.map((fault) => `something threw: ${String(fault)}`);
  return { trial, ...ended, violations: [...violationsOf(trial, ended), ...faults] };
};
