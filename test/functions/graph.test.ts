import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { exampleGraph, graph } from '../../functions/api/schemas/graph.ts';
import { create } from '../../functions/api.ts';
import type { Grant } from '../../lib/domain/grants/grant.ts';
import { drawGraph } from '../../lib/domain/plan/plan-graph.ts';
import { changeBatch, makeWorld, planned, submitted, type World } from '../usecases/batch/api-world.ts';
import { type Call, callApi } from './api-call.ts';

const risk: Grant = { subject: 'rita', may: ['read'], pillars: ['risk', 'shared'], environments: ['*'] };
const person = (subject: string) => ({ kind: 'person', subject, groups: [], scopes: ['read'] }) as const;

const apiOf = (world: World, grants?: readonly Grant[]) => {
  const catalogue = grants === undefined ? world.catalogue : { ...world.catalogue, grants };
  const handler = create({ ...world.deps, catalogue: async () => catalogue });
  return (batchId: string, call: Call = {}) => callApi(handler, 'GET', `/batches/${batchId}/graph`, call);
};

const keys = ['shared/login-api', 'clearing/trade-intake', 'risk/limit-check'];

describe('GET /batches/{id}/graph', () => {
  test('shows what waits for what, by place, and its tag says that it never changes', async () => {
    const world = makeWorld();
    const { batchId, plan } = await planned(world);
    const call = apiOf(world);
    const { status, headers, body } = await call(batchId);
    expect({ status, etag: headers.etag }).toEqual({ status: 200, etag: `"${plan.plan_hash}"` });
    expect(body).toEqual({
      batch_id: batchId,
      plan_hash: plan.plan_hash,
      total: 3,
      keys,
      levels: [0, 1, 2],
      dependencies: [[], [0], [1]],
      critical_path: plan.critical_path,
    });
    for (const known of [headers.etag, `"other", W/${headers.etag}`, '*']) {
      const again = await call(batchId, { headers: { 'if-none-match': String(known) } });
      expect([again.status, again.body, again.headers.etag]).toEqual([304, undefined, headers.etag]);
    }
    expect((await call(batchId, { headers: { 'if-none-match': '"other"' } })).status).toBe(200);
  });

  test('does not exist before there is a plan, nor where there will never be one', async () => {
    const world = makeWorld();
    const batchId = await submitted(world);
    const call = apiOf(world);
    expect(await call(batchId)).toMatchObject({
      status: 409,
      body: { code: 'StatusConflict', detail: expect.stringContaining('is not planned yet') },
    });
    await changeBatch(world, batchId, { status: 'CANCELLED', reason: 'Cancelled', message: 'Over.', ended_at: 1 });
    expect((await call(batchId)).body.detail).toContain('ended before it was planned');
    expect(await call('01NOBATCH')).toMatchObject({ status: 404, body: { code: 'BatchNotFound' } });
  });

  test('shows a caller who may see a part the graph of that part, under its own tag', async () => {
    const world = makeWorld();
    const { batchId, plan } = await planned(world);
    const call = apiOf(world, [risk]);
    const { headers, body } = await call(batchId, { actor: person('rita') });
    expect(body).toEqual({
      batch_id: batchId,
      total: 2,
      keys: ['shared/login-api', 'risk/limit-check'],
      levels: [0, 0],
      dependencies: [[], []],
      critical_path: ['shared/login-api'],
    });
    expect(headers.etag).toMatch(/^"[0-9a-f]{64}"$/);
    expect(headers.etag).not.toBe(`"${plan.plan_hash}"`);
    expect((await call(batchId, { actor: person('eve') })).status).toBe(404);
  });

  test('its example fits its schema', () => {
    expect(graph.parse(exampleGraph)).toEqual(exampleGraph);
  });
});

test('ten thousand deployments, each with the fifty before it, stay far below what Lambda can answer with', () => {
  const count = 10_000;
  const many = Array.from({ length: count }, (_, index) => index);
  const dependents = many.map((index) => many.slice(index + 1, index + 51));
  const drawn = drawGraph(
    { keys: many.map((index) => `pillar-${index % 12}/service-${index}`), dependents },
    () => true,
  );
  expect(drawn.levels.at(-1)).toBe(count - 1);
  expect(drawn.critical_path).toHaveLength(count);
  expect(drawn.dependencies[60]).toEqual(many.slice(10, 60));
  expect(gzipSync(JSON.stringify(drawn)).toString('base64').length).toBeLessThan(3_000_000);
});
