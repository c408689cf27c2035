import { expect, test } from 'vitest';
import { FlotillaError } from '../../../lib/domain/errors.ts';
import type { Cluster, DeletedPod } from '../../../lib/domain/ports.ts';
import { keys } from '../../../lib/domain/record/keys.ts';
import { type EventRow, type ItemRow, rowOf } from '../../../lib/domain/record/rows.ts';
import type { RolloutWatchRow } from '../../../lib/domain/record/watch-rows.ts';
import { type Unblocked, unblock } from '../../../lib/usecases/rollout/unblock.ts';
import { aboutToStart } from '../deployment/about-to-start.ts';

const pods = [{ name: 'app-0', uid: 'u0', why: 'CrashLoopBackOff: exit code 1' }];
const deleted =
  'Pod app-0 of an older revision holds up the rollout. It is deleted because unblock is set. CrashLoopBackOff: exit code 1.';

/** Looks at a rollout that a pod holds up. The cluster answers so, one after the other. `again`: by another process. */
const unblocking = async (answers: readonly (DeletedPod | Error)[]) => {
  const { world, batchId: batch_id, deployment } = await aboutToStart();
  const left = [...answers];
  const asked: unknown[] = [];
  const cluster = {
    deletePod: async (...what: unknown[]) => {
      asked.push(what);
      const answer = left.shift()!;
      if (answer instanceof Error) throw answer;
      return answer;
    },
  } as unknown as Cluster;
  const row = { batch_id, index: 0, deployment } as unknown as RolloutWatchRow;
  const look = (known: Unblocked) => unblock(world.deps, { row, cluster, pods, known });
  const read = async () => rowOf<ItemRow>(await world.table.get(keys.item(batch_id, 0)))!;
  const events = async () => {
    const { seq } = await read();
    const all = await Promise.all(
      Array.from({ length: seq }, (_, at) => world.table.get(keys.event(batch_id, 0, at + 1))),
    );
    return all.map((one) => rowOf<EventRow>(one)?.reason).slice(1);
  };
  return { look, read, events, asked, namespace: deployment.workload.namespace };
};

test('deletes a pod once, no matter how often and by whom it is seen, and reports it', async () => {
  const { look, read, events, asked, namespace } = await unblocking([{ kind: 'deleted' }]);
  const known: Unblocked = new Map();
  await look(known);
  await look(known);
  await look(new Map());
  const { message, unblocked, warnings } = await read();
  expect(asked).toEqual([[namespace, 'app-0', 'u0']]);
  expect([message, unblocked, warnings, await events()]).toEqual([deleted, ['u0'], [deleted], ['PodDeleted']]);
});

test('asks once to delete a pod it may not delete, and reports the missing right', async () => {
  const { look, read, events, asked, namespace } = await unblocking([
    { kind: 'refused', message: 'pods "app-0" is forbidden' },
  ]);
  const known: Unblocked = new Map();
  await look(known);
  await look(known);
  expect(asked).toHaveLength(1);
  expect((await read()).warnings?.at(-1)).toBe(
    `Pod app-0 could not be deleted: pods "app-0" is forbidden. Grant delete on pods in namespace ${namespace} (flotilla cluster-role has it where the catalogue says unblock: true), or delete it by hand.`,
  );
  expect(await events()).toEqual(['PodDeleted', 'PodNotDeleted']);
});

test('asks an unreachable cluster again for the same pod, by its uid', async () => {
  const away = new FlotillaError('ClusterUnavailable', 'no route');
  const { look, events, asked } = await unblocking([away, { kind: 'gone' }]);
  const known: Unblocked = new Map();
  for (const _ of [1, 2, 3]) await look(known);
  expect([asked.length, await events()]).toEqual([2, ['PodDeleted']]);
});

test('does not hide another fault', async () => {
  const { look } = await unblocking([new Error('a bug')]);
  await expect(look(new Map())).rejects.toThrow('a bug');
});
