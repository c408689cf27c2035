import { describe, expect, test } from 'vitest';
import { FlotillaError } from '../../../lib/domain/errors.ts';
import type { Workflow, Write } from '../../../lib/domain/ports.ts';
import { changeItem, pendingItem } from '../../../lib/domain/record/change.ts';
import { clusterWatcher, keys } from '../../../lib/domain/record/keys.ts';
import { type AnswerRow, type CaptureRow, type ItemRow, itemOf, rowOf } from '../../../lib/domain/record/rows.ts';
import type { RolloutWatchRow } from '../../../lib/domain/record/watch-rows.ts';
import { settleSuccess } from '../../../lib/usecases/deployment/settle-success.ts';
import { cloudPace } from '../../../lib/usecases/deps.ts';
import { verifyRollout } from '../../../lib/usecases/rollout/verify-rollout.ts';
import { awaitTurn } from '../../../lib/usecases/schedule/await-turn.ts';
import { sweep } from '../../../lib/usecases/sweep.ts';
import { bindToken } from '../../../lib/usecases/wait/answer-wait.ts';
import { makeWorld, planned } from '../batch/api-world.ts';

/** Takes one answer for each token; the token of the turn got its answer long ago. Takes none while it is down. */
class AnsweredWorkflow implements Workflow {
  readonly sent: string[] = [];
  isAway = false;
  readonly #gone = new Set(['turn']);

  succeed = async (token: string) => this.#take(token, 'succeeded');
  fail = async (token: string, error: string) => this.#take(token, `failed: ${error}`);
  start = () => Promise.reject(new Error('nothing is started here'));
  stop = () => Promise.reject(new Error('nothing is stopped here'));
  describe = async (_machine: 'batch' | 'watch', arn: string) => ({ status: 'RUNNING', arn }) as const;

  #take(token: string, what: string): void {
    if (this.isAway) throw new FlotillaError('WorkflowUnavailable', 'ThrottlingException');
    if (this.#gone.has(token)) throw new FlotillaError('TokenGone', `nobody waits with ${token}`);
    this.#gone.add(token);
    this.sent.push(`${token} ${what}`);
  }
}

const baseline = { exists: true } as unknown as CaptureRow['baseline'];

/** A deployment whose run has succeeded, and whose rollout is watched. */
const watched = async () => {
  const world = makeWorld();
  const workflow = new AnsweredWorkflow();
  const { batchId: batch_id, plan } = await planned(world);
  const deployment = plan.deployments[0]!;
  const { key, target, cluster } = deployment;
  const place = { batch_id, index: 0, wait: 'verify-1', watcher: clusterWatcher(cluster) } as const;
  const told = { status: 'PROCESSING', reason: 'RunSucceeded', message: 'The run succeeded.' } as const;
  const change = changeItem(
    pendingItem(batch_id, 0, key),
    { ...told, step: 'verify', deadline: 9_000_000 },
    { at: world.clock.now(), actor: 'executor' },
  );
  const row: RolloutWatchRow = {
    ...{ batch_id, index: 0, wait: 'verify-1', deployment, baseline, at: 0, deadline: 9_000_000 },
    expected: { version: deployment.docker_image_version, artifactType: 'docker' },
  };
  const previous = { version: '1.0.0', deployment, origin: 'recorded', at: 0, batch_id: 'earlier' } as const;
  const capture: CaptureRow = { attempt: 1, baseline, previous };
  const turn = {
    batch_id,
    index: 0,
    key,
    state: 'granted',
    fence: 1,
    target,
    reason: 'TurnGranted',
    message: '',
    at: 0,
  };
  await world.table.transact([
    ...change.writes,
    { put: itemOf(keys.capture(batch_id, 0), capture) },
    { put: itemOf(keys.turn(batch_id, 0), turn) },
    { put: itemOf(keys.watch(place.watcher, batch_id, 0, 'verify-1'), row) },
  ]);
  const deps = { ...world.deps, workflow, pace: cloudPace };
  await bindToken(deps, { ...place, wait: 'turn' }, { token: 'turn', execution_arn: 'arn:child' });
  world.clock.time += 1_000;
  await bindToken(deps, place, { token: 'first', execution_arn: 'arn:child' });
  const settle = () =>
    settleSuccess(deps, { place, row, reason: 'RolledOut', message: 'All is up.', seen: { verified: true } });
  return { ...world, deps, workflow, place, target, settle };
};

type Scene = Awaited<ReturnType<typeof watched>>;

const stateOf = async ({ table, workflow, place, target }: Scene) => {
  const item = rowOf<ItemRow>(await table.get(keys.item(place.batch_id, 0)))!;
  const isThere = async (key: Parameters<typeof table.get>[0]): Promise<boolean> =>
    (await table.get(key)) !== undefined;
  return {
    told: `${item.status} / ${item.reason}`,
    outcome: item.outcome && `${item.outcome.release_before} -> ${item.outcome.release_after}: ${item.outcome.message}`,
    messages: (await table.query({ pk: 'INBOX', limit: 10 })).items.flatMap(({ message }) =>
      (message as { type: string }).type === 'recorded' ? [message] : [],
    ).length,
    hasRelease: await isThere(keys.goodRelease(target)),
    hasTurn: await isThere(keys.turn(place.batch_id, 0)),
    isWatched: await isThere(keys.watch(place.watcher, place.batch_id, 0, 'verify-1')),
    sent: workflow.sent.join(', '),
  };
};

