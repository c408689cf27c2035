import { applyToCluster } from './cluster-apply.ts';
import { Events } from './events.ts';
import { FaultTable } from './faults.ts';
import type { Settled } from './options.ts';
import { Runs } from './runs.ts';

/** To be raised when what is kept here cannot be read as before. */
export const harnessMemory = { what: 'Harness', version: 1 } as const;

/** Everything that one simulated Harness knows. */
export interface World {
  readonly options: Settled;
  readonly faults: FaultTable;
  readonly events: Events;
  readonly runs: Runs;
  /** Its own address, once it listens. */
  readonly url: () => string;
}

export const createWorld = (options: Settled, url: () => string): World => {
  const { memory } = options;
  const runs = new Runs(options, (run) => applyToCluster(options, run.payload));
  return { options, faults: new FaultTable(memory), events: new Events(options, runs, memory), runs, url };
};
