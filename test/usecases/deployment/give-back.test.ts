import { describe, expect, test } from 'vitest';
import { isFlotillaError } from '../../../lib/domain/errors.ts';
import type { Executor, StartResult } from '../../../lib/domain/ports.ts';
import { changeItem } from '../../../lib/domain/record/change.ts';
import { messageIn } from '../../../lib/domain/record/inbox-message.ts';
import { executorWatcher, keys } from '../../../lib/domain/record/keys.ts';
import {
  type AnswerRow,
  type CaptureRow,
  type ItemRow,
  itemOf,
  rowOf,
  type TurnRow,
} from '../../../lib/domain/record/rows.ts';
import { startDeployment } from '../../../lib/usecases/deployment/start-deployment.ts';
import { cloudPace } from '../../../lib/usecases/deps.ts';
import { longestAway } from '../../../lib/usecases/schedule/outages.ts';
import { unaskedExecutor } from '../../unasked-executor.ts';
import { aboutToStart } from './about-to-start.ts';
import type { Scene } from './launching.ts';

const started: StartResult = { kind: 'started', ref: 'run-1' };
const away: StartResult = {
  kind: 'rejected',
  retryable: true,
  reason: 'ExecutorUnreachable',
  message: 'Nobody is there.',
};
const throttled: StartResult = { kind: 'rejected', retryable: true, reason: 'Throttled', message: 'Too many.' };

const capture: CaptureRow = { attempt: 1, baseline: { exists: false } as CaptureRow['baseline'], at: 1 };

interface Doing {
  /** What the executor says, one after the other. The last one stays. */
  readonly says?: readonly StartResult[];
  /** Called with each request, and the number of requests before it. */
  readonly onStart?: (nth: number) => Promise<void>;
}

/** Deploy of the first attempt, as its state calls it. */
const deploy = async (scene: Scene, { says = [started], onStart }: Doing = {}) => {
  const { world, batchId } = scene;
  const sent: string[] = [];
  const starts: string[] = [];
  const executor: Executor = {
    ...unaskedExecutor,
    lateStartMilliseconds: 600_000,
    start: async ({ key }) => {
      await onStart?.(starts.length);
      starts.push(key);
      return says[Math.min(starts.length, says.length) - 1]!;
    },
  };
  const workflow = {
    ...world.deps.workflow,
    start: async () => 'watching',
    succeed: async (token: string) => void sent.push(token),
    fail: async (token: string, error: string) => void sent.push(`${token} ${error}`),
  };
  const deps = { ...world.deps, workflow, pace: cloudPace, executor: async () => executor };
  const task = { token: 'token-1', execution_arn: 'child', batch_id: batchId, index: 0, attempt: 1 };
  const error = await startDeployment(deps, task).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return { starts: starts.length, sent, error: isFlotillaError(error) ? error.name : error };
};

const rowsOf = async ({ world: { table }, batchId, deployment }: Scene) => ({
  item: rowOf<ItemRow>(await table.get(keys.item(batchId, 0)))!,
  turn: rowOf<TurnRow>(await table.get(keys.turn(batchId, 0))),
  capture: await table.get(keys.capture(batchId, 0)),
  intent: await table.get(keys.attempt(batchId, 0, 'deploy-1')),
  watch: await table.get(keys.watch(executorWatcher(deployment.executor.account), batchId, 0, 'deploy-1')),
  answer: rowOf<AnswerRow>(await table.get(keys.answer(batchId, 0, 'deploy-1'))),
  messages: (await table.query({ pk: 'INBOX', limit: 10 })).items
    .map(messageIn)
    .filter((one) => one?.type !== 'planned'),
});

const captured = async (): Promise<Scene> => {
  const scene = await aboutToStart();
  await scene.world.table.transact([{ put: itemOf(keys.capture(scene.batchId, 0), capture) }]);
  return scene;
};

const hold = ({ world, batchId }: Scene, state: TurnRow['state'] = 'held') =>
  world.table.transact([{ update: keys.turn(batchId, 0), set: { state, held_by: '01HOLD' } }]);

