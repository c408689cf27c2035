import { describe, expect, test } from 'vitest';
import { create } from '../../functions/api.ts';
import { changeItem, pendingItem } from '../../lib/domain/record/change.ts';
import { keys } from '../../lib/domain/record/keys.ts';
import { itemOf } from '../../lib/domain/record/rows.ts';
import { changeBatch, makeWorld, planned, readHeader, type World } from '../usecases/batch/api-world.ts';
import { type Call, callApi } from './api-call.ts';

const json = { 'content-type': 'application/json' };

/** The first of three has failed, and its dependents were skipped. */
const failed = async () => {
  const world = makeWorld();
  const { batchId, plan } = await planned(world);
  const statuses = ['FAILED', 'SKIPPED', 'SKIPPED'] as const;
  for (const { index, key } of plan.deployments) {
    const told = { status: statuses[index]!, reason: 'Because', message: '' };
    const outcome = { ...told, evidence: [], warnings: [], attempts: 1, runs: [], ended_at: world.clock.now() };
    const change = changeItem(pendingItem(batchId, index, key), { ...told, outcome }, { at: 1, actor: 'record' });
    await world.table.transact(change.writes);
  }
  const totals = { FAILED: 1, SKIPPED: 2 };
  const told = { status: 'FAILED', reason: 'DeploymentsFailed', message: '' } as const;
  await changeBatch(world, batchId, { ...told, totals, ended_at: world.clock.now() });
  const handler = create(world.deps);
  const call = (path: string, body: unknown = {}, more: Call = {}) =>
    callApi(handler, 'POST', path, { body: JSON.stringify(body), ...more, headers: { ...json, ...more.headers } });
  return { world, batchId, call };
};

const change = async (world: World, batchId: string, patch: object): Promise<void> => {
  const header = await readHeader(world, batchId);
  await world.table.transact([{ put: itemOf(keys.header(batchId), { ...header, ...patch }) }]);
};

