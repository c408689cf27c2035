import { expect, test } from 'vitest';
import { rightsOf } from '../../../lib/domain/grants/rights.ts';
import type { Actor } from '../../../lib/domain/record/actor.ts';
import { changeItem, pendingItem } from '../../../lib/domain/record/change.ts';
import { resolveDeployment } from '../../../lib/usecases/deployment/resolve-deployment.ts';
import { makeWorld, planned } from '../batch/api-world.ts';

const key = 'shared/login-api';

const unknown = async () => {
  const world = makeWorld();
  const { batchId } = await planned(world);
  const told = { status: 'UNKNOWN', reason: 'RunNotFound', message: 'Nobody knows.' } as const;
  const outcome = { ...told, evidence: [], attempts: 1, runs: [], warnings: [], ended_at: 1 };
  const change = changeItem(pendingItem(batchId, 0, key), { ...told, outcome }, { at: 1, actor: 'test' });
  await world.table.transact(change.writes);
  return { world, batchId };
};

const mayAll = { may: ['*'], pillars: ['*'], environments: ['*'] } as const;
const program = 'Only a person may resolve, and ci is a program. Tokens of people name a group.';
const second = 'In staging the person who submitted may not resolve. Ask somebody else.';

/** Ada has submitted the batch. */
test.each<[string, Actor['kind'], 'one' | 'a second', string]>([
  ['ada', 'person', 'one', 'SUCCESS'],
  ['eve', 'person', 'one', 'SUCCESS'],
  ['ci', 'program', 'one', program],
  ['ada', 'person', 'a second', second],
  ['eve', 'person', 'a second', 'SUCCESS'],
  ['ci', 'program', 'a second', program],
])('%s, a %s, where %s person is needed: %s', async (subject, kind, needed, expected) => {
  const { world, batchId } = await unknown();
  const actor: Actor = { kind, subject, groups: [], scopes: ['admin'] };
  const staging = needed === 'one' ? {} : { second_person: true };
  const deps = {
    ...world.deps,
    catalogue: async () => ({ ...world.catalogue, environments: { staging } }),
    rights: rightsOf([{ subject, ...mayAll }], actor),
  };
  const found = { batchId, key, status: 'SUCCESS', reason: 'looked', actor: subject } as const;
  const told = await resolveDeployment(deps, found).then(
    ({ status }) => status,
    ({ name, message }) => (name === 'Forbidden' ? message : name),
  );
  expect(told).toBe(expected);
});
