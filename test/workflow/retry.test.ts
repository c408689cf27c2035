import { describe, expect, test } from 'vitest';
import type { Table } from '../../lib/domain/ports.ts';
import { keys } from '../../lib/domain/record/keys.ts';
import { itemOf } from '../../lib/domain/record/rows.ts';
import { cancelBatch } from '../../lib/usecases/batch/cancel-batch.ts';
import { readBatch } from '../../lib/usecases/batch/read-batch.ts';
import { readSource } from '../../lib/usecases/batch/read-source.ts';
import { submitBatch } from '../../lib/usecases/batch/submit-batch.ts';
import { resolveDeployment } from '../../lib/usecases/deployment/resolve-deployment.ts';
import { readPlanned } from '../../lib/usecases/plan/plan-store.ts';
import { previewRetry } from '../../lib/usecases/undo/preview-retry.ts';
import { type Retried, retryBatch } from '../../lib/usecases/undo/retry-batch.ts';
import { rollBackBatch } from '../../lib/usecases/undo/roll-back-batch.ts';
import { expectAllInOrder, reportOf } from './report.ts';
import { World } from './world.ts';

const retry = (world: World, batchId: string, more: object = {}): Promise<Retried> =>
  retryBatch(world.deps, { batchId, actor: 'ada', ...more });

const outcomesOf = async (world: World, batchId: string): Promise<Record<string, string>> => {
  const told = await reportOf(world, batchId);
  return Object.fromEntries(Object.entries(told).map(([name, { outcome }]) => [name, outcome]));
};

const asPort = (table: Table): Table => ({
  get: (key) => table.get(key),
  query: (query) => table.query(query),
  transact: (writes) => table.transact(writes),
  synced: () => table.synced(),
});

const failsOnce = { ends: 'failed', says: 'no quota', leaves: 'nothing' } as const;

/** A fails, and so do its dependents. C and d are independent. */
const failed = async (world: World): Promise<string> => {
  world.executor.scripts.set('a', failsOnce);
  const batchId = await world.submit([
    { name: 'a' },
    { name: 'b', needs: ['a'] },
    { name: 'c', needs: ['b'] },
    { name: 'd' },
  ]);
  await world.settled(batchId);
  world.executor.scripts.clear();
  return batchId;
};