const nameHold = ({ world }: Scene) => {
  const row = { id: '01HOLD', kind: 'pause', scope: { environment: 'staging' }, rollbacks: false, reason: 'a freeze' };
  return world.table.transact([{ put: itemOf(keys.hold('01HOLD'), { ...row, by: 'ada', since: 0, seq: 1 }) }]);
};

const returned = ({ batchId }: Scene) => ({ type: 'returned', batch_id: batchId, index: 0, fence: 7 });

/** The dispatcher takes it up again, as the same deployment. */
const grantAgain = async ({ world, batchId, turn }: Scene): Promise<void> => {
  const item = rowOf<ItemRow>(await world.table.get(keys.item(batchId, 0)))!;
  const told = { status: 'PROCESSING', reason: 'TurnGranted', message: 'Again.', step: 'capture' } as const;
  await world.table.transact([
    ...changeItem(item, told, { at: 1, actor: 'dispatcher' }).writes,
    { put: itemOf(keys.turn(batchId, 0), { ...turn, fence: 8 }) },
    ...turn.locks!.map((name) => ({ update: keys.lock(name), set: { fence: 8 } })),
  ]);
};

describe('a turn that is held', () => {
  test('goes back before the first intent: nothing starts, and the dispatcher hears of it', async () => {
    const scene = await captured();
    await nameHold(scene);
    await hold(scene);
    expect(await deploy(scene)).toEqual({ starts: 0, sent: [], error: 'TurnReturned' });
    const { item, messages, ...gone } = await rowsOf(scene);
    expect(item).toMatchObject({ status: 'PENDING', reason: 'Held', step: 'turn', attempt: 1, runs: [], returns: 1 });
    expect(item.message).toContain('Held with environment staging by ada');
    expect(item.message).toContain('a freeze');
    expect(messages).toEqual([returned(scene)]);
    expect(gone).toEqual({});
  });

  test('goes back once, no matter how often Deploy is called again', async () => {
    const scene = await captured();
    await hold(scene);
    await deploy(scene);
    expect(await deploy(scene)).toEqual({ starts: 0, sent: [], error: 'TurnReturned' });
    expect((await rowsOf(scene)).messages).toHaveLength(1);
  });

  test('leads back to AwaitTurn even if another was given meanwhile: what ran days ago no longer counts', async () => {
    const scene = await captured();
    await hold(scene);
    await deploy(scene);
    await grantAgain(scene);
    expect(await deploy(scene)).toEqual({ starts: 0, sent: [], error: 'TurnReturned' });
    await scene.world.table.transact([{ put: itemOf(keys.capture(scene.batchId, 0), capture) }]);
    expect(await deploy(scene)).toMatchObject({ starts: 1, error: undefined });
    expect((await rowsOf(scene)).item.runs).toHaveLength(1);
  });

  test('does not go back after an attempt that touched the target: there is no other attempt, and the message says why', async () => {
    const scene = await captured();
    await nameHold(scene);
    const failure = { reason: 'PipelineFailed', message: 'It failed.', touched: true, retryable: true };
    const patch = { status: 'PROCESSING', ...failure, failure, touched: true } as const;
    await scene.world.table.transact(changeItem(scene.item, patch, { at: 1, actor: 'test' }).writes);
    await hold(scene);
    expect(await deploy(scene)).toMatchObject({ starts: 0, error: undefined });
    const { answer, item, messages, turn } = await rowsOf(scene);
    expect(answer).toMatchObject({ error: 'AttemptEnded', reason: 'PipelineFailed' });
    expect(item.failure?.message).toMatch(/^It failed\. There is no further attempt\. Held with environment staging/);
    expect([messages, turn?.state]).toEqual([[], 'held']);
  });

  test('does not go back in a cancelled batch: the end of the batch wins', async () => {
    const scene = await captured();
    await hold(scene, 'cancelled');
    expect(await deploy(scene)).toMatchObject({ starts: 0, error: undefined });
    expect((await rowsOf(scene)).answer?.reason).toBe('BatchCancelled');
  });

  test('takes the intent with it while a start pauses: the executor gets no second request', async () => {
    const scene = await captured();
    const doing = { says: [throttled, started], onStart: () => hold(scene) };
    expect(await deploy(scene, doing)).toEqual({
      starts: 1,
      // A state that waits with another token, after a function that was called twice, gets an answer too.
      sent: ['token-1 TurnReturned'],
      error: 'TurnReturned',
    });
    const { item, messages, ...gone } = await rowsOf(scene);
    expect(item).toMatchObject({ status: 'PENDING', reason: 'Held', runs: [], attempt: 1 });
    expect(messages).toEqual([returned(scene)]);
    expect(gone).toEqual({});
  });

  test('holds no run that was started', async () => {
    const scene = await captured();
    expect(await deploy(scene, { onStart: () => hold(scene) })).toMatchObject({ starts: 1, error: undefined });
    expect((await rowsOf(scene)).item).toMatchObject({ status: 'PROCESSING', runs: [{ attempt: 1, ref: 'run-1' }] });
  });
});

