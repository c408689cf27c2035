import { describe, expect, test } from 'vitest';
import { deploymentDetail, exampleDetail } from '../../functions/api/schemas/deployment-detail.ts';
import { create } from '../../functions/api.ts';
import type { Grant } from '../../lib/domain/grants/grant.ts';
import type { Table } from '../../lib/domain/ports.ts';
import { changeItem, pendingItem } from '../../lib/domain/record/change.ts';
import { keys } from '../../lib/domain/record/keys.ts';
import type { ItemRow } from '../../lib/domain/record/rows.ts';
import { makeWorld, planned, publish, submitted, type World } from '../usecases/batch/api-world.ts';
import { type Call, callApi } from './api-call.ts';

const apiOf = (world: World, grants?: readonly Grant[]) => {
  const catalogue = grants === undefined ? world.catalogue : { ...world.catalogue, grants };
  const handler = create({ ...world.deps, catalogue: async () => catalogue });
  return (batchId: string, key: string, call: Call = {}) =>
    callApi(handler, 'GET', `/batches/${batchId}/deployments/${key}`, call);
};

/** Changes one deployment this many times. */
const changed = async (
  world: World,
  batchId: string,
  { index, key, times }: { index: number; key: string; times: number },
) => {
  let item: ItemRow = pendingItem(batchId, index, key);
  for (let n = 1; n <= times; n += 1) {
    const told = { status: 'PROCESSING', reason: `Step${n}`, message: `Step ${n}.` } as const;
    const change = changeItem(item, told, { at: world.clock.now() + n, actor: 'test' });
    await world.table.transact(change.writes);
    item = change.row;
  }
};

const key = 'clearing/trade-intake';

