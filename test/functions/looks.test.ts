import { expect, test } from 'vitest';
import { byToken } from '../../functions/api/who.ts';
import { create } from '../../functions/api-looks.ts';
import { simulatedConfiguration } from '../../lib/domain/catalogue/simulated-configuration.ts';
import { FlotillaError } from '../../lib/domain/errors.ts';
import type { Grant } from '../../lib/domain/grants/grant.ts';
import { World } from '../workflow/world.ts';
import { type Answer, callApi } from './api-call.ts';

const post = (world: World, path: string, body: object, deps: Partial<World['deps']> = {}): Promise<Answer> =>
  callApi(create({ ...world.deps, ...deps }), 'POST', path, {
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });

const health = (world: World, more: object = {}, deps: Partial<World['deps']> = {}): Promise<Answer> =>
  post(world, '/targets/health', { key: 'shared/a', environment: 'staging', ...more }, deps);

/** A world in which version 2.0.0 of `a` was deployed and verified. */
const deployed = async (wanted: object = {}): Promise<World> => {
  const world = await World.make();
  await world.settled(await world.submit([{ name: 'a', ...wanted }]));
  return world;
};

interface Case {
  readonly now: string;
  readonly change: (world: World) => void;
  readonly wanted?: object;
  readonly told: object;
}

const cases: readonly Case[] = [
  {
    now: 'the deployed version is healthy',
    change: () => {},
    told: { healthy: true, running: '2.0.0', recorded: '2.0.0', state: 'verified', evidence: [], warnings: [] },
  },
  {
    now: 'its pods crash',
    change: ({ cluster }) => cluster.set('a', '2.0.0', 'crash'),
    told: {
      healthy: false,
      reason: 'CrashLoopBackOff',
      evidence: Array(2).fill(expect.objectContaining({ kind: 'pod' })),
    },
  },
  {
    now: 'its pods are not ready',
    change: ({ cluster }) => cluster.set('a', '2.0.0', 'stuck'),
    told: { healthy: false, running: '2.0.0' },
  },
  {
    now: 'another version is healthy',
    change: ({ cluster }) => cluster.set('a', '2.0.1', 'good'),
    told: {
      ...{ healthy: true, running: '2.0.1', recorded: '2.0.0' },
      warnings: ['Version 2.0.1 runs, but 2.0.0 was recorded. Somebody else has changed it since.'],
    },
  },
  {
    now: 'its health check answers',
    wanted: { health: { path: '/ready' } },
    change: () => {},
    told: { healthy: true, message: expect.stringContaining('Health: check 1 answered 200.') },
  },
  {
    now: 'its health check gives a bad answer',
    wanted: { health: { path: '/ready' } },
    change: ({ cluster }) => {
      cluster.answer = () => 503;
    },
    told: {
      ...{ healthy: false, reason: 'HealthUnexpectedStatus', running: '2.0.0' },
      evidence: [expect.objectContaining({ kind: 'health', message: '503' })],
    },
  },
  {
    now: 'its cluster cannot be reached',
    change: (world) => {
      world.cluster.away = { from: 0, until: Number.POSITIVE_INFINITY };
    },
    told: {
      ...{ healthy: false, reason: 'ClusterUnavailable', message: 'cluster cluster-eu-1 does not answer.' },
      recorded: '2.0.0',
    },
  },
];

test.each(cases)('health: $now', async ({ change, wanted, told }) => {
  const world = await deployed(wanted);
  change(world);
  const { status, body } = await health(world);
  expect([status, body]).toMatchObject([
    200,
    { key: 'shared/a', environment: 'staging', cluster: 'cluster-eu-1', checked_at: expect.any(String), ...told },
  ]);
});

test('does not wait for a cluster that does not answer', async () => {
  const world = await deployed();
  const asked = health(world, {}, { cluster: () => new Promise(() => {}) });
  await world.pass(8);
  const message = 'cluster cluster-eu-1 has not answered within 8 s.';
  expect(await asked).toMatchObject({ status: 200, body: { healthy: false, reason: 'ClusterUnavailable', message } });
});