describe('an executor that is down', () => {
  test('has the turn given back, after the dispatcher hears of the outage', async () => {
    const scene = await captured();
    expect(await deploy(scene, { says: [away] })).toMatchObject({ error: 'TurnReturned' });
    const { item, messages, ...gone } = await rowsOf(scene);
    expect(item).toMatchObject({
      status: 'PENDING',
      reason: 'ExecutorUnreachable',
      message: 'Nobody is there.',
      runs: [],
    });
    const scope = { executor: scene.deployment.executor.account };
    expect(messages).toMatchObject([{ type: 'outage', scope, seen: 'Nobody is there.' }, returned(scene)]);
    expect(gone).toEqual({});
  });

  test('does so for an hour from the first turn; then the deployment fails with the last reason', async () => {
    const scene = await captured();
    const since = scene.world.clock.time - longestAway;
    await scene.world.table.transact([{ update: keys.item(scene.batchId, 0), set: { away_since: since } }]);
    expect(await deploy(scene, { says: [away] })).toMatchObject({ error: undefined });
    expect((await rowsOf(scene)).answer).toMatchObject({ error: 'AttemptRetryable', reason: 'ExecutorUnreachable' });
  });

  test('is reported once in ten seconds, and always by the deployment that tries it', async () => {
    const scene = await captured();
    const outages = async () => (await rowsOf(scene)).messages.filter((one) => one?.type === 'outage').length;
    const again = async (set: Partial<TurnRow>) => {
      await deploy(scene, { says: [away] });
      await grantAgain(scene);
      await scene.world.table.transact([
        { put: itemOf(keys.capture(scene.batchId, 0), capture) },
        { update: keys.turn(scene.batchId, 0), set: { fence: 7, ...set } },
        ...scene.turn.locks!.map((name) => ({ update: keys.lock(name), set: { fence: 7 } })),
      ]);
      return outages();
    };
    expect(await again({})).toBe(1);
    const account = scene.deployment.executor.account;
    // A start on a dead executor takes longer than ten seconds, so the test sets the clock back.
    const before = scene.world.clock.time;
    scene.world.clock.time -= 45_000;
    expect(scene.world.clock.time).toBeLessThan(before);
    expect(await again({ tries: [`executor:${account}`] })).toBeLessThanOrEqual(2);
    const known = await outages();
    expect(await again({})).toBe(known + 1);
  });

  test('and is back again is reported where there was an outage before', async () => {
    const scene = await captured();
    await deploy(scene, { says: [away] });
    await grantAgain(scene);
    await scene.world.table.transact([{ put: itemOf(keys.capture(scene.batchId, 0), capture) }]);
    await deploy(scene, {});
    const scope = { executor: scene.deployment.executor.account };
    expect((await rowsOf(scene)).messages.at(-1)).toMatchObject({ type: 'answered', scope });
  });

  test('that answers is reported if the turn was given to try it, and otherwise not', async () => {
    for (const [tries, told] of [
      [undefined, 0],
      ['executor', 1],
      ['cluster:eu-1', 0],
    ] as const) {
      const scene = await captured();
      const name = tries === 'executor' ? `executor:${scene.deployment.executor.account}` : tries;
      const set = name === undefined ? { reason: 'TurnGranted' } : { tries: [name] };
      await scene.world.table.transact([{ update: keys.turn(scene.batchId, 0), set }]);
      await deploy(scene, {});
      expect((await rowsOf(scene)).messages.filter((one) => one?.type === 'answered')).toHaveLength(told);
    }
  });
});
