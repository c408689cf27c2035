import { expect, test } from 'vitest';
import type { Table, Write } from '../../../lib/domain/ports.ts';
import { changeItem, pendingItem } from '../../../lib/domain/record/change.ts';
import { keys } from '../../../lib/domain/record/keys.ts';
import { itemOf, type Outcome, type TurnRow } from '../../../lib/domain/record/rows.ts';
import { startDeployment } from '../../../lib/usecases/deployment/start-deployment.ts';
import { startRestore } from '../../../lib/usecases/deployment/start-restore.ts';
import { cloudPace } from '../../../lib/usecases/deps.ts';
import { verifyRollout } from '../../../lib/usecases/rollout/verify-rollout.ts';
import { awaitTurn } from '../../../lib/usecases/schedule/await-turn.ts';
import { unaskedExecutor } from '../../unasked-executor.ts';
import { makeWorld, planned } from '../batch/api-world.ts';

const outcome: Outcome = {
  status: 'SUCCESS',
  reason: 'Verified',
  message: '2 of 2 replicas are ready.',
  evidence: [],
  warnings: [],
  attempts: 1,
  runs: [],
  ended_at: 1,
};

const ended = (batchId: string): readonly Write[] =>
  changeItem(pendingItem(batchId, 0, 'shared/login-api'), { ...outcome, outcome }, { at: 1, actor: 'test' }).writes;

/** What answers the token of a state, and what else the state gets. */
const begun = async () => {
  const world = makeWorld();
  const { batchId } = await planned(world);
  const told: unknown[] = [];
  const workflow = Object.assign(world.workflow, {
    succeed: async (token: string) => void told.push([token]),
    fail: async (...given: unknown[]) => void told.push(given),
  });
  const notAsked = () => Promise.reject(new Error('nobody asks for it here'));
  const deps = { ...world.deps, workflow, pace: cloudPace, executor: async () => unaskedExecutor, cluster: notAsked };
  const task = { token: 'token-1', execution_arn: 'arn', batch_id: batchId, index: 0 };
  return { batchId, table: world.table, deps, task, told };
};

type Begun = Awaited<ReturnType<typeof begun>>;

const states: readonly (readonly [string, string, (begun: Begun) => Promise<unknown>])[] = [
  ['AwaitTurn', 'TurnRefused', ({ deps, task }) => awaitTurn(deps, task)],
  ['Deploy', 'AttemptEnded', ({ deps, task }) => startDeployment(deps, { ...task, attempt: 1 })],
  ['Verify', 'AttemptEnded', ({ deps, task }) => verifyRollout(deps, { ...task, attempt: 1 })],
  ['Restore', 'AttemptEnded', ({ deps, task }) => startRestore(deps, task)],
  ['VerifyRestore', 'AttemptEnded', ({ deps, task }) => verifyRollout(deps, { ...task, attempt: 'restore' })],
];

test.each(states)(
  '%s of a child that starts again after its deployment has ended ends at once',
  async (_, error, act) => {
    const scene = await begun();
    await scene.table.transact(ended(scene.batchId));
    await act(scene);
    expect(scene.told).toEqual([['token-1', error, 'It has already ended: 2 of 2 replicas are ready.']]);
  },
);

test('one that has no turn yet gets no answer', async () => {
  const scene = await begun();
  await awaitTurn(scene.deps, scene.task);
  expect(scene.told).toEqual([]);
});

/** The observer records the outcome, and then ends the turn, just before a read. */
const endingBefore = (read: number, { batchId, table }: Begun): Table => {
  let reads = 0;
  return {
    get: async (key) => {
      reads += 1;
      if (reads === read) await table.transact(ended(batchId));
      if (reads === read) await table.transact([{ delete: keys.turn(batchId, 0) }]);
      return table.get(key);
    },
    query: (query) => table.query(query),
    transact: (writes) => table.transact(writes),
    synced: () => table.synced(),
  };
};

test.each([1, 2, 3])(
  'gets an answer, no matter what AwaitTurn sees of a turn that ends before its read %i',
  async (read) => {
    const scene = await begun();
    const { batchId, table, deps, task } = scene;
    const turn = { state: 'granted', message: 'Its turn has come.' } satisfies Partial<TurnRow>;
    await table.transact([{ put: itemOf(keys.turn(batchId, 0), turn) }]);
    await awaitTurn({ ...deps, table: endingBefore(read, scene) }, task);
    expect(scene.told).toContainEqual(expect.arrayContaining(['token-1']));
  },
);
