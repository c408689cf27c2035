import { applyToCluster } from './cluster-apply.ts';
import { Events } from './events.ts';
import { FaultTable } from './faults.ts';
import type { Settled } from './options.ts';
import { Runs } from './runs.ts';

/** Everything that one simulated Harness remembers. It lives in memory and ends with the process. */
export interface World {
  readonly options: Settled;
  readonly faults: FaultTable;
  readonly events: Events;
  readonly runs: Runs;
  /** Its own address, once it listens. */
  readonly url: () => string;
}

export const createWorld = (options: Settled, url: () => string): World => {
  const runs = new Runs(options, (run) => applyToCluster(options, run.payload));
  return { options, faults: new FaultTable(), events: new Events(options, runs), runs, url };
};