const recorded = {
  told: 'SUCCESS / Verified',
  outcome: '1.0.0 -> 3.0.2: All is up.',
  messages: 1,
  hasRelease: true,
  isWatched: false,
};
const ended = { ...recorded, hasTurn: false };

test('a good verdict records the outcome, answers the wait and ends the turn', async () => {
  const scene = await watched();
  await scene.settle();
  expect(await stateOf(scene)).toEqual({ ...ended, sent: 'first succeeded' });
});

test('the second one records nothing, and the deployment keeps its turn for the next attempt', async () => {
  const scene = await watched();
  const { batch_id } = scene.place;
  const answer: AnswerRow = { error: 'AttemptRetryable', reason: 'Timeout', message: 'Too late.', at: 1 };
  await scene.table.transact([{ put: itemOf(keys.answer(batch_id, 0, 'verify-1'), answer) }]);
  await scene.settle();
  expect(await stateOf(scene)).toEqual({
    ...{ told: 'PROCESSING / RunSucceeded', outcome: undefined, messages: 0, hasRelease: false, hasTurn: true },
    ...{ isWatched: false, sent: 'first failed: AttemptRetryable' },
  });
});

test('still shows earlier warnings, for example of a pod that was deleted', async () => {
  const scene = await watched();
  const { table, place } = scene;
  const item = rowOf<ItemRow>(await table.get(keys.item(place.batch_id, 0)))!;
  await table.transact([{ put: itemOf(keys.item(place.batch_id, 0), { ...item, warnings: ['before'] }) }]);
  await scene.settle();
  expect(rowOf<ItemRow>(await table.get(keys.item(place.batch_id, 0)))?.outcome?.warnings).toEqual(['before']);
});

test('twice is once', async () => {
  const scene = await watched();
  await scene.settle();
  await scene.settle();
  expect(await stateOf(scene)).toEqual({ ...ended, sent: 'first succeeded' });
});

/** The dispatcher has read its messages. What the sweeper does with the batch itself is not the subject here. */
const sweepLater = async ({ clock, table, deps }: Scene): Promise<void> => {
  await clock.sleep(2 * cloudPace.sweepAge);
  const { items } = await table.query({ pk: 'INBOX', limit: 10 });
  await table.transact(items.map(({ pk, sk }) => ({ delete: { pk, sk } })));
  await sweep(deps, { holder: 'sweeper' }).catch(() => undefined);
};

test('the sweeper sends an answer that could not be sent, and then ends the turn', async () => {
  const scene = await watched();
  scene.workflow.isAway = true;
  await scene.settle();
  expect(await stateOf(scene)).toEqual({ ...recorded, hasTurn: true, sent: '' });
  scene.workflow.isAway = false;
  await sweepLater(scene);
  const { hasTurn, sent } = await stateOf(scene);
  expect({ hasTurn, sent }).toEqual({ hasTurn: false, sent: 'first succeeded' });
});

test('the sweeper tells a deployment that was taken up again, and never heard of its turn', async () => {
  const scene = await watched();
  const { batch_id } = scene.place;
  scene.workflow.isAway = true;
  scene.clock.time += 1_000;
  await awaitTurn(scene.deps, { batch_id, index: 0, token: 'anew', execution_arn: 'arn:next' });
  scene.workflow.isAway = false;
  await scene.settle();
  expect(await stateOf(scene)).toEqual({ ...recorded, hasTurn: true, sent: 'first succeeded' });
  await sweepLater(scene);
  const { hasTurn, sent } = await stateOf(scene);
  expect({ hasTurn, sent }).toEqual({ hasTurn: false, sent: 'first succeeded, anew succeeded' });
});

describe('Verify is invoked again after the end', () => {
  const again = ({ deps, place: { batch_id } }: Scene) =>
    verifyRollout(deps, { batch_id, index: 0, attempt: 1, token: 'second', execution_arn: 'arn:child' });

  test('and sends the answer', async () => {
    const scene = await watched();
    await scene.settle();
    await again(scene);
    expect(await stateOf(scene)).toEqual({ ...ended, sent: 'first succeeded, second succeeded' });
  });

  test('and fails when it cannot, because nobody would send it later', async () => {
    const scene = await watched();
    await scene.settle();
    scene.workflow.isAway = true;
    await expect(again(scene)).rejects.toThrow('ThrottlingException');
  });
});

test('the turn stays when the observer dies before it sends the answer', async () => {
  const scene = await watched();
  const dying = { ...scene.deps, workflow: { ...scene.workflow, succeed: () => Promise.reject(new Error('dies')) } };
  const { place, table } = scene;
  const row = rowOf<RolloutWatchRow>(await table.get(keys.watch(place.watcher, place.batch_id, 0, 'verify-1')))!;
  const success = { place, row, reason: 'RolledOut', message: 'All is up.', seen: { verified: true } } as const;
  await expect(settleSuccess(dying, success)).rejects.toThrow('dies');
  expect(await stateOf(scene)).toEqual({ ...recorded, hasTurn: true, sent: '' });
});

test('outcome, release, message and answer are one transaction', async () => {
  const scene = await watched();
  const writes: (readonly Write[])[] = [];
  const { table } = scene;
  scene.deps.table = {
    get: (key) => table.get(key),
    query: (query) => table.query(query),
    transact: (some) => {
      writes.push(some);
      return table.transact(some);
    },
    synced: () => table.synced(),
  } as typeof table;
  await scene.settle();
  expect(writes.map((some) => some.length)).toEqual([11, 1]);
});
