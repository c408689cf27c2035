import { describe, expect, test } from 'vitest';
import type { Totals } from '../../../lib/domain/deployment/batch-status.ts';
import type { Status } from '../../../lib/domain/deployment/status.ts';
import { changeItem, pendingItem } from '../../../lib/domain/record/change.ts';
import { keys } from '../../../lib/domain/record/keys.ts';
import type { ItemRow, Outcome } from '../../../lib/domain/record/rows.ts';
import { resolveDeployment } from '../../../lib/usecases/deployment/resolve-deployment.ts';
import { changeBatch, makeWorld, planned, readHeader, submitted, type World } from '../batch/api-world.ts';

const outcome: Outcome = {
  status: 'UNKNOWN',
  reason: 'RunNotFound',
  message: 'Nobody knows.',
  evidence: [],
  attempts: 1,
  runs: [],
  warnings: [],
  release_before: '3.0.1',
  ended_at: 1,
};

const key = 'shared/login-api';
const only = 'Only an UNKNOWN deployment can be resolved, and only once:';

const unknown = async (world: World, ended: Outcome = outcome, runs: ItemRow['runs'] = []) => {
  const { batchId, plan } = await planned(world);
  const { status, reason, message } = ended;
  const patch = { status, reason, message, outcome: ended, runs, step: 'recorded' } as const;
  await world.table.transact(changeItem(pendingItem(batchId, 0, key), patch, { at: 1, actor: 'test' }).writes);
  return { batchId, plan };
};

const sealed = async (world: World, batchId: string, totals: Totals): Promise<void> =>
  changeBatch(world, batchId, { status: 'UNKNOWN', reason: 'DeploymentsUnknown', message: '?', totals, ended_at: 5 });

const inbox = async (world: World) => (await world.table.query({ pk: 'INBOX', limit: 10 })).items;

