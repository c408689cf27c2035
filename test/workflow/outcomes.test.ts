import { describe, expect, test } from 'vitest';
import { resolveDeployment } from '../../lib/usecases/deployment/resolve-deployment.ts';
import { readPlanned } from '../../lib/usecases/plan/plan-store.ts';
import { readRecorded } from '../../lib/usecases/plan/read-recorded.ts';
import { bad, good } from './outcome-paths.ts';
import { deployFails, walk, walkAll, well } from './path.ts';
import { expectAllInOrder, itemsOf, reportOf } from './report.ts';
import type { Script } from './scripted-executor.ts';

/** Ways of a deployment in which only executor and cluster play a part. */

const done = 'SUCCESS / AllSucceeded';

describe('executor and cluster succeed in the end', () => walkAll(good));
describe('executor or cluster fail', () => walkAll(bad));

test('an UNKNOWN deployment keeps its target until somebody resolves it; then the next batch may deploy', async () => {
  const world = await walk({
    title: '',
    batch: [{ name: 'a' }],
    scripts: { a: { start: 'unknown', appears: Number.POSITIVE_INFINITY } },
    expect: { a: { outcome: 'UNKNOWN / StartUnknown', visited: deployFails, starts: '1' } },
    ends: 'UNKNOWN / DeploymentsUnknown',
  });
  const first = '01WORLD00000001';
  expect((await world.header(first)).batch_id).toBe(first);
  world.executor.scripts.clear();

  const second = await world.submit([{ name: 'a', version: '3.0.0' }, { name: 'b' }]);
  await world.settled(second);
  const told = await reportOf(world, second);
  expect(told.a?.outcome).toBe('SKIPPED / TargetUnknown');
  expect(told.b?.outcome).toBe('SUCCESS / Verified');
  await expectAllInOrder(world, second);

  const resolution = { status: 'FAILED', reason: 'nothing was started', actor: 'ada' } as const;
  await resolveDeployment(world.deps, { batchId: first, key: 'shared/a', ...resolution });
  const planned = await readPlanned(world.deps, first, 0);
  const ended = { status: 'FAILED', reason: 'ResolvedByOperator' };
  expect(await readRecorded(world.deps, [planned])).toMatchObject([{ batch_id: first, ended }]);
  const third = await world.submit([{ name: 'a', version: '3.0.0' }]);
  await world.settled(third);
  expect((await reportOf(world, third)).a?.outcome).toBe('SUCCESS / Verified');
  expect((await world.header(first)).totals).toEqual({ FAILED: 1 });
  await expectAllInOrder(world, first);
  await expectAllInOrder(world, third);
});

const pinned = (tag: string, digit: string): string => `${tag}@sha256:${digit.repeat(32)}`;

test.each([
  ['a hotfix by hand runs', '2.5.0-hotfix', '3.0.0', '2.5.0-hotfix'],
  ['somebody went back by hand, and the same is deployed again', '1.9.0', '2.0.0', '1.9.0'],
  ['what runs is what was recorded', '2.0.0', '3.0.0', '2.0.0'],
  ['its tag comes with a digest', pinned('2.5.0', '3f'), '3.0.0', pinned('2.5.0', '3f')],
  ['the requested tag ran with another digest', pinned('3.0.0', '3f'), pinned('3.0.0', '4a'), pinned('3.0.0', '3f')],
])('the release to return to is what ran before: %s', async (_, runs, version, back) => {
  const world = await walk({
    title: '',
    batch: [{ name: 'a', version: '2.0.0' }],
    expect: { a: { outcome: 'SUCCESS / Verified', visited: well, starts: '1' } },
    ends: done,
  });
  world.cluster.set('a', runs, 'good');
  world.executor.scripts.set('a', { ends: 'failed' });
  const batchId = await world.submit([{ name: 'a', version }]);
  await world.settled(batchId);
  const [item] = await itemsOf(world, batchId);
  expect(item?.outcome).toMatchObject({ reason: 'RestoredPreviousRelease', release_before: back, release_after: back });
  expect(world.cluster.running('a')).toBe(back);
});

test.each<[what: string, Script]>([
  ['was turned away', { start: { kind: 'rejected', retryable: false, reason: 'StartRejected', message: 'No.' } }],
  ['was accepted and failed', { start: 'accepted', eventFails: 'No input set.' }],
  ['was stopped by a freeze', { ends: 'frozen', leaves: 'nothing' }],
])('the record still holds after a start that changed nothing: it %s', async (_, script) => {
  const world = await walk({
    title: '',
    batch: [{ name: 'a', version: '2.0.0' }],
    expect: { a: { outcome: 'SUCCESS / Verified', visited: well, starts: '1' } },
    ends: done,
  });
  const first = (await itemsOf(world, '01WORLD00000001'))[0]!.batch_id;
  world.executor.scripts.set('a', script);
  const second = await world.submit([{ name: 'a', version: '3.0.0' }]);
  await world.settled(second);
  const [item] = await itemsOf(world, second);
  expect(item?.outcome).toMatchObject({ status: 'FAILED', release_before: '2.0.0', release_after: '2.0.0' });
  const planned = await readPlanned(world.deps, second, 0);
  expect(await readRecorded(world.deps, [planned])).toMatchObject([{ version: '2.0.0', batch_id: first }]);
});

test('the release to return to is the recorded one where what runs is not healthy', async () => {
  const world = await walk({
    title: '',
    batch: [{ name: 'a', version: '2.0.0' }],
    expect: { a: { outcome: 'SUCCESS / Verified', visited: well, starts: '1' } },
    ends: done,
  });
  world.cluster.set('a', '2.5.0-broken', 'crash');
  world.executor.scripts.set('a', { ends: 'failed' });
  await world.settled(await world.submit([{ name: 'a', version: '3.0.0' }]));
  expect(world.cluster.running('a')).toBe('2.0.0');
});
