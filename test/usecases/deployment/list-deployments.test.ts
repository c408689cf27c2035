import { describe, expect, test } from 'vitest';
import { changeItem, pendingItem } from '../../../lib/domain/record/change.ts';
import type { Outcome } from '../../../lib/domain/record/rows.ts';
import { listDeployments } from '../../../lib/usecases/deployment/list-deployments.ts';
import { makeWorld, manyYaml, planned, submitted, type World } from '../batch/api-world.ts';

const all = { limit: 1000 };

const outcome: Outcome = {
  status: 'FAILED',
  reason: 'RestoredPreviousRelease',
  message: 'Image cannot be pulled; 3.0.1 runs again.',
  evidence: [{ kind: 'Pod', name: 'login-api-x', reason: 'ImagePullBackOff', message: 'no such tag', log: ['a', 'b'] }],
  attempts: 2,
  runs: [{ executor: 'harness', key: 'k', attempt: 1, ref: 'run-1' }],
  warnings: ['slow'],
  release_before: '3.0.1',
  release_after: '3.0.1',
  ended_at: Date.UTC(2026, 8, 30, 7),
};

const fail = async (world: World, batchId: string, index: number, key: string): Promise<void> => {
  const { status, reason, message } = outcome;
  const patch = { status, reason, message, outcome, step: 'recorded' } as const;
  const change = changeItem(pendingItem(batchId, index, key), patch, { at: world.clock.now(), actor: 'test' });
  await world.table.transact(change.writes);
};

describe('listDeployments', () => {
  test('before the plan: the batch as submitted, all pending', async () => {
    const world = makeWorld();
    const batchId = await submitted(world);
    const list = await listDeployments(world.deps, { batchId, ...all });
    expect(list).toMatchObject({ planned: false, total: 3 });
    expect(list.deployments.map(({ key, status, reason }) => [key, status, reason])).toEqual([
      ['shared/login-api', 'PENDING', 'AwaitingTurn'],
      ['clearing/trade-intake', 'PENDING', 'AwaitingTurn'],
      ['risk/limit-check', 'PENDING', 'AwaitingTurn'],
    ]);
    expect(list.deployments[0]).not.toHaveProperty('index');
  });

  test('with the plan: outcomes with evidence, runs and releases beside the waiting ones', async () => {
    const world = makeWorld();
    const { batchId } = await planned(world);
    await fail(world, batchId, 0, 'shared/login-api');
    const { deployments } = await listDeployments(world.deps, { batchId, ...all });
    expect(deployments[0]).toMatchObject({
      index: 0,
      key: 'shared/login-api',
      cluster: 'cluster-eu-1',
      status: 'FAILED',
      reason: 'RestoredPreviousRelease',
      attempts: 2,
      runs: outcome.runs,
      evidence: outcome.evidence,
      release_before: '3.0.1',
      release_after: '3.0.1',
      ended_at: '2026-09-30T07:00:00.000Z',
    });
    expect(deployments[1]).toMatchObject({ index: 1, status: 'PENDING', attempts: 0, evidence: [] });
    expect(deployments[1]).not.toHaveProperty('updated_at');
  });

  test.each([[100], [7], [250], [1000]])('pages of %i cross chunks and give every deployment once', async (limit) => {
    const world = makeWorld();
    const { batchId, plan } = await planned(world, manyYaml(253));
    await fail(world, batchId, 211, plan.deployments[211]!.key);
    const seen: (readonly [number | undefined, string])[] = [];
    for (let after: string | undefined; ; ) {
      const list = await listDeployments(world.deps, { batchId, limit, after });
      expect(list.deployments.length).toBeLessThanOrEqual(limit);
      seen.push(...list.deployments.map(({ index, status }) => [index, status] as const));
      after = list.next_after;
      if (after === undefined) break;
    }
    expect(seen).toEqual(plan.deployments.map(({ index }) => [index, index === 211 ? 'FAILED' : 'PENDING']));
  });

  test('applies a filter before it cuts pages', async () => {
    const world = makeWorld();
    const { batchId, plan } = await planned(world, manyYaml(1200));
    for (const index of [110, 640, 1199]) await fail(world, batchId, index, plan.deployments[index]!.key);
    const first = await listDeployments(world.deps, { batchId, limit: 2, status: 'FAILED' });
    expect(first.deployments.map(({ index, status }) => [index, status])).toEqual([
      [110, 'FAILED'],
      [640, 'FAILED'],
    ]);
    const second = await listDeployments(world.deps, { batchId, limit: 2, after: first.next_after!, status: 'FAILED' });
    expect(second.deployments.map(({ key }) => key)).toEqual([plan.deployments[1199]!.key]);
    expect(second).not.toHaveProperty('next_after');
  });

  test.each([
    ['PENDING', 3],
    ['SUCCESS', 0],
  ] as const)('before the plan, finds %s: %i', async (status, count) => {
    const world = makeWorld();
    const batchId = await submitted(world);
    const list = await listDeployments(world.deps, { batchId, ...all, status });
    expect(list.deployments).toHaveLength(count);
    expect(list).not.toHaveProperty('next_after');
  });

  test('gives nothing after the end', async () => {
    const world = makeWorld();
    const { batchId } = await planned(world);
    const list = await listDeployments(world.deps, { batchId, limit: 10, from: 501 });
    expect(list.deployments).toEqual([]);
    expect(list).not.toHaveProperty('next_after');
  });

  test('cuts a page before it is too large for an answer', async () => {
    const world = makeWorld();
    const { batchId, plan } = await planned(world, manyYaml(50));
    const log = Array.from({ length: 20 }, () => 'x'.repeat(5000));
    const big: Outcome = { ...outcome, evidence: [{ ...outcome.evidence[0]!, log }] };
    for (const { index, key } of plan.deployments) {
      const patch = { status: 'FAILED', reason: 'R', message: 'M', outcome: big } as const;
      await world.table.transact(changeItem(pendingItem(batchId, index, key), patch, { at: 1, actor: 'test' }).writes);
    }
    const first = await listDeployments(world.deps, { batchId, ...all });
    expect(JSON.stringify(first).length).toBeLessThan(3_100_000);
    const second = await listDeployments(world.deps, { batchId, limit: 1000, after: first.next_after! });
    expect([...first.deployments, ...second.deployments].map(({ index }) => index)).toEqual(
      plan.deployments.map(({ index }) => index),
    );
  });
});
