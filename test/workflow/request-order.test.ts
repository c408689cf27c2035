import fc from 'fast-check';
import { expect, test } from 'vitest';
import { setHold } from '../../lib/usecases/holds/set-hold.ts';
import {
  create,
  ended,
  identifierOf,
  requestOptions,
  rowOfRequest,
  startedBatches,
  statusOf,
  update,
} from './request-world.ts';
import { World } from './world.ts';

const names = ['web', 'api'] as const;

/**
 * What somebody does next: a request for one of two deployments, or nothing for this many seconds; or the batch of the
 * latest is held.
 */
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('ask' as const), name: fc.constantFrom(...names) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('pass' as const), seconds: fc.integer({ min: 1, max: 90 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('hold' as const), seconds: fc.integer({ min: 30, max: 300 }) }),
  },
);

const fate = fc.record({ takes: fc.integer({ min: 1, max: 120 }), isGood: fc.boolean() });

test('the requests of a deployment start in order, each runs, and none overlap, with any timing and any holds', async () => {
  const steps = fc.array(step, { minLength: 2, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(steps, fc.tuple(fate, fate), async (all, fates) => {
      const world = await World.open(requestOptions);
      for (const [at, { takes, isGood }] of fates.entries())
        world.executor.scripts.set(identifierOf(names[at]!), isGood ? { takes } : { takes, ends: 'failed' });
      const made: { id: string; name: string }[] = [];
      for (const one of all) {
        if (one.kind === 'pass') await world.pass(one.seconds);
        const latest = made.at(-1);
        if (one.kind === 'hold' && latest !== undefined && (await statusOf(world, latest.id)) === 'CREATED') {
          const { batch_id } = (await rowOfRequest(world, latest.id))!;
          const until = new Date(world.clock.now() + one.seconds * 1_000).toISOString();
          await setHold(world.deps, {
            scope: { batch: batch_id },
            reason: 'wait',
            until,
            rollbacks: false,
          });
        }
        if (one.kind !== 'ask') continue;
        const id = `r-${made.length}`;
        const isFirst = !made.some(({ name }) => name === one.name);
        await (isFirst ? create(world, one.name, id) : update(world, one.name, id, made.length + 1));
        made.push({ id, name: one.name });
      }
      await ended(
        world,
        made.map(({ id }) => id),
      );
      for (const name of names) {
        const own = made.filter((one) => one.name === name);
        const batches = await Promise.all(own.map(async ({ id }) => (await rowOfRequest(world, id))!.batch_id));
        // Each attempt is a start. All attempts of one request come before the next request.
        const begun = startedBatches(world).filter((batch) => batches.includes(batch));
        expect(begun.filter((batch, at) => batch !== begun[at - 1])).toEqual(batches);
        const runs = world.executor.runs.filter(({ request }) => batches.includes(request.batch_id));
        for (const [at, run] of runs.slice(1).entries()) expect(run.from).toBeGreaterThanOrEqual(runs[at]!.to);
        const expected = fates[names.indexOf(name)]!.isGood ? 'SUCCESS' : 'FAILURE';
        expect(await Promise.all(own.map(({ id }) => statusOf(world, id)))).toEqual(own.map(() => expected));
      }
      world.close();
    }),
    { numRuns: 8, seed: 14 },
  );
});