describe('a retry', () => {
  test('runs what failed and was skipped, in order, and not what has succeeded', async () => {
    const world = await World.make();
    const original = await failed(world);
    expect(await outcomesOf(world, original)).toEqual({
      a: 'FAILED / RestoredPreviousRelease',
      b: 'SKIPPED / DependencyFailed',
      c: 'SKIPPED / DependencySkipped',
      d: 'SUCCESS / Verified',
    });
    const preview = await previewRetry(world.deps, { batchId: original });
    expect(preview.members.map(({ key, dependencies }) => [key, dependencies])).toEqual([
      ['shared/a', []],
      ['shared/b', ['shared/a']],
      ['shared/c', ['shared/b']],
    ]);
    const { header, created, left } = await retry(world, original, { reason: 'there is room now' });
    expect([created, left, header.total]).toEqual([true, [], 3]);
    const again = header.batch_id;
    await world.settled(again);
    expect(await outcomesOf(world, again)).toEqual({
      a: 'SUCCESS / Verified',
      b: 'SUCCESS / Verified',
      c: 'SUCCESS / Verified',
    });
    expect((await world.header(again)).plan_hash).toBe(preview.plan.plan_hash);
    await expectAllInOrder(world, again);
    const view = (named: string) => readBatch(world.deps, { named, actor: 'ada' });
    expect((await view(original)).retries).toEqual([again]);
    expect((await view(again)).origin).toEqual({ kind: 'retry', of: original, reason: 'there is room now' });
    await expect(retry(world, original)).rejects.toMatchObject({ name: 'NothingToRetry' });
    expect(world.executor.starts.get('d') ?? 1).toBe(1);
  });

  test('its source is a file of its own, and each deployment knows what it retries and what must be deployed', async () => {
    const world = await World.make();
    const original = await failed(world);
    const { header } = await retry(world, original, { versions: { 'shared/b': '2.0.1' } });
    await world.settled(header.batch_id);
    const { text } = await readSource(world.deps, { batchId: header.batch_id });
    expect(text).toContain(`What batch ${original} has left`);
    const fresh = await submitBatch(world.deps, { text, actor: 'ada' });
    expect(fresh.header.total).toBe(3);
    const b = await readPlanned(world.deps, header.batch_id, 1);
    expect(b).toMatchObject({ key: 'shared/b', docker_image_version: '2.0.1', replay: { kind: 'retry' } });
    expect(b.replay!.of).toHaveLength(1);
    expect(world.cluster.running('b')).toBe('2.0.1');
  });

  test('of a retried batch covers what is still not good, with the latest version', async () => {
    const world = await World.make();
    const original = await failed(world);
    world.executor.scripts.set('b', failsOnce);
    const first = (await retry(world, original, { versions: { 'shared/b': '2.0.1' } })).header.batch_id;
    await world.settled(first);
    world.executor.scripts.clear();
    const preview = await previewRetry(world.deps, { batchId: original });
    expect(preview).toMatchObject({
      after: [first],
      members: [{ key: 'shared/b', version: '2.0.1', batch_id: first }, {}],
    });
    const { header } = await retry(world, first);
    await world.settled(header.batch_id);
    expect(Object.keys(await outcomesOf(world, header.batch_id))).toEqual(['b', 'c']);
    expect((await readBatch(world.deps, { named: original, actor: 'ada' })).retries).toEqual([first, header.batch_id]);
    await expect(retry(world, first)).rejects.toMatchObject({ name: 'NothingToRetry' });
  });

  test('is one at a time, and the same request gets the same answer', async () => {
    const world = await World.make();
    const original = await failed(world);
    const key = { idempotencyKey: 'once' };
    const both = Promise.allSettled([retry(world, original), retry(world, original)]);
    await world.pass(5);
    const [one, other] = await both;
    const taken = [one, other].filter(({ status }) => status === 'fulfilled');
    expect(taken).toHaveLength(1);
    expect([one, other].find(({ status }) => status === 'rejected')).toMatchObject({ reason: { name: 'RetryRuns' } });
    const second = await failed(world);
    const first = await retry(world, second, key);
    const repeated = await retry(world, second, key);
    expect(repeated).toMatchObject({ created: false, header: { batch_id: first.header.batch_id } });
    await expect(retry(world, second, { ...key, only: ['shared/a'] })).rejects.toMatchObject({
      name: 'IdempotencyKeyReused',
    });
    await world.settled(first.header.batch_id);
  });

  test('leaves what somebody else has changed since, and what is UNKNOWN with all its dependents', async () => {
    const world = await World.make();
    world.executor.scripts.set('a', failsOnce);
    world.executor.scripts.set('u', { start: 'unknown', appears: Number.POSITIVE_INFINITY });
    const wanted = [{ name: 'a' }, { name: 'b', needs: ['a'] }, { name: 'u' }, { name: 'v', needs: ['u'] }];
    const original = await world.submit(wanted);
    await world.settled(original);
    world.executor.scripts.clear();
    const other = await world.submit([{ name: 'a', version: '3.0.0' }]);
    await world.settled(other);
    const { members, left, plan } = await previewRetry(world.deps, { batchId: original });
    expect(members.map(({ key }) => key)).toEqual(['shared/b']);
    expect(left.map(({ key, reason }) => [key, reason])).toEqual([
      ['shared/a', 'Superseded'],
      ['shared/u', 'OutcomeUnknown'],
      ['shared/v', 'DependencyUnknown'],
    ]);
    expect(plan.warnings).toContain('shared/b depends on shared/a, which is FAILED and is not retried here');
    await expect(retry(world, original, { only: ['shared/a', 'shared/v'] })).rejects.toMatchObject({
      name: 'NothingToRetry',
      details: { left: [{ reason: 'Superseded' }, { reason: 'DependencyUnknown' }] },
    });
    const resolution = { status: 'FAILED', reason: 'nothing was started', actor: 'ada' } as const;
    await resolveDeployment(world.deps, { batchId: original, key: 'shared/u', ...resolution });
    const { header } = await retry(world, original);
    await world.settled(header.batch_id);
    expect(await outcomesOf(world, header.batch_id)).toEqual({
      b: 'SUCCESS / Verified',
      u: 'SUCCESS / Verified',
      v: 'SUCCESS / Verified',
    });
  });

  test('says of a dependency that succeeded that somebody has changed it since', async () => {
    const world = await World.make();
    world.executor.scripts.set('b', failsOnce);
    const original = await world.submit([{ name: 'a' }, { name: 'b', needs: ['a'] }]);
    await world.settled(original);
    world.executor.scripts.clear();
    expect((await previewRetry(world.deps, { batchId: original })).plan.warnings).toEqual([]);
    const other = await world.submit([{ name: 'a', version: '3.0.0' }]);
    await world.settled(other);
    const { header } = await retry(world, original);
    expect(header.warnings).toEqual([
      `shared/b depends on shared/a, which succeeded in batch ${original} with 2.0.0; batch ${other} put 3.0.0 there`,
    ]);
  });

  test('does not overwrite what somebody changes between plan and start', async () => {
    const world = await World.make();
    const original = await failed(world);
    world.executor.scripts.set('a', { takes: 200 });
    const { header } = await retry(world, original);
    await world.pass(20);
    const other = await world.submit([{ name: 'b', version: '9.0.0' }]);
    await world.settled(other);
    await world.settled(header.batch_id);
    expect(await outcomesOf(world, header.batch_id)).toEqual({
      a: 'SUCCESS / Verified',
      b: 'SKIPPED / Superseded',
      c: 'SKIPPED / DependencySkipped',
    });
    expect(world.cluster.running('b')).toBe('9.0.0');
    const { left } = await previewRetry(world.deps, { batchId: original, only: ['shared/b', 'shared/c'] });
    expect(left).toMatchObject([{ key: 'shared/b', reason: 'Superseded' }]);
  });

  test('of a batch that was rolled back covers all that went back, and what had failed', async () => {
    const world = await World.make();
    const original = await failed(world);
    const rollback = await rollBackBatch(world.deps, { batchId: original, reason: 'too early', actor: 'ada' });
    await world.settled(rollback.batch_id);
    await world.sealed(original);
    expect(world.cluster.running('d')).toBe('1.0.0');
    await expect(retry(world, rollback.batch_id)).rejects.toMatchObject({
      name: 'StatusConflict',
      message: expect.stringContaining(`flotilla rollback ${original}`),
    });
    const { header, left } = await retry(world, original);
    expect(left).toEqual([]);
    await world.settled(header.batch_id);
    expect(await outcomesOf(world, header.batch_id)).toEqual({
      a: 'SUCCESS / Verified',
      b: 'SUCCESS / Verified',
      c: 'SUCCESS / Verified',
      d: 'SUCCESS / Verified',
    });
    expect(world.cluster.running('d')).toBe('2.0.0');
  });

  test.each(['before', 'after'] as const)('exists at most once after a death %s its one transaction', async (when) => {
    const world = await World.make();
    const original = await failed(world);
    let isDead = false;
    const transact: Table['transact'] = async (writes) => {
      if (when === 'after') await world.table.transact(writes);
      isDead = true;
      throw new Error('killed');
    };
    const table = { ...asPort(world.table), transact };
    const dying = retryBatch({ ...world.deps, table }, { batchId: original, actor: 'ada', idempotencyKey: 'k' });
    await expect(dying).rejects.toThrow('killed');
    expect(isDead).toBe(true);
    const { header, created } = await retry(world, original, { idempotencyKey: 'k' });
    expect(created).toBe(when === 'before');
    // Nobody has started its execution: the sweeper does.
    await world.settled(header.batch_id);
    expect((await outcomesOf(world, header.batch_id)).c).toBe('SUCCESS / Verified');
    expect((await readBatch(world.deps, { named: original, actor: 'ada' })).retries).toEqual([header.batch_id]);
  });

  test('of a batch that was cancelled before it began covers all of it', async () => {
    const world = await World.make();
    const original = await world.submit([{ name: 'a' }, { name: 'b', needs: ['a'] }]);
    await cancelBatch(world.deps, { batchId: original, actor: 'ada' });
    await expect(retry(world, original)).rejects.toMatchObject({ name: 'BatchStillRuns' });
    await world.settled(original);
    const { header } = await retry(world, original);
    await world.settled(header.batch_id);
    expect(await outcomesOf(world, header.batch_id)).toEqual({ a: 'SUCCESS / Verified', b: 'SUCCESS / Verified' });
  });

  test.each([
    ['an unknown key', { only: ['shared/aa'] }, 'DeploymentNotFound', 'did you mean shared/a?'],
    ['a service without its pillar', { only: ['b'] }, 'DeploymentNotFound', 'did you mean shared/b?'],
    ['a version of an unknown key', { versions: { 'shared/x': '1' } }, 'DeploymentNotFound', 'no deployment shared/x'],
    ['a bad version', { versions: { 'shared/a': 'a b' } }, 'RequestInvalid', 'contains a space'],
    [
      'a version of a deployment that succeeded',
      { versions: { 'shared/d': '1' } },
      'StatusConflict',
      'shared/d is SUCCESS',
    ],
    ['what succeeded', { only: ['shared/d'] }, 'NothingToRetry', 'successful deployments are not run again'],
  ])('refuses %s', async (_, asked, name, said) => {
    const world = await World.make();
    const original = await failed(world);
    const error = await retry(world, original, asked).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ name });
    expect((error as Error).message).toContain(said);
    await expect(previewRetry(world.deps, { batchId: original, ...asked })).rejects.toMatchObject({ name });
  });

  test('refuses a rollback, a batch that is being rolled back, and one whose documents are gone', async () => {
    const world = await World.make();
    const original = await failed(world);
    const header = await world.header(original);
    const set = (patch: object) =>
      world.table.transact([{ put: itemOf(keys.header(original), { ...header, ...patch }) }]);
    await set({ origin: { kind: 'rollback', of: 'X' } });
    await expect(retry(world, original)).rejects.toMatchObject({
      name: 'StatusConflict',
      message: expect.stringContaining('flotilla rollback X'),
    });
    const { ended_at: _, ...rest } = header;
    await world.table.transact([{ put: itemOf(keys.header(original), { ...rest, rolling_back: 'Y' }) }]);
    await expect(retry(world, original)).rejects.toMatchObject({ name: 'RollbackRuns' });
    await set({});
    const documents = { ...world.deps.documents, get: async () => undefined };
    await expect(retryBatch({ ...world.deps, documents }, { batchId: original, actor: 'ada' })).rejects.toMatchObject({
      name: 'RecordExpired',
    });
  });

  test('nor while a retry of it is rolled back, even one that others came after', async () => {
    const world = await World.make();
    const original = await failed(world);
    world.executor.scripts.set('a', failsOnce);
    const { header: first } = await retry(world, original);
    await world.settled(first.batch_id);
    world.executor.scripts.clear();
    await world.settled((await retry(world, original)).header.batch_id);
    const { ended_at: _, ...rest } = await world.header(first.batch_id);
    await world.table.transact([{ put: itemOf(keys.header(first.batch_id), { ...rest, rolling_back: 'Y' }) }]);
    await expect(retry(world, original)).rejects.toMatchObject({ name: 'RollbackRuns' });
  });
});
