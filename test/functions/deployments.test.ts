import { describe, expect, test } from 'vitest';
import { create } from '../../functions/api.ts';
import { documentPaths, keys } from '../../lib/domain/record/keys.ts';
import { itemOf } from '../../lib/domain/record/rows.ts';
import { makeWorld, planned } from '../usecases/batch/api-world.ts';
import { type Call, callApi } from './api-call.ts';

const api = () => {
  const world = makeWorld();
  const handler = create(world.deps);
  const call = (path: string, body: unknown, more: Call = {}) => {
    const headers = { 'content-type': 'application/json', ...more.headers };
    return callApi(handler, 'POST', path, { body: JSON.stringify(body), headers });
  };
  return { world, call };
};

const one = { key: 'risk/limit-check', version: '2.5.0', environment: 'staging' };
const whole = { ...one, infrastructure: 'cluster-eu-1', artifact: 'docker', reason: 'a hotfix' };

describe('POST /deployments', () => {
  test('makes a batch of one, which says why', async () => {
    const { world, call } = api();
    const headers = { 'idempotency-key': 'hotfix' };
    const answer = await call('/deployments', whole, { headers });
    expect(answer).toMatchObject({ status: 202, body: { name: 'risk/limit-check 2.5.0', total: 1 } });
    const { batch_id } = answer.body;
    expect(await world.table.get(keys.header(batch_id))).toMatchObject({
      origin: { kind: 'deployment', reason: 'a hotfix' },
      submitted_by: expect.any(String),
    });
    const { deployments } = JSON.parse(world.documents.texts.get(documentPaths.batch(batch_id))!);
    expect(deployments).toMatchObject([{ key: 'risk/limit-check', rollback_strategy: 'automatic' }]);
    expect(await call('/deployments', whole, { headers })).toMatchObject({ status: 200, body: { batch_id } });
    expect((await call('/deployments', one, { headers })).status).not.toBe(202);
  });

  test('does the same with an explicit deploy as without one', async () => {
    const { call } = api();
    const headers = { 'idempotency-key': 'same' };
    const first = await call('/deployments', { ...whole, action: 'deploy' }, { headers });
    expect(first.status).toBe(202);
    expect(await call('/deployments', whole, { headers })).toMatchObject({
      status: 200,
      body: { batch_id: first.body.batch_id },
    });
    const hashes = [{ ...whole, action: 'deploy' }, whole].map((body) => call('/deployments/plan', body));
    const [one, other] = await Promise.all(hashes);
    expect(one!.body.plan_hash).toBe(other!.body.plan_hash);
  });

  test('goes where it runs now, with the deployed artifact type', async () => {
    const { world, call } = api();
    expect(await call('/deployments', one)).toMatchObject({ status: 400, body: { code: 'RequestInvalid' } });
    const { batchId, plan } = await planned(world);
    const { index, target } = plan.deployments.find(({ key }) => key === one.key)!;
    const row = { batch_id: batchId, index, target, infrastructure_id: 'cluster-eu-1', state: 'verified', since: 1 };
    await world.table.transact([{ put: itemOf(keys.targetNow(target), row) }]);
    const plan1 = await call('/deployments/plan', one);
    expect(plan1).toMatchObject({
      status: 200,
      body: { total: 1, deployments: [{ cluster: 'cluster-eu-1', docker_image_version: '2.5.0' }] },
    });
    const headers = { 'if-match': String(plan1.headers.etag) };
    expect((await call('/deployments', one, { headers })).status).toBe(202);
    expect((await call('/deployments', { ...one, version: '9' }, { headers })).status).toBe(412);
  });

  test.each([
    ['a key without a pillar', { ...whole, key: 'limit-check' }, 400, 'pillar/service_name is needed'],
    ['an unknown artifact', { ...whole, artifact: 'rpm' }, 400, 'none of docker, helm, kustomize'],
    ['no environment', { ...whole, environment: undefined }, 400, 'body.environment is missing'],
    ['a bad version', { ...whole, version: 'a b' }, 422, ''],
    ['an unknown pillar', { ...whole, key: 'rsik/x' }, 422, ''],
    ['an unknown infrastructure', { ...whole, infrastructure: 'nowhere' }, 422, ''],
  ])('refuses %s', async (_, body, status, said) => {
    const { world, call } = api();
    for (const path of ['/deployments', '/deployments/plan']) {
      const answer = await call(path, body);
      expect(answer.status).toBe(status);
      expect(answer.body.detail).toContain(said);
    }
    expect(world.documents.texts.size).toBe(0);
  });

  const acting = { key: 'risk/limit-check', environment: 'staging', infrastructure: 'cluster-eu-1' };

  test.each([
    ['a delete without a version', { ...acting, action: 'delete' }, 422, ''],
    [
      'a version with a delete',
      { ...acting, action: 'delete', version: '1' },
      400,
      'A delete acts on what is deployed',
    ],
    ['an artifact with a scale', { ...acting, action: 'scale', replicas: 1, artifact: 'helm' }, 400, 'A scale acts on'],
    ['a scale without a number', { ...acting, action: 'scale' }, 400, 'A scale needs replicas'],
    ['too many replicas', { ...acting, action: 'scale', replicas: 10_001 }, 400, 'replicas'],
    ['replicas of a deploy', { ...whole, replicas: 1 }, 400, 'Only a scale takes replicas'],
    ['nothing', acting, 400, 'Say which version'],
    ['another action', { ...acting, action: 'undeploy' }, 400, 'none of deploy, delete, scale'],
  ])('refuses %s, also for an executor that cannot do it', async (_, body, status, said) => {
    const { world, call } = api();
    for (const path of ['/deployments', '/deployments/plan']) {
      const answer = await call(path, body);
      expect([answer.status, answer.body.detail]).toEqual([status, expect.stringContaining(said)]);
    }
    expect(world.documents.texts.size).toBe(0);
  });
});

describe('what deletes and scales', () => {
  const byKubernetes = (world: ReturnType<typeof makeWorld>): void => {
    const { catalogue } = world.deps;
    world.deps.catalogue = async () => {
      const known = await catalogue();
      const [own] = Object.values(known.services?.risk ?? {});
      const risk = { ...known.services?.risk, 'limit-check': { ...own, kind: 'deployment', executor: 'kubernetes' } };
      return { ...known, services: { ...known.services, risk } } as typeof known;
    };
  };

  test.each([
    [{ action: 'delete' }, 'risk/limit-check delete', 'deletes deployment'],
    [{ action: 'scale', replicas: 3 }, 'risk/limit-check scale to 3', 'scales deployment'],
  ])('%j is a batch of one, too', async (what, name, step) => {
    const { world, call } = api();
    byKubernetes(world);
    const body = { key: one.key, environment: 'staging', infrastructure: 'cluster-eu-1', ...what };
    const planned = await call('/deployments/plan', body);
    expect(planned).toMatchObject({ status: 200, body: { deployments: [{ ...what, executor: 'kubernetes' }] } });
    const [first] = planned.body.deployments;
    expect(first).not.toHaveProperty('docker_image_version');
    expect(first.steps[0]).toContain(`kubernetes ${step}`);
    const answer = await call('/deployments', body, { headers: { 'if-match': String(planned.headers.etag) } });
    expect(answer).toMatchObject({ status: 202, body: { name, total: 1 } });
    const { deployments } = JSON.parse(world.documents.texts.get(documentPaths.batch(answer.body.batch_id))!);
    expect(deployments).toMatchObject([what]);
  });
});