test('masks a secret that a cluster shows', async () => {
  const world = await deployed();
  const key = `AKIA${'ABCDEFGH'.repeat(2)}`;
  const refuse = async () => {
    throw new FlotillaError('ClusterUnavailable', `denied for ${key}`);
  };
  const { body } = await health(world, {}, { cluster: refuse });
  expect(JSON.stringify(body)).not.toContain(key);
});

test.each([
  [
    'a service that was never deployed',
    { key: 'shared/b' },
    404,
    'TargetNotFound',
    'Nothing is recorded for shared/b in staging',
  ],
  ['another environment', { environment: 'uat' }, 404, 'TargetNotFound', 'Nothing is recorded for shared/a in uat'],
  ['a cluster where it is not', { cluster: 'eu-2' }, 404, 'TargetNotFound', 'in staging on cluster eu-2'],
  ['no key at all', { key: 'a' }, 400, 'RequestInvalid', 'A key is pillar/service_name'],
  ['an empty one', { key: '' }, 400, 'RequestInvalid', 'body.key is empty'],
  ['what is unknown', { keys: 'a' }, 400, 'RequestInvalid', 'unknown key'],
] as const)('health of %s', async (_, more, status, code, says) => {
  const world = await deployed();
  const answer = await health(world, more);
  expect(answer).toMatchObject({ status, body: { code, detail: expect.stringContaining(says) } });
});

test('a service on several clusters of its environment needs its cluster in the request', async () => {
  const { catalogue } = simulatedConfiguration();
  const [name, entry] = Object.entries(catalogue.clusters)[0]!;
  const clusters = { ...catalogue.clusters, [name]: entry, other: entry };
  const world = await World.make({ catalogue: { ...catalogue, clusters } });
  await world.settled(await world.submit([{ name: 'a' }]));
  await world.settled(await world.submit([{ name: 'a', infrastructure: 'other' }]));
  const { status, body } = await health(world);
  expect([status, body.code, body.detail]).toEqual([
    400,
    'RequestInvalid',
    'In staging shared/a is on several clusters: cluster-eu-1, other. Name one with cluster.',
  ]);
  expect((await health(world, { cluster: 'other' })).body).toMatchObject({ healthy: true, cluster: 'other' });
});

test('a caller who may not see a target gets the answer for a missing one', async () => {
  const grants: readonly Grant[] = [{ subject: 'rita', may: ['*'], pillars: ['risk'], environments: ['*'] }];
  const world = await deployed();
  const catalogue = { ...(await world.deps.catalogue()), grants };
  const handler = create({ ...world.deps, catalogue: async () => catalogue }, { identify: byToken });
  const call = { claims: { sub: 'rita', scope: 'flotilla/read' }, headers: { 'content-type': 'application/json' } };
  const body = JSON.stringify({ key: 'shared/a', environment: 'staging' });
  expect(await callApi(handler, 'POST', '/targets/health', { ...call, body })).toMatchObject({ status: 404 });
});

interface UnknownCase {
  readonly now: string;
  readonly change: (world: World) => void;
  readonly wanted?: object;
  readonly without?: readonly string[];
  readonly proposed: object;
}

