import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { seedSchema } from './seed.ts';
import { startSimulatedCluster } from './simulated-cluster.ts';

/** The simulated cluster as a process of its own. Prints one line of JSON when it is ready: `{"simulated":true,"port":…}`. */
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    seed: { type: 'string' },
    'tick-milliseconds': { type: 'string', default: '100' },
    'pod-start-milliseconds': { type: 'string', default: '300' },
    'exit-with-stdin': { type: 'boolean' },
  },
});

const cluster = await startSimulatedCluster({
  port: Number(values.port),
  tickMilliseconds: Number(values['tick-milliseconds']),
  podStartMilliseconds: Number(values['pod-start-milliseconds']),
  ...(values.seed !== undefined && { seed: seedSchema.parse(JSON.parse(readFileSync(values.seed, 'utf8'))) }),
});

process.stdout.write(`${JSON.stringify({ simulated: true, what: 'cluster', port: cluster.port, url: cluster.url })}\n`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    cluster.close().then(() => process.exit(0));
  });
}

// Whoever started it has gone without a word.
if (values['exit-with-stdin'] === true) process.stdin.resume().once('end', () => process.exit(0));