describe('GET /batches/{id}/deployments/{key}', () => {
  test('shows one deployment with its own changes only, numbered as in the feed of the batch', async () => {
    const world = makeWorld();
    const { batchId } = await planned(world);
    await changed(world, batchId, { index: 1, key, times: 2 });
    await changed(world, batchId, { index: 2, key: 'risk/limit-check', times: 1 });
    await publish(world, batchId);
    const { status, body } = await apiOf(world)(batchId, key);
    expect(status).toBe(200);
    expect(deploymentDetail.strict().parse(body)).toEqual(body);
    const self = `/batches/${batchId}`;
    expect(body).toMatchObject({
      ...{ batch_id: batchId, index: 1, key, status: 'PROCESSING', reason: 'Step2', has_earlier_events: false },
      links: { self: `${self}/deployments/${key}`, batch: self, logs: `${self}/deployments/${key}/logs` },
    });
    expect(body.events.map(({ seq, number, reason }: Record<string, unknown>) => [seq, number, reason])).toEqual([
      [1, expect.any(Number), 'Step1'],
      [2, expect.any(Number), 'Step2'],
    ]);
  });

  test('shows the last of many changes, and says that there are earlier ones', async () => {
    const world = makeWorld();
    const { batchId } = await planned(world);
    await changed(world, batchId, { index: 1, key, times: 203 });
    const { body } = await apiOf(world)(batchId, key);
    expect([body.events.length, body.has_earlier_events]).toEqual([200, true]);
    expect([body.events[0].reason, body.events.at(-1).reason]).toEqual(['Step4', 'Step203']);
    expect(body.events[0]).not.toHaveProperty('number');
  });

  test('exists before there is a plan', async () => {
    const world = makeWorld();
    const batchId = await submitted(world);
    const { status, body } = await apiOf(world)(batchId, 'risk/limit-check');
    expect(status).toBe(200);
    expect(body).toMatchObject({ key: 'risk/limit-check', status: 'PENDING', events: [] });
  });

  test('is the right one where the plan comes during the request', async () => {
    const world = makeWorld();
    const deployments = ['last', 'first'].map((service_name) => ({
      ...{ pillar: 'risk', service_name, docker_image_version: '1.0.0', docker_artifact_type: 'docker' },
      ...{ environment_id: 'uat', infrastructure_id: 'cluster-eu-1' },
      metadata: { dependencies: service_name === 'last' ? ['risk/first'] : [] },
    }));
    const { batchId, plan } = await planned(world, JSON.stringify({ version: 'v1.0', deployments }));
    const { plan_hash: _, ...unplanned } = (await world.table.get(keys.header(batchId)))!;
    let isFirst = true;
    const table: Table = Object.assign(Object.create(world.table) as Table, {
      get: async (asked: Parameters<Table['get']>[0]) => {
        const isEarly = isFirst && asked.pk === unplanned.pk && asked.sk === unplanned.sk;
        if (isEarly) isFirst = false;
        return isEarly ? unplanned : world.table.get(asked);
      },
      query: world.table.query.bind(world.table),
      transact: world.table.transact.bind(world.table),
    });
    const handler = create({ ...world.deps, table });
    for (const { key: asked } of plan.deployments) {
      isFirst = true;
      const { body } = await callApi(handler, 'GET', `/batches/${batchId}/deployments/${asked}`);
      expect([body.key, isFirst]).toEqual([asked, false]);
    }
  });

  test.each([submitted, async (world: World) => (await planned(world)).batchId])(
    'a missing one is not found, with the nearest one (%#)',
    async (make) => {
      const world = makeWorld();
      const batchId = await make(world);
      const call = apiOf(world);
      const { status, body } = await call(batchId, 'risk/limit-chek');
      expect({ status, code: body.code, detail: body.detail }).toEqual({
        status: 404,
        code: 'DeploymentNotFound',
        detail: `Batch ${batchId} has no deployment risk/limit-chek (did you mean risk/limit-check?).`,
      });
      expect((await call(batchId, 'what/ever/this/is')).body.code).toBe('DeploymentNotFound');
      expect((await call('01NOBATCH', key)).body.code).toBe('BatchNotFound');
    },
  );

  test('a hidden one is not found, and not suggested either', async () => {
    const world = makeWorld();
    const { batchId } = await planned(world);
    const grants: readonly Grant[] = [{ subject: 'rita', may: ['read'], pillars: ['risk'], environments: ['*'] }];
    const actor = { kind: 'person', subject: 'rita', groups: [], scopes: ['read'] } as const;
    const call = apiOf(world, grants);
    expect((await call(batchId, 'risk/limit-check', { actor })).status).toBe(200);
    for (const hidden of [key, 'clearing/trade-intak']) {
      const { status, body } = await call(batchId, hidden, { actor });
      expect([status, body.detail]).toEqual([404, `Batch ${batchId} has no deployment ${hidden}.`]);
    }
  });

  test('lines of logs need the scope logs', async () => {
    const world = makeWorld();
    const { batchId } = await planned(world);
    const evidence = [{ kind: 'pod', name: 'p', reason: 'R', message: 'm', log: ['one', 'two'] }];
    const told = { status: 'PROCESSING', reason: 'Failing', message: 'It fails.' } as const;
    const failure = { reason: 'R', message: 'm', evidence };
    const change = changeItem(
      pendingItem(batchId, 1, key),
      { ...told, failure },
      { at: 1, actor: 'test', detail: { evidence } },
    );
    await world.table.transact(change.writes);
    const call = apiOf(world);
    const reader = { kind: 'person', subject: 'rita', groups: [], scopes: ['read'] } as const;
    const { body } = await call(batchId, key, { actor: reader });
    expect(body.evidence).toEqual([{ kind: 'pod', name: 'p', reason: 'R', message: 'm', log_lines: 2 }]);
    expect(body.events[0]).toMatchObject({ withheld: 'logs', detail: { evidence: body.evidence } });
    expect((await call(batchId, key)).body.events[0]).not.toHaveProperty('withheld');
    expect(await world.table.get(keys.item(batchId, 1))).toBeDefined();
  });

  test('its example fits its schema', () => {
    expect(deploymentDetail.parse(exampleDetail)).toEqual(exampleDetail);
  });
});