const unknownCases: readonly UnknownCase[] = [
  {
    now: 'the requested version is healthy',
    change: ({ cluster }) => cluster.set('a', '2.0.0', 'good'),
    proposed: { status: 'SUCCESS', message: expect.stringContaining('Version 2.0.0 runs well') },
  },
  {
    now: 'and its health check answers',
    wanted: { health: { path: '/ready' } },
    change: ({ cluster }) => cluster.set('a', '2.0.0', 'good'),
    proposed: { status: 'SUCCESS', message: expect.stringContaining('Health: check 1 answered 200.') },
  },
  {
    now: 'and its health check fails',
    wanted: { health: { path: '/ready' } },
    change: ({ cluster }) => {
      cluster.set('a', '2.0.0', 'good');
      cluster.answer = () => 503;
    },
    proposed: { status: undefined, message: expect.stringContaining('But its health check fails') },
  },
  {
    now: 'the previous release runs',
    change: () => {},
    proposed: { status: 'FAILED', message: 'The previous release, version 1.0.0, runs well.' },
  },
  {
    now: 'nothing runs there, as before',
    without: ['a'],
    change: () => {},
    proposed: { status: 'FAILED', message: 'Nothing runs there, as before.' },
  },
  {
    now: 'the requested version crashes',
    change: ({ cluster }) => cluster.set('a', '2.0.0', 'crash'),
    proposed: { status: 'FAILED', evidence: Array(2).fill(expect.objectContaining({ reason: 'CrashLoopBackOff' })) },
  },
  {
    now: 'the requested version is not healthy yet',
    change: ({ cluster }) => cluster.set('a', '2.0.0', 'stuck'),
    proposed: { status: undefined, message: expect.stringContaining('not healthy yet') },
  },
  {
    now: 'something else runs',
    change: ({ cluster }) => cluster.set('a', '3.0.0', 'good'),
    proposed: {
      status: undefined,
      message: expect.stringContaining('neither the requested version nor the previous release'),
    },
  },
  {
    now: 'the cluster cannot be reached',
    change: (world) => {
      world.cluster.away = { from: 0, until: Number.POSITIVE_INFINITY };
    },
    proposed: { status: undefined, message: expect.stringContaining('The cluster could not be asked') },
  },
];

const unresolved = async (wanted: object = {}, without: readonly string[] = []) => {
  const world = await World.make();
  world.executor.scripts.set('a', { start: 'unknown', appears: Number.POSITIVE_INFINITY });
  const batchId = await world.submit([{ name: 'a', ...wanted }], { without });
  await world.settled(batchId);
  return { world, batchId, path: `/batches/${batchId}/resolve/plan` };
};

test.each(unknownCases)('proposed, where $now', async ({ change, wanted, without, proposed }) => {
  const { world, batchId, path } = await unresolved(wanted, without);
  change(world);
  const { status, body } = await post(world, path, {});
  expect([status, body.batch_id, body.more]).toEqual([200, batchId, false]);
  expect({ status: undefined, ...body.proposals[0] }).toMatchObject({ key: 'shared/a', version: '2.0.0', ...proposed });
});

test('proposes nothing where nothing is UNKNOWN', async () => {
  const world = await World.make();
  const batchId = await world.submit([{ name: 'a' }]);
  await world.settled(batchId);
  expect((await post(world, `/batches/${batchId}/resolve/plan`, {})).body.proposals).toEqual([]);
});

test.each([
  ['a program', { client_id: 'ci', sub: 'ci' }, false, 'Only a person may resolve'],
  ['somebody in no group', { client_id: 'people', sub: 'u-1' }, false, 'Only a person may resolve'],
  [
    'the submitter, where a second person is needed',
    { sub: 'ada', groups: ['sre'] },
    true,
    'the person who submitted may not',
  ],
] as const)('proposes nothing to %s', async (_, claims, second_person, says) => {
  const { world, path } = await unresolved();
  const catalogue = { ...(await world.deps.catalogue()), environments: { staging: { second_person } } };
  const handler = create({ ...world.deps, catalogue: async () => catalogue }, { identify: byToken });
  const answer = await callApi(handler, 'POST', path, { claims: { ...claims, scope: 'flotilla/approve' } });
  expect(answer).toMatchObject({ status: 403, body: { code: 'Forbidden', detail: expect.stringContaining(says) } });
});

test('does not adopt what has not drifted', async () => {
  const world = await deployed();
  const asked = { key: 'shared/a', environment: 'staging' };
  const detail = expect.stringContaining('no survey has found it changed');
  expect(await post(world, '/targets/adopt', { ...asked, reason: 'it is accepted' })).toMatchObject({
    ...{ status: 409, body: { code: 'NothingToAdopt', detail } },
  });
  expect((await post(world, '/targets/adopt', { ...asked, reason: ' ' })).status).toBe(400);
});
