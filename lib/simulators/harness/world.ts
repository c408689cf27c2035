import { applyToCluster } from './cluster-apply.ts';
import { Events } from './events.ts';
import { FaultTable } from './faults.ts';
import { Ids } from './ids.ts';
import type { Settled } from './options.ts';
import { RequestLog } from './request-log.ts';
import { Runs } from './runs.ts';

/** Increase it when the stored form changes. */
export const harnessMemory = { what: 'Harness', version: 1 } as const;

/** Everything that one simulated Harness knows. */
export interface World {
  readonly options: Settled;
  readonly ids: Ids;
  readonly faults: FaultTable;
  readonly events: Events;
  readonly runs: Runs;
  readonly requests: RequestLog;
  /** Its own address, once it listens. */
  readonly url: () => string;
}

export const createWorld = (options: Settled, url: () => string): World => {
  const ids = new Ids(options.random);
  const deploy = options.deploy ?? ((payload) => applyToCluster(options, payload));
  const runs = new Runs(options, { ids, apply: ({ payload }) => deploy(payload) });
  return {
    ...{ options, ids, runs, url },
    faults: new FaultTable(options.memory, options.random, options.faults),
    events: new Events(options, { ids, runs }),
    requests: new RequestLog(options.clock),
  };
};
