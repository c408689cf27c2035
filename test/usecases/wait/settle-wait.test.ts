import { describe, expect, test } from 'vitest';
import { FlotillaError } from '../../../lib/domain/errors.ts';
import type { Table, Write } from '../../../lib/domain/ports.ts';
import { keys } from '../../../lib/domain/record/keys.ts';
import {
  type AnswerRow,
  type EventRow,
  type ItemRow,
  itemOf,
  type Outcome,
  rowOf,
} from '../../../lib/domain/record/rows.ts';
import type { RunWatchRow } from '../../../lib/domain/record/watch-rows.ts';
import { deliverAnswer, tryToDeliver } from '../../../lib/usecases/wait/answer-wait.ts';
import { type Settlement, settleWait, writeAnswer } from '../../../lib/usecases/wait/settle-wait.ts';
import { unlessBusy, updateWatch } from '../../../lib/usecases/wait/update-watch.ts';
import { aboutToStart } from '../deployment/about-to-start.ts';

const settlement: Settlement = {
  answer: { reason: 'Done', message: 'It is done.' },
  patch: { step: 'verify' },
  actor: 'executor',
  detail: { a: 1 },
};

const told = async () => {
  const { world, batchId: batch_id, item } = await aboutToStart();
  const place = { batch_id, index: 0, wait: 'deploy-1', watcher: 'executor:x' } as const;
  const watch = keys.watch(place.watcher, batch_id, 0, place.wait);
  const bound = { execution_arn: 'c', at: 1, 'bound:one': true, 'bound:two': true };
  await world.table.transact([
    { put: itemOf(watch, { phase: 'started' }) },
    { put: itemOf(keys.token(batch_id, 0, 'deploy-1'), bound) },
  ]);
  const sent: string[] = [];
  const workflow = {
    ...world.workflow,
    start: async () => 'arn',
    succeed: async (token: string, output: unknown) => void sent.push(`${token} ${JSON.stringify(output)}`),
    fail: async (...what: readonly string[]) => void sent.push(what.join(' ')),
  };
  const read = async () => ({
    item: rowOf<ItemRow>(await world.table.get(keys.item(batch_id, 0)))!,
    answer: rowOf<AnswerRow>(await world.table.get(keys.answer(batch_id, 0, 'deploy-1'))),
    phase: rowOf<RunWatchRow>(await world.table.get(watch))?.phase,
  });
  return { deps: { ...world.deps, workflow }, world, place, watch, item, sent, read };
};

test('a wait gets its answer with the change, its event and the end of watching, and all waiting parts hear of it', async () => {
  const { deps, world, place, item, sent, read } = await told();
  await settleWait(deps, place, () => settlement);
  const { item: now, answer, phase } = await read();
  const at = world.clock.now();
  expect(answer).toMatchObject({ reason: 'Done', message: 'It is done.', at });
  expect(now).toMatchObject({
    ...item,
    seq: 2,
    step: 'verify',
    reason: 'Done',
    message: 'It is done.',
    updated_at: at,
  });
  const event = rowOf<EventRow>(await world.table.get(keys.event(place.batch_id, 0, 2)));
  expect(event).toMatchObject({
    actor: 'executor',
    detail: { a: 1 },
    from: 'PROCESSING',
    to: 'PROCESSING',
    reason: 'Done',
  });
  expect([phase, sent]).toEqual([undefined, ['one {}', 'two {}']]);
});

test('the second one changes nothing, returns the first answer, and ends the watching', async () => {
  const { deps, world, place, item, sent, read } = await told();
  const first = { error: 'AttemptFailed', reason: 'Before', message: 'It was answered.', at: 1 } as const;
  await world.table.transact([{ put: itemOf(keys.answer(place.batch_id, 0, 'deploy-1'), first) }]);
  await settleWait(deps, place, () => settlement);
  const { item: now, answer, phase } = await read();
  expect([answer, now.seq, phase]).toEqual([expect.objectContaining(first), item.seq, undefined]);
  expect(sent).toEqual(['one AttemptFailed It was answered.', 'two AttemptFailed It was answered.']);
});

test('a deployment that has its outcome is left alone', async () => {
  const { deps, world, place, item, sent, read } = await told();
  const outcome = { status: 'FAILED' } as Outcome;
  await world.table.transact([{ put: itemOf(keys.item(place.batch_id, 0), { ...item, outcome }) }]);
  await settleWait(deps, place, () => settlement);
  const { answer, phase } = await read();
  expect([answer, phase, sent]).toEqual([undefined, undefined, []]);
});