describe('resolveDeployment', () => {
  test('SUCCESS: the outcome, the release and the message to the dispatcher', async () => {
    const world = makeWorld();
    const { batchId, plan } = await unknown(world);
    const target = plan.deployments[0]!.target;
    const view = await resolveDeployment(world.deps, {
      batchId,
      key,
      status: 'SUCCESS',
      reason: 'Seen on the cluster.',
      actor: 'ada',
    });
    const told = { status: 'SUCCESS', reason: 'ResolvedByOperator', message: 'Seen on the cluster.' };
    expect(view).toMatchObject({ ...told, resolved_by: 'ada', release_before: '3.0.1', release_after: '3.0.2' });
    expect(await world.table.get(keys.item(batchId, 0))).toMatchObject({ ...told, seq: 2, outcome: told });
    expect(await world.table.get(keys.event(batchId, 0, 2))).toMatchObject({
      from: 'UNKNOWN',
      to: 'SUCCESS',
      actor: 'ada',
    });
    expect(await inbox(world)).toMatchObject([{ message: { type: 'resolved', batch_id: batchId, index: 0, target } }]);
    expect(await world.table.get(keys.goodRelease(target))).toMatchObject({ version: '3.0.2', batch_id: batchId });
    const releases = await world.table.query({ pk: keys.goodRelease(target).pk, prefix: 'RELEASE#', limit: 10 });
    expect(releases.items).toMatchObject([{ version: '3.0.2', origin: 'recorded' }]);
  });

  test.each([
    ['with a run, which may have changed something', [{ executor: 'harness:simulated', key: 'k', attempt: 1 }], true],
    ['without one', [], false],
  ] as const)('FAILED %s: what runs is open', async (_, runs, isOpen) => {
    const world = makeWorld();
    const { batchId, plan } = await unknown(world, outcome, runs);
    await resolveDeployment(world.deps, { batchId, key, status: 'FAILED', reason: 'Broken.', actor: 'ada' });
    const last = await world.table.get(keys.lastOutcome(plan.deployments[0]!.target));
    expect(last !== undefined).toBe(isOpen);
  });

  test('FAILED: no release', async () => {
    const world = makeWorld();
    const { batchId, plan } = await unknown(world);
    const view = await resolveDeployment(world.deps, {
      batchId,
      key,
      status: 'FAILED',
      reason: 'Broken.',
      actor: 'ada',
    });
    expect(view.status).toBe('FAILED');
    expect(view).not.toHaveProperty('release_after');
    expect(await world.table.get(keys.goodRelease(plan.deployments[0]!.target))).toBeUndefined();
  });

  const sealedCases: readonly (readonly [Totals, 'SUCCESS' | 'FAILED', Status, Totals])[] = [
    [{ SUCCESS: 2, UNKNOWN: 1 }, 'SUCCESS', 'SUCCESS', { SUCCESS: 3 }],
    [{ SUCCESS: 2, UNKNOWN: 1 }, 'FAILED', 'FAILED', { SUCCESS: 2, FAILED: 1 }],
    [{ SUCCESS: 1, UNKNOWN: 2 }, 'SUCCESS', 'UNKNOWN', { SUCCESS: 2, UNKNOWN: 1 }],
  ];
  test.each(sealedCases)('a sealed batch with %j becomes, by %s, %s', async (before, to, status, after) => {
    const world = makeWorld();
    const { batchId } = await unknown(world);
    await sealed(world, batchId, before);
    await resolveDeployment(world.deps, { batchId, key, status: to, reason: 'Looked.', actor: 'ada' });
    expect(await readHeader(world, batchId)).toMatchObject({ status, totals: after, ended_at: 5 });
  });

  test('a running batch keeps its status, but readers that counted before must count again', async () => {
    const world = makeWorld();
    const { batchId } = await unknown(world);
    const before = await readHeader(world, batchId);
    await resolveDeployment(world.deps, { batchId, key, status: 'SUCCESS', reason: 'Looked.', actor: 'ada' });
    const after = await readHeader(world, batchId);
    expect(after).toMatchObject({ status: before.status, reason: before.reason, seq: before.seq + 1 });
    expect(after).not.toHaveProperty('totals');
  });

  test('once only', async () => {
    const world = makeWorld();
    const { batchId } = await unknown(world);
    const input = { batchId, key, status: 'FAILED', reason: 'Broken.', actor: 'ada' } as const;
    await resolveDeployment(world.deps, input);
    await expect(resolveDeployment(world.deps, input)).rejects.toMatchObject({
      name: 'StatusConflict',
      message: 'Only an UNKNOWN deployment can be resolved, and only once: shared/login-api was resolved as FAILED.',
      details: { key, status: 'FAILED' },
    });
    expect(await inbox(world)).toHaveLength(1);
  });

  test.each([
    [
      'has succeeded',
      { ...outcome, status: 'SUCCESS' } as Outcome,
      key,
      'StatusConflict',
      `${only} ${key} is SUCCESS.`,
    ],
    ['has not begun', outcome, 'risk/limit-check', 'StatusConflict', `${only} risk/limit-check is PENDING.`],
    ['is not in the batch', outcome, 'risk/ghost', 'DeploymentNotFound', 'has no planned deployment risk/ghost.'],
  ])('refuses one that %s', async (_, ended, asked, name, message) => {
    const world = makeWorld();
    const { batchId } = await unknown(world, ended);
    const call = resolveDeployment(world.deps, { batchId, key: asked, status: 'SUCCESS', reason: 'x', actor: 'ada' });
    await expect(call).rejects.toMatchObject({
      ...{ name, message: expect.stringContaining(message), details: expect.objectContaining({ key: asked }) },
    });
  });

  test('finds none in a batch without a plan', async () => {
    const world = makeWorld();
    const batchId = await submitted(world);
    const call = resolveDeployment(world.deps, { batchId, key, status: 'SUCCESS', reason: 'x', actor: 'ada' });
    await expect(call).rejects.toMatchObject({
      message: `Batch ${batchId} has no planned deployment ${key}.`,
      details: { batch_id: batchId, key },
    });
  });

  test("the batch's event says which one was resolved, and the deployment's event what it replaces", async () => {
    for (const isSealed of [true, false]) {
      const world = makeWorld();
      const { batchId } = await unknown(world);
      if (isSealed) await sealed(world, batchId, { UNKNOWN: 1, SUCCESS: 2 });
      await changeBatch(world, batchId, { status: 'UNKNOWN', reason: 'x', message: 'x', cancel_requested_at: 1 });
      await resolveDeployment(world.deps, { batchId, key, status: 'SUCCESS', reason: 'Looked.', actor: 'ada' });
      const { reason, seq } = await readHeader(world, batchId);
      expect(reason).toBe(isSealed ? 'AllSucceeded' : 'x');
      expect(await world.table.get(keys.event(batchId, 'batch', seq))).toMatchObject({
        actor: 'ada',
        detail: { resolved: key },
      });
      expect(await world.table.get(keys.event(batchId, 0, 2))).toMatchObject({ detail: { replaces: 'RunNotFound' } });
    }
  });
});
