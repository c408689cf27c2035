import { describe, expect, test } from 'vitest';
import { rightsOf } from '../../../lib/domain/grants/rights.ts';
import type { Actor } from '../../../lib/domain/record/actor.ts';
import { changeItem, pendingItem } from '../../../lib/domain/record/change.ts';
import { documentPaths, executorWatcher, keys } from '../../../lib/domain/record/keys.ts';
import { type ItemRow, itemOf, rowOf } from '../../../lib/domain/record/rows.ts';
import type { RunWatchRow } from '../../../lib/domain/record/watch-rows.ts';
import { proceedDeployment } from '../../../lib/usecases/deployment/proceed-deployment.ts';
import { makeWorld, planned } from '../batch/api-world.ts';

const key = 'shared/web';
const batch = (executor: string): string => `version: v1.0
defaults: { environment_id: staging, infrastructure_id: cluster-eu-1, docker_artifact_type: docker, executor: ${executor} }
deployments:
  - { pillar: shared, service_name: web, docker_image_version: "2" }
`;

/** A deployment in its first attempt, and what the poller knows of it. */
const flying = async (watch: Partial<RunWatchRow> = {}, executor = 'kubernetes') => {
  const world = makeWorld();
  const { batchId, plan } = await planned(world, batch(executor));
  const deployment = plan.deployments[0]!;
  const at = world.clock.now();
  const run = { executor: deployment.executor.account, key: 'K-1', attempt: 1 } as const;
  const told = { status: 'PROCESSING', reason: 'RunStarted', message: '…', step: 'deploy', runs: [run] } as const;
  const row: RunWatchRow = {
    ...{ batch_id: batchId, index: 0, wait: 'deploy-1', deployment, version: '2', key: 'K-1', phase: 'started', at },
    ...{ deadline: at + 900_000, ...watch },
  };
  const place = keys.watch(executorWatcher(deployment.executor.account), batchId, 0, 'deploy-1');
  const put = (change: Partial<RunWatchRow>) => world.table.transact([{ put: itemOf(place, { ...row, ...change }) }]);
  await world.table.transact(changeItem(pendingItem(batchId, 0, key), told, { at, actor: 'test' }).writes);
  await put({});
  const itemNow = async () => rowOf<ItemRow>(await world.table.get(keys.item(batchId, 0)))!;
  const mark = () => world.documents.texts.get(documentPaths.proceeded(batchId, 'K-1'));
  const proceed = (actor = 'eve') => proceedDeployment(world.deps, { batchId, key, actor });
  return { world, batchId, put, proceed, itemNow, mark, at };
};

const waits = { human_since: 1 };

describe('a deployment that waits for a person', () => {
  test("goes on: an event with the person's name, and the mark for the process that works on it", async () => {
    const { world, batchId, proceed, itemNow, mark, at } = await flying(waits);
    const view = await proceed();
    expect(view).toMatchObject({ key, status: 'PROCESSING', reason: 'Proceeded', message: 'eve let it go on.' });
    expect(await world.table.get(keys.event(batchId, 0, 2))).toMatchObject({
      ...{ actor: 'eve', to: 'PROCESSING', reason: 'Proceeded', detail: { key: 'K-1' } },
    });
    expect(JSON.parse(mark()!)).toEqual({ by: 'eve', at });
    expect((await itemNow()).proceeded).toEqual({ key: 'K-1', by: 'eve', at });
  });

  test('writes one event for two requests, and writes a lost mark again', async () => {
    const { world, batchId, proceed, itemNow, mark } = await flying(waits);
    await proceed();
    world.documents.texts.delete(documentPaths.proceeded(batchId, 'K-1'));
    expect(await proceed('ann')).toMatchObject({ reason: 'Proceeded', message: 'eve let it go on.' });
    expect((await itemNow()).seq).toBe(2);
    expect(JSON.parse(mark()!).by).toBe('eve');
  });

  test('goes on at the pause where it waits, and a mark lost at the second pause is written again', async () => {
    const { world, batchId, put, proceed, mark } = await flying(waits);
    const pauseAt = (pause: string) => world.documents.put(documentPaths.paused(batchId, 'K-1'), pause);
    await pauseAt('one');
    await proceed();
    const first = mark()!;
    expect(JSON.parse(first)).toMatchObject({ by: 'eve', pause: 'one' });
    await world.clock.sleep(60_000);
    await put({ human_since: world.clock.now() });
    await pauseAt('two');
    await proceed('ann');
    world.documents.texts.set(documentPaths.proceeded(batchId, 'K-1'), first);
    await proceed('ann');
    expect(JSON.parse(mark()!)).toMatchObject({ by: 'ann', pause: 'two' });
  });

  test.each([
    ['has been seen to wait again', (world: { now: number }) => ({ human_since: world.now })],
    ['still waits a minute later', () => waits],
  ])('goes on again where it %s', async (_, again) => {
    const { world, put, proceed, itemNow } = await flying(waits);
    await proceed();
    await world.clock.sleep(60_000);
    await put(again({ now: world.clock.now() }));
    await proceed('ann');
    expect(await itemNow()).toMatchObject({ seq: 3, proceeded: { by: 'ann', at: world.clock.now() } });
  });
});

