import { describe, expect, test } from 'vitest';
import {
  catalogue as catalogueSchema,
  clusters as clustersSchema,
  exampleCatalogue,
  exampleClusters,
  exampleExecutors,
  exampleQueue,
  executors as executorsSchema,
  queue as queueSchema,
} from '../../functions/api/schemas/installation.ts';
import { create } from '../../functions/api.ts';
import type { Catalogue } from '../../lib/domain/catalogue/catalogue.ts';
import { simulatedConfiguration } from '../../lib/domain/catalogue/simulated-configuration.ts';
import type { Grant } from '../../lib/domain/grants/grant.ts';
import { keys } from '../../lib/domain/record/keys.ts';
import { itemOf } from '../../lib/domain/record/rows.ts';
import { makeWorld } from '../usecases/batch/api-world.ts';
import { pause, startsOf } from '../workflow/hold-world.ts';
import { World } from '../workflow/world.ts';
import { callApi } from './api-call.ts';

const brought = simulatedConfiguration().catalogue;

const catalogue: Catalogue = {
  ...brought,
  pillars: { risk: { max_concurrency: 4 }, shared: {}, clearing: {} },
  environments: { uat: { infrastructures: ['eu'] }, staging: { max_concurrency: 2 }, live: { second_person: true } },
  clusters: { 'eu-1': { simulated: false, max_concurrency: 9 }, 'us-1': { simulated: true } },
  infrastructures: { eu: { cluster: 'eu-1', namespace: 'secret-place' } },
  services: { risk: { cva: { kind: 'deployment', name: 'cva-web', image: 'registry.internal/cva' } }, shared: {} },
  harness: { simulated: false, account: 'acme', max_concurrency: 20, requests_per_minute: 300 },
};

const grants: readonly Grant[] = [
  { subject: 'rita', may: ['read'], pillars: ['risk'], environments: ['uat'] },
  { subject: 'mona', may: ['*'], pillars: ['*'], environments: ['*'] },
];

const person = (subject: string) => ({ kind: 'person', subject, groups: [], scopes: ['read'] }) as const;

describe('GET /catalogue', () => {
  test('shows the defaults, without names that the caller may not see', async () => {
    const over: Partial<Catalogue> = {
      defaults: { environment_id: 'live', infrastructure_id: 'us-1', retry_count: 2 },
      pillars: { risk: { defaults: { health_check: { path: '/ready' } } } },
      environments: { uat: { infrastructures: ['eu'], defaults: { infrastructure: 'eu' } }, live: {} },
    };
    const seen = async (who: string) => {
      const { body } = await call(who, over);
      expect(catalogueSchema.parse(body)).toEqual(body);
      return [body.defaults, body.pillars[0].defaults, body.environments.at(-1).defaults];
    };
    const shared = [{ health_check: { path: '/ready' } }, { infrastructure_id: 'eu' }];
    expect(await seen('mona')).toEqual([
      { environment_id: 'live', infrastructure_id: 'us-1', retry_count: 2 },
      ...shared,
    ]);
    expect(await seen('rita')).toEqual([{ retry_count: 2 }, ...shared]);
  });

  const call = (who: string, over: Partial<Catalogue> = {}) => {
    const handler = create({ ...makeWorld().deps, catalogue: async () => ({ ...catalogue, grants, ...over }) });
    return callApi(handler, 'GET', '/catalogue', { actor: person(who) });
  };

  test('has names and limits, and no address or credential', async () => {
    const { status, body } = await call('mona');
    expect(status).toBe(200);
    expect(catalogueSchema.parse(body)).toEqual(body);
    expect(body).toEqual({
      pillars: [
        { name: 'clearing', services: [] },
        { name: 'risk', limit: 4, services: ['cva'] },
        { name: 'shared', services: [] },
      ],
      environments: [
        { name: 'live', second_person: true },
        { name: 'staging', limit: 2, second_person: false },
        { name: 'uat', infrastructures: ['eu'], second_person: false },
      ],
      infrastructures: [
        { name: 'eu', cluster: 'eu-1' },
        { name: 'eu-1', cluster: 'eu-1' },
        { name: 'us-1', cluster: 'us-1' },
      ],
      clusters: [
        { name: 'eu-1', limit: 9, simulated: false },
        { name: 'us-1', simulated: true },
      ],
      executors: [{ name: 'harness', limit: 20, account: 'harness:acme', simulated: false, requests_per_minute: 300 }],
    });
  });

  test('has what callers may see: where they may see something, and where something can be', async () => {
    const { body } = await call('rita');
    expect(body).toEqual({
      pillars: [{ name: 'risk', limit: 4, services: ['cva'] }],
      environments: [{ name: 'uat', infrastructures: ['eu'], second_person: false }],
      infrastructures: [{ name: 'eu', cluster: 'eu-1' }],
      clusters: [{ name: 'eu-1', limit: 9, simulated: false }],
      executors: [expect.objectContaining({ account: 'harness:acme' })],
    });
    const nothing = { pillars: [], environments: [], infrastructures: [], clusters: [], executors: [] };
    expect((await call('eve')).body).toEqual(nothing);
  });

  test('names none where any name is valid', async () => {
    const { services: _, environments: __, ...open } = { ...catalogue, grants };
    const handler = create({ ...makeWorld().deps, catalogue: async () => open });
    const { body } = await callApi(handler, 'GET', '/catalogue', { actor: person('rita') });
    expect(body).not.toHaveProperty('environments');
    expect(body.pillars).toEqual([{ name: 'risk', limit: 4 }]);
    expect(body.clusters).toHaveLength(2);
  });
});

