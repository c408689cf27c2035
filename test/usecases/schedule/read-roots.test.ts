import { expect, test } from 'vitest';
import { rightsOf } from '../../../lib/domain/grants/rights.ts';
import { changeItem, pendingItem } from '../../../lib/domain/record/change.ts';
import { keys } from '../../../lib/domain/record/keys.ts';
import { itemOf, type Outcome } from '../../../lib/domain/record/rows.ts';
import { listDeployments } from '../../../lib/usecases/deployment/list-deployments.ts';
import { changeBatch, makeWorld, planned, type World } from '../batch/api-world.ts';

const settle = async (world: World, batchId: string, of: readonly (readonly [string, Outcome['status'], string])[]) => {
  for (const [index, [key, status, reason]] of of.entries()) {
    const told = { status, reason, message: `${reason}.` };
    const outcome = { ...told, evidence: [], warnings: [], attempts: 0, runs: [], ended_at: 1 };
    const patch = { ...told, step: 'recorded', outcome } as const;
    await world.table.transact(changeItem(pendingItem(batchId, index, key), patch, { at: 1, actor: 'test' }).writes);
  }
  const letters = of.map(([, status]) => (status === 'SKIPPED' ? 'K' : status[0])).join('');
  await world.table.transact([{ put: itemOf(keys.outcomes(batchId), { cells: letters }) }]);
  await changeBatch(world, batchId, { status: 'FAILED', reason: 'Some', message: 'Over.', ended_at: 1, totals: {} });
};

const chain = [
  ['shared/login-api', 'FAILED', 'ImagePullFailed'],
  ['clearing/trade-intake', 'SKIPPED', 'DependencyFailed'],
  ['risk/limit-check', 'SKIPPED', 'DependencySkipped'],
] as const;

const all = { limit: 100 };

test('each skipped deployment names its first cause, no matter how long the chain between them', async () => {
  const world = makeWorld();
  const { batchId } = await planned(world);
  await settle(world, batchId, chain);
  const { deployments } = await listDeployments(world.deps, { batchId, ...all });
  const root = { key: 'shared/login-api', status: 'FAILED', reason: 'ImagePullFailed' };
  expect(deployments.map((one) => one.root)).toEqual([undefined, root, root]);
  expect(deployments.map((one) => one.holds_back)).toEqual([2, undefined, undefined]);
});

test('and on a page without that cause', async () => {
  const world = makeWorld();
  const { batchId } = await planned(world);
  await settle(world, batchId, chain);
  const { deployments } = await listDeployments(world.deps, { batchId, limit: 1, from: 2 });
  expect(deployments).toMatchObject([{ key: 'risk/limit-check', root: { key: 'shared/login-api' } }]);
});

test('counts how many visible ones a cause holds back', async () => {
  const world = makeWorld();
  const { batchId } = await planned(world);
  await settle(world, batchId, chain);
  const grants = [{ subject: 'rita', may: ['read'], pillars: ['shared', 'risk'], environments: ['*'] }] as const;
  const rights = rightsOf(grants, { kind: 'person', subject: 'rita', groups: [], scopes: ['read'] });
  const { deployments } = await listDeployments({ ...world.deps, rights }, { batchId, ...all });
  expect(deployments.map(({ key, holds_back }) => [key, holds_back])).toEqual([
    ['shared/login-api', 1],
    ['risk/limit-check', undefined],
  ]);
});

test('names another deployment to callers who may not see the cause', async () => {
  const world = makeWorld();
  const { batchId } = await planned(world);
  await settle(world, batchId, chain);
  const grants = [{ subject: 'rita', may: ['read'], pillars: ['risk'], environments: ['*'] }] as const;
  const rights = rightsOf(grants, { kind: 'person', subject: 'rita', groups: [], scopes: ['read'] });
  const { deployments } = await listDeployments({ ...world.deps, rights }, { batchId, ...all });
  expect(deployments).toMatchObject([{ key: 'risk/limit-check', root: { key: 'another deployment' } }]);
});

test('reads nothing for a batch without skipped deployments', async () => {
  const world = makeWorld();
  const { batchId } = await planned(world);
  await settle(world, batchId, [['shared/login-api', 'FAILED', 'ImagePullFailed']]);
  const asked: string[] = [];
  const get = world.table.get.bind(world.table);
  world.table.get = async (key) => {
    asked.push(key.sk);
    return get(key);
  };
  await listDeployments(world.deps, { batchId, ...all });
  expect(asked).not.toContain('OUTCOMES');
});