describe('NotWaiting, and no mark, of a deployment', () => {
  test.each([
    ['that goes on by itself', {}, 'kubernetes', `${key} does not wait for a person: it is PROCESSING / RunStarted.`],
    [
      'that is being stopped',
      { ...waits, stopping: { why: 'cancel', at: 2 } },
      'kubernetes',
      `${key} does not wait for a person: it is PROCESSING / RunStarted.`,
    ],
    ['of Harness', waits, 'harness', `${key} is deployed by harness. Decide there whether it goes on.`],
  ] as const)('%s', async (_, watch, executor, message) => {
    const { proceed, itemNow, mark } = await flying(watch, executor);
    await expect(proceed()).rejects.toMatchObject({ name: 'NotWaiting', message });
    expect([(await itemNow()).seq, mark()]).toEqual([1, undefined]);
  });

  test('that has its outcome, although its wait is still there', async () => {
    const { world, batchId, proceed, itemNow, mark } = await flying(waits);
    const outcome = { status: 'UNKNOWN', reason: 'ExecutionStopped', message: 'stopped', at: 1 } as const;
    const ended = { ...(await itemNow()), ...outcome, outcome } as unknown as ItemRow;
    await world.table.transact([{ put: itemOf(keys.item(batchId, 0), ended) }]);
    await expect(proceed()).rejects.toMatchObject({ name: 'NotWaiting' });
    expect([(await itemNow()).reason, mark()]).toEqual(['ExecutionStopped', undefined]);
  });

  test('whose previous attempt was approved', async () => {
    const { world, batchId, put, proceed, itemNow } = await flying(waits);
    await proceed();
    const runs = [1, 2].map((attempt) => ({ executor: 'kubernetes:cluster-eu-1', key: `K-${attempt}`, attempt }));
    await world.table.transact([{ put: itemOf(keys.item(batchId, 0), { ...(await itemNow()), runs }) }]);
    await put({ key: 'K-2' });
    await expect(proceed()).rejects.toMatchObject({ name: 'NotWaiting' });
  });
});

/** Ada has submitted the batch. */
const second = 'In staging the person who submitted may not resolve. Ask somebody else.';
test.each<[string, Actor['kind'], boolean, string]>([
  ['eve', 'person', true, 'Proceeded'],
  ['ada', 'person', false, 'Proceeded'],
  ['ada', 'person', true, second],
  ['ci', 'program', false, 'Only a person may resolve, and ci is a program. Tokens of people name a group.'],
])('%s, a %s, where a second person is needed (%s): %s', async (subject, kind, second_person, expected) => {
  const { world, batchId } = await flying(waits);
  const actor: Actor = { kind, subject, groups: [], scopes: ['admin'] };
  const deps = {
    ...world.deps,
    catalogue: async () => ({ ...world.catalogue, environments: { staging: { second_person } } }),
    rights: rightsOf([{ subject, may: ['*'], pillars: ['*'], environments: ['*'] }], actor),
  };
  const told = await proceedDeployment(deps, { batchId, key, actor: subject }).then(
    ({ reason }) => reason,
    ({ message }) => message,
  );
  expect(told).toBe(expected);
});