/**
 * Six deployments: two in flight, two that wait for room, one for a lock of its target, one for another of its batch.
 */
const busyWorld = async () => {
  const limits = { ...brought, environments: { staging: { max_concurrency: 2 }, uat: {} } };
  const world = await World.make({ catalogue: limits });
  for (const name of ['a', 'b']) world.executor.scripts.set(name, { takes: 10_000 });
  const first = await world.submit([{ name: 'a' }, { name: 'b' }, { name: 'c' }, { name: 'd', needs: ['a'] }]);
  await world.until(() => startsOf(world) === 2);
  const second = await world.submit([{ name: 'a' }, { name: 'e' }]);
  await world.pass(60);
  return { world, first, second };
};

const ask = async (world: World, path: string, granted?: readonly Grant[]) => {
  const known = await world.deps.catalogue();
  const here = granted === undefined ? known : { ...known, grants: granted };
  const handler = create({ ...world.deps, catalogue: async () => here });
  const { status, body } = await callApi(handler, 'GET', path, { actor: person('rita') });
  expect(status).toBe(200);
  return body;
};

describe('GET /queue', () => {
  test('of nothing', async () => {
    const world = await World.make();
    const body = await ask(world, '/queue');
    expect(queueSchema.parse(body)).toEqual(body);
    expect(body).toMatchObject({
      ...{ batches: 0, in_flight: 0, waiting: 0, waits: {}, throttled: [], holds: [] },
      messages: { unread: { count: 0 }, rejected: { count: 0 } },
    });
    expect(body).not.toHaveProperty('oldest_wait');
  });

  test('shows what is in flight, and what waits for what', async () => {
    const { world, first } = await busyWorld();
    const body = await ask(world, '/queue');
    expect(queueSchema.parse(body)).toEqual(body);
    expect(body).toMatchObject({
      ...{ batches: 2, in_flight: 2, waiting: 4 },
      waits: { lock: 1, limit: 2, dependency: 1 },
      oldest_wait: { batch_id: first },
    });
    expect(body).not.toHaveProperty('at_least');
    expect(body.limits).toContainEqual({ kind: 'environment', name: 'staging', limit: 2, in_flight: 2 });
    expect(body.limits).toContainEqual({ kind: 'environment', name: 'uat', in_flight: 0 });
    expect(body.limits).toContainEqual({ kind: 'pillar', name: 'shared', in_flight: 2 });
    expect(body.limits).toContainEqual({ kind: 'cluster', name: 'cluster-eu-1', in_flight: 2 });
    expect(body.limits).toContainEqual({ kind: 'executor', name: 'harness:simulated', in_flight: 2 });
  });

  test('a hold comes before all other obstacles; unreadable ones are counted', async () => {
    const { world } = await busyWorld();
    await pause(world, { environment: 'staging' });
    await world.table.transact([{ put: itemOf(keys.rejected('R1'), { message: 'x' }) }]);
    await world.pass(60);
    const body = await ask(world, '/queue');
    expect(body.waits).toEqual({ hold: 3, dependency: 1 });
    expect(body.holds).toMatchObject([{ scope: { environment: 'staging' } }]);
    expect(body.messages).toEqual({ unread: { count: 0 }, rejected: { count: 1 } });
  });

  test('shows a caller who may see a part only that part', async () => {
    const { world } = await busyWorld();
    const elsewhere: Grant = { subject: 'rita', may: ['read'], pillars: ['shared'], environments: ['uat'] };
    expect(await ask(world, '/queue', [elsewhere])).toMatchObject({
      ...{ batches: 0, in_flight: 0, waiting: 0, waits: {} },
      limits: expect.not.arrayContaining([expect.objectContaining({ name: 'staging' })]),
    });
    const there: Grant = { ...elsewhere, environments: ['staging'] };
    expect(await ask(world, '/queue', [there])).toMatchObject({ batches: 2, in_flight: 2, waiting: 4 });
  });
});

