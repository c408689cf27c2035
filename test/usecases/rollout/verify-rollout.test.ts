import { describe, expect, test } from 'vitest';
import { keptDeployment } from '../../../lib/domain/plan/kept-deployment.ts';
import { clusterWatcher, keys, type Wait } from '../../../lib/domain/record/keys.ts';
import { type CaptureRow, itemOf, type Release, rowOf } from '../../../lib/domain/record/rows.ts';
import type { RolloutWatchRow } from '../../../lib/domain/record/watch-rows.ts';
import { cloudPace } from '../../../lib/usecases/deps.ts';
import { verifyRollout } from '../../../lib/usecases/rollout/verify-rollout.ts';
import { aboutToStart } from '../deployment/about-to-start.ts';

const before = { exists: true, uid: 'd1', revision: '1/a', image: 'reg/app:3.0.1' };
const failed = { exists: true, uid: 'd1', revision: '2/b', image: 'reg/app:3.0.2' };
const deadline = 4_102_444_800_000;

interface Setting {
  readonly attempt?: number | 'restore';
  readonly capture?: Partial<CaptureRow> | null;
  readonly hasDeadline?: false;
  readonly hasPrevious?: false;
}

/** A deployment whose run has succeeded, or a restore. Version 3.0.1, a chart, ran before. */
const verifying = async ({ attempt = 1, capture, hasDeadline, hasPrevious }: Setting = {}) => {
  const { world, batchId: batch_id, deployment, item } = await aboutToStart();
  const earlier = { ...deployment, timeout: 77, docker_artifact_type: 'helm' } as const;
  const previous: Release = {
    version: '3.0.1',
    image: 'reg/app:3.0.1',
    deployment: earlier,
    origin: 'recorded',
    at: 0,
    batch_id: 'x',
  };
  const row = { attempt: 1, baseline: before, ...(hasPrevious === false ? {} : { previous }), ...capture };
  await world.table.transact([
    ...(capture === null ? [] : [{ put: itemOf(keys.capture(batch_id, 0), row) }]),
    ...(hasDeadline === false ? [] : [{ put: itemOf(keys.item(batch_id, 0), { ...item, deadline }) }]),
  ]);
  const told: string[] = [];
  const deps = {
    ...world.deps,
    pace: cloudPace,
    workflow: {
      ...world.workflow,
      start: async (_machine: string, name: string) => {
        told.push(`watcher ${name}`);
        return 'arn';
      },
      succeed: async (token: string) => void told.push(`${token} goes on`),
    },
  };
  const wait: Wait = attempt === 'restore' ? 'verify-restore' : `verify-${attempt}`;
  const watcher = clusterWatcher(deployment.cluster);
  const verify = (token: string) =>
    verifyRollout(deps, { batch_id, index: 0, token, execution_arn: 'arn:child', attempt });
  const watched = async () => rowOf<RolloutWatchRow>(await world.table.get(keys.watch(watcher, batch_id, 0, wait)));
  return { world, batch_id, deployment, earlier, told, wait, verify, watched };
};

test('hands a rollout to the observer of its cluster', async () => {
  const { world, batch_id, deployment, told, verify, watched } = await verifying();
  expect(await verify('a')).toEqual({});
  expect(await watched()).toMatchObject({
    ...{
      batch_id,
      index: 0,
      wait: 'verify-1',
      deployment: keptDeployment(deployment),
      baseline: before,
      at: world.clock.now(),
      deadline,
    },
    expected: { version: '3.0.2', artifactType: 'docker' },
  });
  expect(told).toEqual(['watcher cluster-cluster-eu-1-1']);
});

describe('hands a restore to the observer of its cluster', () => {
  test.each<[what: string, Partial<CaptureRow>, baseline: object, untouched: true | undefined]>([
    ['and judges it by what it found', { restore_baseline: failed }, failed, undefined],
    ['and knows that it is untouched where it found the previous version', { restore_baseline: before }, before, true],
    ['and judges it by the previous version where it could not look', {}, before, undefined],
  ])('%s', async (_, capture, baseline, untouched) => {
    const { verify, watched, earlier } = await verifying({ attempt: 'restore', capture });
    await verify('a');
    const row = (await watched())!;
    expect([row.baseline, row.untouched]).toEqual([baseline, untouched]);
    expect([row.deployment, row.expected]).toEqual([
      keptDeployment(earlier),
      { version: '3.0.1', artifactType: 'helm', image: 'reg/app:3.0.1' },
    ]);
  });
});

test.each<[attempt: number | 'restore', capture: Partial<CaptureRow>, since: number | undefined]>([
  [1, { at: 5 }, 5],
  ['restore', { at: 5, restore_at: 7 }, 7],
  ['restore', { at: 5 }, 5],
  [1, {}, undefined],
])(
  'judges attempt %s by what the cluster said since its baseline was captured: %o',
  async (attempt, capture, since) => {
    const { verify, watched } = await verifying({ attempt, capture });
    await verify('a');
    expect((await watched())?.since).toBe(since);
  },
);

test('starts nothing new in a second call, but makes sure that a watcher exists', async () => {
  const { world, told, verify, watched } = await verifying();
  await verify('a');
  const first = await watched();
  world.clock.time += 2 * cloudPace.watchFor;
  await verify('b');
  expect(await watched()).toEqual(first);
  expect(told).toEqual(['watcher cluster-cluster-eu-1-1', 'watcher cluster-cluster-eu-1-1']);
});

test('gives the answer where it already exists, and nobody watches', async () => {
  const { world, batch_id, told, verify, watched, wait } = await verifying();
  await world.table.transact([{ put: itemOf(keys.answer(batch_id, 0, wait), { reason: 'x', message: 'x', at: 1 }) }]);
  await verify('a');
  expect([told, await watched()]).toEqual([['a goes on'], undefined]);
});

test.each<[what: string, Setting, message: string]>([
  ['a deadline', { hasDeadline: false }, 'has nothing to verify'],
  ['a capture', { capture: null }, 'has nothing to verify'],
  ['a previous release', { attempt: 'restore', hasPrevious: false }, 'has no previous release'],
])('has nothing to verify without %s', async (_, setting, message) => {
  const { verify } = await verifying(setting);
  await expect(verify('a')).rejects.toThrow(message);
});
