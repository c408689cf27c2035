import type { Pace } from '../../usecases/deps.ts';

/** The pace of one process that may be killed and restarted: short leases, and a sweeper that looks often. */
const real: Pace = {
  pollExecutor: 5_000,
  pollCluster: 1_000,
  watchFor: 60_000,
  idleFor: 10_000,
  watcherAge: 12 * 3_600_000,
  // A start waits 4 s for its turn in the budget, and then 30 s for its request.
  intentGrace: 40_000,
  abortGrace: 300_000,
  lease: 3_000,
  sweepAge: 10_000,
  survey: 10_000,
};

/** Simulators have no request budget and answer at once. */
const simulated: Pace = {
  ...real,
  pollExecutor: 200,
  pollCluster: 200,
  intentGrace: 3_000,
  abortGrace: 15_000,
  sweepAge: 2_000,
  survey: 2_000,
};

export const localPace = (isSimulated: boolean): Pace => (isSimulated ? simulated : real);