describe('POST /batches/{id}/retry', () => {
  test('202 with the new batch; a repeated request 200 with the same; another one 409', async () => {
    const { batchId, call } = await failed();
    const headers = { 'idempotency-key': 'again-17' };
    const body = { reason: 'the registry is back', with: { 'risk/limit-check': '2.4.1' } };
    const answer = await call(`/batches/${batchId}/retry`, body, { headers });
    expect(answer).toMatchObject({
      status: 202,
      body: { name: 'Retry of Autumn release', status: 'PENDING', total: 3, left: [] },
    });
    const { batch_id, links } = answer.body;
    expect(answer.headers.location).toBe(links.self);
    const repeated = await call(`/batches/${batchId}/retry`, body, { headers });
    expect(repeated).toMatchObject({ status: 200, body: { batch_id } });
    const other = await call(`/batches/${batchId}/retry`, body);
    expect(other).toMatchObject({ status: 409, body: { code: 'RetryRuns' } });
    expect(other.body.detail).toContain(batch_id);
    const ofRetry = await call(`/batches/${batch_id}/retry`);
    expect(ofRetry).toMatchObject({ status: 409, body: { code: 'BatchStillRuns' } });
  });

  test("its deployments keep their values, no matter what the configuration's defaults are now", async () => {
    const { world, batchId } = await failed();
    const defaults = {
      timeout: 60,
      retry_count: 0,
      priority: 1,
      rollback_strategy: 'none',
      health_check: { path: '/new' },
    } as const;
    const plans = [{}, { defaults }].map(async (more) => {
      const handler = create({ ...world.deps, catalogue: async () => ({ ...world.catalogue, ...more }) });
      const answer = await callApi(handler, 'POST', `/batches/${batchId}/retry/plan`, { body: '{}', headers: json });
      expect(answer.status).toBe(200);
      return answer.body.plan;
    });
    const [before, after] = await Promise.all(plans);
    expect(after).toEqual(before);
  });

  test('its plan shows all of it, and writes nothing', async () => {
    const { world, batchId, call } = await failed();
    const answer = await call(`/batches/${batchId}/retry/plan`, { only: ['risk/limit-check'] });
    expect(answer).toMatchObject({
      status: 200,
      body: {
        ...{ of: batchId, after: [], left: [] },
        members: [
          { key: 'risk/limit-check', version: '2.4.0', status: 'SKIPPED', batch_id: batchId, dependencies: [] },
        ],
        plan: { total: 1, deployments: [{ key: 'risk/limit-check' }] },
      },
    });
    expect(answer.headers.etag).toBe(`"${answer.body.plan.plan_hash}"`);
    expect((await world.table.query({ pk: 'BATCHES', limit: 10 })).items).toHaveLength(1);
  });

  test.each([
    [
      'an unknown field',
      { onyl: [] },
      400,
      'body.onyl: unknown key; known here: only, with, reason (did you mean only?)',
    ],
    ['no keys', { only: [] }, 400, 'body.only'],
    ['an empty reason', { reason: ' ' }, 400, 'body.reason: give a reason, in a sentence'],
    ['versions as a list', { with: ['a'] }, 400, 'body.with: an object is needed'],
    ['an unknown key', { only: ['risk/limit-chek'] }, 404, 'did you mean risk/limit-check?'],
    ['an unknown key of a version', { with: { 'limit-check': '1' } }, 404, 'did you mean risk/limit-check?'],
    [
      'a version for a deployment that is left out',
      { only: ['shared/login-api'], with: { 'risk/limit-check': '2.4.1' } },
      400,
      'risk/limit-check has another version, but is not among the deployments to retry.',
    ],
    ['a bad version', { with: { 'risk/limit-check': 'a b' } }, 400, 'The version of risk/limit-check: "a b" contains'],
  ])('refuses %s', async (_, body, status, said) => {
    const { batchId, call } = await failed();
    for (const path of ['retry', 'retry/plan']) {
      const answer = await call(`/batches/${batchId}/${path}`, body);
      expect(answer.status).toBe(status);
      expect(answer.body.detail).toContain(said);
    }
  });

  test.each([
    ['runs', { ended_at: undefined, totals: undefined }, 409, 'BatchStillRuns'],
    ['is being rolled back', { ended_at: undefined, rolling_back: 'X' }, 409, 'RollbackRuns'],
    ['is a rollback', { origin: { kind: 'rollback', of: 'THAT' } }, 409, 'StatusConflict'],
  ])('refuses a batch that %s', async (_, patch, status, code) => {
    const { world, batchId, call } = await failed();
    await change(world, batchId, JSON.parse(JSON.stringify({ ...(await readHeader(world, batchId)), ...patch })));
    if ('ended_at' in patch) await dropEnd(world, batchId, 'totals' in patch);
    expect(await call(`/batches/${batchId}/retry`)).toMatchObject({ status, body: { code } });
  });

  test('an unknown batch gets 404, one whose documents are gone 410', async () => {
    const { world, batchId, call } = await failed();
    expect(await call('/batches/01NONE/retry')).toMatchObject({ status: 404, body: { code: 'BatchNotFound' } });
    world.documents.texts.clear();
    expect(await call(`/batches/${batchId}/retry`)).toMatchObject({ status: 410, body: { code: 'RecordExpired' } });
  });
});

const dropEnd = async (world: World, batchId: string, withTotals: boolean): Promise<void> => {
  const remove = withTotals ? ['ended_at', 'totals'] : ['ended_at'];
  await world.table.transact([{ update: keys.header(batchId), remove }]);
};

test('what is gone from the configuration gets the same message as in a file', async () => {
  const { world, batchId } = await failed();
  const { 'cluster-eu-1': _, ...clusters } = world.catalogue.clusters;
  const handler = create({
    ...world.deps,
    catalogue: async () => ({ ...world.catalogue, clusters, infrastructures: {} }),
  });
  const answer = await callApi(handler, 'POST', `/batches/${batchId}/retry`, { headers: json, body: '{}' });
  expect(answer).toMatchObject({ status: 422, body: { code: 'BatchInvalid' } });
  expect(answer.body.detail).toContain('The current configuration no longer allows');
  expect(answer.body.issues[0]).toMatchObject({ code: 'UnknownInfrastructure', found: 'cluster-eu-1' });
});