describe('GET /executors and /clusters', () => {
  test('show what is in flight there, and that somebody is looking', async () => {
    const { world } = await busyWorld();
    const executors = await ask(world, '/executors');
    expect(executorsSchema.parse(executors)).toEqual(executors);
    expect(executors.executors).toEqual([
      {
        ...{ name: 'harness', account: 'harness:simulated', simulated: true, in_flight: 2 },
        ...{ watching: true, last_look: expect.any(String) },
      },
    ]);
    const clusters = await ask(world, '/clusters');
    expect(clustersSchema.parse(clusters)).toEqual(clusters);
    const own = clusters.clusters.find(({ name }: { name: string }) => name === 'cluster-eu-1');
    expect(own).toEqual({
      ...{ name: 'cluster-eu-1', simulated: true, in_flight: 2, watching: false },
      identity_known_since: expect.any(String),
    });
  });

  test('show the place that talks to a cluster', async () => {
    const world = makeWorld();
    const clusters = { ...catalogue.clusters, 'eu-1': { simulated: false, place: 'payments' } };
    const handler = create({ ...world.deps, catalogue: async () => ({ ...catalogue, clusters }) });
    const { body } = await callApi(handler, 'GET', '/clusters');
    expect(clustersSchema.parse(body)).toEqual(body);
    const places = body.clusters.map(({ name, place }: { name: string; place?: string }) => [name, place]);
    expect(places).toEqual([
      ['eu-1', 'payments'],
      ['us-1', undefined],
    ]);
  });

  test('show budget, trouble, circuit and missing rights', async () => {
    const world = makeWorld();
    const now = world.clock.now();
    const circuit = { opened: 1, seen: 'Asked for runs: nothing came', seen_at: now };
    const held = { kind: 'circuit', rollbacks: true, reason: 'x', by: 'dispatcher', since: now, circuit, seq: 1 };
    await world.table.transact([
      {
        put: itemOf(keys.trouble('harness:acme'), {
          ...{ account: 'harness:acme', since: now, at: now, asked: 'runs', answered: '503' },
        }),
      },
      { put: itemOf(keys.hold('C1'), { ...held, id: 'C1', scope: { executor: 'harness:acme' } }) },
      { put: itemOf(keys.hold('C2'), { ...held, id: 'C2', scope: { cluster: 'eu-1' } }) },
      {
        put: itemOf(keys.cluster('eu-1'), {
          ...{ cluster: 'eu-1', fingerprint: 'f', identities: ['https://10.0.0.1'], names: ['eu-1'], at: now },
          rights: { risk: { at: now, missing: ['get pods/log'] } },
        }),
      },
    ]);
    const handler = create({ ...world.deps, catalogue: async () => ({ ...catalogue, grants }) });
    const get = async (path: string) => (await callApi(handler, 'GET', path, { actor: person('rita') })).body;
    expect((await get('/executors')).executors).toMatchObject([
      {
        ...{ account: 'harness:acme', simulated: false, in_flight: 0, limit: 20, watching: false },
        budget: { limit: 300, allowed: 300 },
        trouble: { asked: 'runs', answered: '503' },
        circuit: { id: 'C1' },
      },
    ]);
    const { clusters } = await get('/clusters');
    expect(clusters).toMatchObject([
      {
        ...{ name: 'eu-1', limit: 9, in_flight: 0, circuit: { id: 'C2' } },
        rights: { missing: ['get pods/log'], namespaces: 1 },
      },
    ]);
    expect(JSON.stringify(clusters)).not.toContain('10.0.0.1');
  });
});

test('the examples fit their schemas', () => {
  expect(catalogueSchema.parse(exampleCatalogue)).toEqual(exampleCatalogue);
  expect(executorsSchema.parse(exampleExecutors)).toEqual(exampleExecutors);
  expect(clustersSchema.parse(exampleClusters)).toEqual(exampleClusters);
  expect(queueSchema.parse(exampleQueue)).toEqual(exampleQueue);
});
