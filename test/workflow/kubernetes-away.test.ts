import { expect, test } from 'vitest';
import { simulatedConfiguration } from '../../lib/domain/catalogue/simulated-configuration.ts';
import { cancelBatch } from '../../lib/usecases/batch/cancel-batch.ts';
import { canary, StepsWorld } from '../executors/steps-world.ts';
import { reportOf } from './report.ts';
import { World } from './world.ts';

const standing = {
  ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'a', namespace: 'shared' } },
  spec: {
    ...{ replicas: 2, selector: { matchLabels: { app: 'a' } } },
    template: {
      metadata: { labels: { app: 'a' } },
      spec: { containers: [{ name: 'app', image: 'registry.test/a:1.0.0' }] },
    },
  },
};

/** A step of 50 minutes. During it and the timeout, a look may take back what has begun. */
const { strategy } = canary({ steps: [50], step_seconds: 3_000, proven_seconds: 0 });
const { catalogue } = simulatedConfiguration();
const services = { shared: { a: { kind: 'deployment' as const, name: 'a', kubernetes: { strategy: strategy! } } } };

test('takes back a cancelled canary, although its cluster was down for some minutes at that time', async () => {
  let made: StepsWorld | undefined;
  const world = await World.open({
    ...{ sweepEvery: 60_000, catalogue: { ...catalogue, services } },
    executor: (own) => {
      const kube = new StepsWorld();
      Object.defineProperty(kube, 'now', { get: () => own.clock.now() });
      kube.store.create(standing as never);
      made = kube;
      return () => kube.executor();
    },
  });
  const kube = made!;
  const isThere = (): boolean => kube.find('Deployment', 'a-canary', 'shared') !== undefined;
  let begun: number | undefined;
  let back: number | undefined;
  kube.fate = () => {
    kube.tick();
    const now = world.clock.now();
    if (isThere()) begun ??= now;
    if (begun !== undefined && back === undefined && now > begun + 60_000) {
      back = now + 7 * 60_000;
      void cancelBatch(world.deps, { batchId: batch, actor: 'ada' });
    }
    return back !== undefined && now < back ? 'away' : undefined;
  };
  const batch = await world.submit([{ name: 'a', executor: 'kubernetes', rollback: 'automatic' }]);
  await world.settled(batch);
  expect(back).toBeDefined();
  expect([(await reportOf(world, batch)).a?.outcome, isThere()]).toEqual(['CANCELLED / BatchCancelled', false]);
  world.close();
});