describe('a wait that is settled only while its run is paused', () => {
  const only = async (phases: { readonly before: string; readonly meanwhile?: string }) => {
    const scene = await told();
    const put = (phase: string): Write => ({ put: itemOf(scene.watch, { phase }) });
    await scene.world.table.transact([put(phases.before)]);
    let left = phases.meanwhile;
    const table: Table = {
      ...{
        get: (key) => scene.world.table.get(key),
        query: (query) => scene.world.table.query(query),
        synced: async () => {},
      },
      transact: async (writes) => {
        const now = left;
        left = undefined;
        if (now !== undefined) await scene.world.table.transact([put(now)]);
        await scene.world.table.transact(writes);
      },
    };
    const make = async () => ({ answer: settlement.answer, writes: [] });
    const settled = await writeAnswer({ ...scene.deps, table }, { ...scene.place, only: 'paused' }, make);
    const { answer, phase } = await scene.read();
    return [settled, answer?.reason, phase];
  };

  test.each([
    ['is, when it is', { before: 'paused' }, [true, 'Done', undefined]],
    ['is not, when it goes on', { before: 'intended' }, [false, undefined, 'intended']],
    [
      'is not, when it goes on at the last moment',
      { before: 'paused', meanwhile: 'intended' },
      [false, undefined, 'intended'],
    ],
  ])('%s', async (_, phases, end) => {
    expect(await only(phases)).toEqual(end);
  });
});

const away = new FlotillaError('WorkflowUnavailable', 'throttled');
const gone = new FlotillaError('TokenGone', 'nobody waits');
const bug = new Error('a bug');

test.each<[what: string, error: Error, delivered: string, tried: string]>([
  ['nobody waits any more', gone, 'sent', 'sent'],
  ['nobody can be reached', away, 'throttled', 'sent'],
  ['something is broken', bug, 'a bug', 'a bug'],
])('an answer is sent, and %s', async (_, error, delivered, tried) => {
  const { deps, world, place } = await told();
  const answer = { put: itemOf(keys.answer(place.batch_id, 0, 'deploy-1'), { ...settlement.answer, at: 1 }) };
  await world.table.transact([answer]);
  const workflow = { ...deps.workflow, succeed: () => Promise.reject(error) };
  const end = (sending: Promise<unknown>) =>
    sending.then(
      () => 'sent',
      (caught: Error) => caught.message,
    );
  expect(await end(deliverAnswer({ ...deps, workflow }, place))).toBe(delivered);
  expect(await end(tryToDeliver({ ...deps, workflow }, place))).toBe(tried);
});

test('without an answer nothing is sent, and without a token nobody hears of it', async () => {
  const { deps, world, place, sent } = await told();
  expect([await deliverAnswer(deps, place), sent]).toEqual([undefined, []]);
  await world.table.transact([
    { put: itemOf(keys.answer(place.batch_id, 0, 'deploy-1'), { ...settlement.answer, at: 1 }) },
    { delete: keys.token(place.batch_id, 0, 'deploy-1') },
  ]);
  expect([await deliverAnswer(deps, place), sent]).toEqual([undefined, []]);
});

describe('a change of what is watched is made', () => {
  const change = (when: object) => ({ set: { phase: 'unknown' }, when }) as const;

  test('while it is as it was', async () => {
    const { deps, place, read } = await told();
    expect(await updateWatch(deps, place, change({ equals: { phase: 'intended' } }))).toBe(false);
    expect((await read()).phase).toBe('started');
    expect(await updateWatch(deps, place, change({ equals: { phase: 'started' } }))).toBe(true);
    expect((await read()).phase).toBe('unknown');
  });

  test('again when the table is busy, and not when something is broken', async () => {
    const { deps, place, read } = await told();
    const failing = (...errors: readonly Error[]): Table => {
      const left = [...errors];
      const transact: Table['transact'] = async (writes) => {
        const error = left.shift();
        if (error !== undefined) throw error;
        await deps.table.transact(writes);
      };
      return {
        get: (key) => deps.table.get(key),
        query: (query) => deps.table.query(query),
        synced: async () => {},
        transact,
      };
    };
    const busy = new FlotillaError('TableBusy', 'throttled');
    expect(await updateWatch({ ...deps, table: failing(busy) }, place, change({ exists: true }))).toBe(true);
    expect((await read()).phase).toBe('unknown');
    await expect(updateWatch({ ...deps, table: failing(bug) }, place, change({ exists: true }))).rejects.toThrow(
      'a bug',
    );
    const late = (error: Error) => new Promise((_, reject) => setImmediate(() => reject(error)));
    await unlessBusy(late(busy));
    await expect(unlessBusy(late(bug))).rejects.toThrow('a bug');
  });
});
