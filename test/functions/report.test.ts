import { describe, expect, test } from 'vitest';
import { exampleReport, report as reportSchema } from '../../functions/api/schemas/report.ts';
import { create } from '../../functions/api.ts';
import type { Grant } from '../../lib/domain/grants/grant.ts';
import { makeWorld, manyYaml, planned } from '../usecases/batch/api-world.ts';
import { World } from '../workflow/world.ts';
import { apiEvent, callApi } from './api-call.ts';

describe('GET /batches/{id}/report', () => {
  test('has a line for each deployment, with its time and its run', async () => {
    const world = await World.make();
    world.executor.scripts.set('b', { ends: 'failed' });
    const batchId = await world.submit([{ name: 'a' }, { name: 'b' }, { name: 'c', needs: ['b'] }]);
    await world.settled(batchId);
    const api = create(world.deps);
    const { status, body } = await callApi(api, 'GET', `/batches/${batchId}/report`);
    expect(status).toBe(200);
    expect(reportSchema.parse(body)).toEqual(body);
    expect(body).toMatchObject({
      ...{ batch_id: batchId, status: 'FAILED', counts: { SUCCESS: 1, FAILED: 1, SKIPPED: 1 } },
      seconds: expect.any(Number),
    });
    const lines = new Map(body.deployments.map((one: { readonly key: string }) => [one.key, one]));
    expect(lines.get('shared/a')).toMatchObject({ status: 'SUCCESS', attempts: 1, seconds: expect.any(Number) });
    expect(lines.get('shared/b')).toMatchObject({ status: 'FAILED', version: '2.0.0', environment_id: 'staging' });
    expect(lines.get('shared/c')).toMatchObject({ status: 'SKIPPED', attempts: 0 });
    for (const [format, type, begins] of [
      ['junit', 'application/xml', '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites '],
      ['markdown', 'text/markdown; charset=utf-8', '# '],
    ] as const) {
      const answer = await api(apiEvent('GET', `/batches/${batchId}/report?format=${format}`), {});
      expect([answer.statusCode, answer.headers?.['content-type']]).toEqual([200, type]);
      expect(answer.body?.startsWith(begins)).toBe(true);
    }
  });

  test('reads all pages of a large batch', async () => {
    const world = makeWorld();
    const { batchId } = await planned(world, manyYaml(2_300));
    const { body } = await callApi(create(world.deps), 'GET', `/batches/${batchId}/report`);
    expect(body.deployments).toHaveLength(2_300);
    expect(new Set(body.deployments.map(({ key }: { key: string }) => key)).size).toBe(2_300);
  });

  test('has only what the caller may see, and nothing of another batch', async () => {
    const world = makeWorld();
    const { batchId } = await planned(world);
    const grants: readonly Grant[] = [{ subject: 'rita', may: ['read'], pillars: ['risk'], environments: ['*'] }];
    const api = create({ ...world.deps, catalogue: async () => ({ ...world.catalogue, grants }) });
    const ask = (subject: string, query = '') => {
      const actor = { kind: 'person', subject, groups: [], scopes: ['read'] } as const;
      return callApi(api, 'GET', `/batches/${batchId}/report${query}`, { actor });
    };
    const { body } = await ask('rita');
    expect(body.deployments.map(({ key }: { key: string }) => key)).toEqual(['risk/limit-check']);
    expect(body.counts).toEqual({ PENDING: 1 });
    expect((await ask('eve')).body.code).toBe('BatchNotFound');
    expect((await ask('rita', '?format=pdf')).body.detail).toContain('none of json, junit, markdown');
  });

  test('its example fits its schema', () => {
    expect(reportSchema.parse(exampleReport)).toEqual(exampleReport);
  });
});
