import { expect, test } from 'vitest';
import { resourceOf } from '../../lib/simulators/cluster/resources.ts';
import { startLocalWorld } from './local-world.ts';

/** Batches that are deployed without Harness, to a simulated cluster. */

const seeded = async (names: readonly string[]) => {
  const world = await startLocalWorld();
  const seeds = names.map((name) => ({
    name,
    namespace: 'shared',
    image: `registry.example/${name}:1.0`,
    replicas: 2,
  }));
  await world.seed(seeds);
  const imageOf = (name: string): unknown =>
    // biome-ignore lint/suspicious/noExplicitAny: an object as it stands there
    (world.cluster.store.get(resourceOf('Deployment'), 'shared', name) as any)?.spec.template.spec.containers[0].image;
  return { ...world, imageOf };
};

test('a new image is applied and verified', async () => {
  const { run, imageOf } = await seeded(['web']);
  const [view] = await run([{ service_name: 'web', docker_image_version: '2.0' }]);
  expect(view).toMatchObject({ status: 'SUCCESS', reason: 'Verified' });
  expect(imageOf('web')).toBe('registry.example/web:2.0');
});

test('an image that cannot be pulled is taken back to what stood there', async () => {
  const { run, imageOf } = await seeded(['web']);
  const [view] = await run([{ service_name: 'web', docker_image_version: '2.0-missing' }]);
  expect(view).toMatchObject({ status: 'FAILED', reason: 'RestoredPreviousRelease' });
  expect(imageOf('web')).toBe('registry.example/web:1.0');
});

test('what is not there is told, and nothing is made', async () => {
  const { run, imageOf } = await seeded([]);
  const [view] = await run([{ service_name: 'web', docker_image_version: '2.0' }]);
  expect(view).toMatchObject({ status: 'FAILED', reason: 'WorkloadMissing' });
  expect(imageOf('web')).toBeUndefined();
});
