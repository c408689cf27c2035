import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { Tally } from './tally.ts';
import { type Share, trialKinds } from './trial-kinds.ts';

/**
 * Runs many trials, each from its own seed, on all processors. Prints how their deployments ended, and each violation
 * with the command that reproduces it. Two kinds: one deployment's fate at a simulated Harness, and rollbacks, retries
 * and holds.
 */
const { values } = parseArgs({
  options: {
    of: { type: 'string', default: 'harness' },
    from: { type: 'string', default: '1' },
    count: { type: 'string', default: '10000' },
  },
});
const from = Number(values.from);
const count = Number(values.count);
const of = trialKinds.find((kind) => kind === values.of);
if (of === undefined || !Number.isSafeInteger(from) || !Number.isSafeInteger(count) || count < 1) {
  console.error(`npm run test:trials -- [--of ${trialKinds.join('|')}] [--from SEED] [--count N]`);
  process.exit(2);
}

const workers = Math.min(count, availableParallelism());
const tally = new Tally(of);

const runShare = (share: Share): Promise<void> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./trial-worker.ts', import.meta.url), { workerData: share });
    worker.on('message', (told) => {
      for (const line of tally.add(told)) console.log(line);
    });
    worker.on('error', reject);
    worker.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`a worker ended with ${code}`))));
  });

await Promise.all(
  Array.from({ length: workers }, (_, at) => runShare({ of, from: from + at, until: from + count, step: workers })),
);
console.log(tally.summary());
if (tally.trials !== count) throw new Error(`${tally.trials} of ${count} trials were run`);
process.exitCode = tally.violations === 0 ? 0 : 1;
