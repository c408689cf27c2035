import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { noMemory, openMemory } from '../memory.ts';
import { endWhenTold, outliveReaders, tellReady } from '../own-process.ts';
import { clusterMemory } from './remember.ts';
import { seedSchema } from './seed.ts';
import { startSimulatedCluster } from './simulated-cluster.ts';

/**
 * The simulated cluster as a separate process. Prints one line of JSON when it is ready: `{"simulated":true,"port":…}`.
 * With `--state FILE` it continues where it ended, however it ended.
 */
outliveReaders();
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    seed: { type: 'string' },
    state: { type: 'string' },
    'tick-milliseconds': { type: 'string', default: '100' },
    'pod-start-milliseconds': { type: 'string', default: '300' },
    'exit-with-stdin': { type: 'boolean' },
  },
});

const tell = (message: string): void => {
  process.stderr.write(`SIMULATED: ${message}\n`);
};
const fail = ({ message }: Error): never => {
  tell(message);
  process.exit(2);
};

const memory =
  values.state === undefined ? noMemory : await openMemory(values.state, clusterMemory, { tell }).catch(fail);

const cluster = await startSimulatedCluster({
  memory,
  port: Number(values.port),
  tickMilliseconds: Number(values['tick-milliseconds']),
  podStartMilliseconds: Number(values['pod-start-milliseconds']),
  ...(values.seed !== undefined && { seed: seedSchema.parse(JSON.parse(readFileSync(values.seed, 'utf8'))) }),
});

tellReady({ what: 'cluster', port: cluster.port, url: cluster.url });
endWhenTold(() => cluster.close(), values['exit-with-stdin'] === true);
