import { expect, test } from 'vitest';
import { planBatch } from '../../../lib/domain/plan/plan-batch.ts';
import type { Table } from '../../../lib/domain/ports.ts';
import { keys } from '../../../lib/domain/record/keys.ts';
import { itemOf, type Release } from '../../../lib/domain/record/rows.ts';
import { readValidBatch } from '../../../lib/usecases/batch/read-valid-batch.ts';
import { previewPlan } from '../../../lib/usecases/plan/preview-plan.ts';
import { makeWorld, manyYaml, releaseYaml } from '../batch/api-world.ts';

const text = releaseYaml.replace(
  'dependencies: [login-api] }',
  'dependencies: [login-api], rollback_strategy: automatic, retry_count: 0, health_check: { path: /ready, port: 8080 } }',
);

test('shows order, levels, critical path and what would happen, and writes nothing', async () => {
  const world = makeWorld();
  const preview = await previewPlan(world.deps, { text });
  expect(preview).toMatchObject({
    total: 3,
    levels: 3,
    critical_path: ['shared/login-api', 'clearing/trade-intake', 'risk/limit-check'],
    simulated: { harness: true, clusters: ['cluster-eu-1'] },
  });
  expect(preview.plan_hash).toMatch(/^[0-9a-f]{64}$/);
  expect(preview.deployments.map(({ key, level }) => [key, level])).toEqual([
    ['shared/login-api', 0],
    ['clearing/trade-intake', 1],
    ['risk/limit-check', 2],
  ]);
  expect(preview.deployments[1]).toMatchObject({
    dependencies: ['shared/login-api'],
    steps: [
      'waits until shared/login-api has succeeded',
      'runs harness pipeline deploy_clearing with 5.1.3 in staging: one try of 1800 s',
      'verifies that deployment clearing/trade-intake on cluster-eu-1 rolls out',
      'expects a good answer from /ready on port 8080',
      'on failure: restores the last good release and verifies it',
    ],
  });
  expect(world.documents.texts.size).toBe(0);
});

test('names the place that talks to the cluster of a deployment', async () => {
  const world = makeWorld();
  const placesIn = async () => (await previewPlan(world.deps, { text })).deployments.map(({ place }) => place);
  expect(await placesIn()).toEqual([undefined, undefined, undefined]);
  Object.assign(world.catalogue.clusters['cluster-eu-1']!, { place: 'payments' });
  expect(await placesIn()).toEqual(['payments', 'payments', 'payments']);
});

test('compares the first thousand of a large batch with the record, and says so; it queries locks once', async () => {
  const world = makeWorld();
  const asked: string[] = [];
  const table: Table = {
    get: (key) => {
      asked.push(key.pk.split('#')[0]!);
      return world.table.get(key);
    },
    transact: () => Promise.reject(new Error('nothing is written')),
    synced: () => Promise.reject(new Error('nothing is written')),
    query: (query) => {
      asked.push(query.pk === 'DISPATCHER' ? `${query.prefix}` : query.pk.split('#')[0]!);
      return world.table.query(query);
    },
  };
  const { recorded, deployments } = await previewPlan({ ...world.deps, table }, { text: manyYaml(1_200) });
  expect(recorded).toEqual({ looked_up: 1_000, left_out: 200 });
  expect(Object.entries(Object.groupBy(asked, (one) => one)).map(([name, all]) => [name, all!.length])).toEqual(
    expect.arrayContaining([
      ['CLUSTERS', 1],
      ['LOCK#', 1],
      ['TARGET', 1_000],
      ['OBJECT', 1_000],
    ]),
  );
  expect(deployments.map(({ change }) => change)).toEqual(
    deployments.map(({ index }) => (index < 1_000 ? 'new' : undefined)),
  );
});

test.each([
  ['job', 5, 1],
  ['job', 299, 1],
  ['job', 300, 0],
  ['job', undefined, 0],
  ['deployment', 5, 0],
] as const)('warns of a %s that removed itself %s s after its end: %i', async (kind, ttl_seconds, count) => {
  const world = makeWorld();
  const of = await world.deps.catalogue();
  const services = {
    shared: { 'login-api': { kind, name: 'login-api' } },
    clearing: { 'trade-intake': { kind: 'deployment', name: 'trade-intake' } },
    risk: { 'limit-check': { kind: 'deployment', name: 'limit-check' } },
  } as const;
  const catalogue = async () => ({ ...of, services });
  const { deployments } = planBatch(readValidBatch(text, await catalogue()).batch, await catalogue());
  const [deployment] = deployments;
  const release = { version: '3.0.1', deployment: deployment!, origin: 'recorded', at: 1, batch_id: 'x' } as const;
  const row: Release = { ...release, ...(ttl_seconds === undefined ? {} : { ttl_seconds }) };
  await world.table.transact([{ put: itemOf(keys.goodRelease(deployment!.target), row) }]);
  const preview = await previewPlan({ ...world.deps, catalogue }, { text });
  expect(preview.warnings.filter((warning) => warning.includes('ttlSecondsAfterFinished'))).toHaveLength(count);
  expect(preview.deployments[0]?.recorded).not.toHaveProperty('ttl_seconds');
});

test('says nothing of running versions and locks without a table', async () => {
  const { catalogue } = makeWorld().deps;
  const preview = await previewPlan({ catalogue }, { text });
  expect(preview).not.toHaveProperty('recorded');
  for (const one of preview.deployments) expect(Object.keys(one)).not.toContain('change');
});

test('gives the same plan hash for the same batch, and another for another version', async () => {
  const { deps } = makeWorld();
  const { plan_hash } = await previewPlan(deps, { text });
  expect((await previewPlan(deps, { text })).plan_hash).toBe(plan_hash);
  expect((await previewPlan(deps, { text: text.replace('5.1.3', '5.1.4') })).plan_hash).not.toBe(plan_hash);
});

test('refuses an invalid batch with its issues', async () => {
  const call = previewPlan(makeWorld().deps, {
    text: text.replace('login-api] ', 'ghost] ').replace('login-api],', 'ghost],'),
  });
  await expect(call).rejects.toMatchObject({ name: 'BatchInvalid' });
});

test.each([
  ['a slip', `${text}  bad: indent: here\n`, 'it has a problem'],
  [
    'another kind of file',
    '# Title\n\nWords: more: words\n'.repeat(9),
    'it does not look like YAML or JSON (9 problems)',
  ],
])('refuses a text that is no YAML: %s', async (_, wrong, why) => {
  const message = `The batch cannot be read: ${why}.`;
  await expect(previewPlan(makeWorld().deps, { text: wrong })).rejects.toMatchObject({ name: 'YamlInvalid', message });
});

test('lists deployments that would be held, and by what: the first three of many holds', async () => {
  const world = makeWorld();
  const hold = { kind: 'pause', rollbacks: false, reason: 'a freeze', by: 'mona', seq: 1 } as const;
  const scopes = [{ pillar: 'risk' }, { pillar: 'fx' }, {}, { environment: 'staging' }, { service: 'limit-check' }];
  const rows = scopes.map((scope, at) => ({ ...hold, id: `H${at}`, scope, since: at }));
  await world.table.transact(rows.map((row) => ({ put: itemOf(keys.hold(row.id), row) })));
  const { holds, deployments } = await previewPlan(world.deps, { text });
  expect(holds?.map(({ id, what }) => [id, what])).toEqual([
    ['H0', 'pillar risk'],
    ['H2', 'everything'],
    ['H3', 'environment staging'],
  ]);
  expect(deployments.map((one) => one.holds)).toEqual([
    ['H2', 'H3'],
    ['H2', 'H3'],
    ['H0', 'H2', 'H3'],
  ]);
});

test('says nothing of holds where none holds, or a circuit only lets one at a time through', async () => {
  const world = makeWorld();
  const circuit = { opened: 1, seen: 'no answer', seen_at: 1, trying: true };
  const row = {
    id: 'C',
    kind: 'circuit',
    scope: {},
    rollbacks: true,
    reason: '',
    by: 'dispatcher',
    since: 1,
    seq: 1,
    circuit,
  };
  await world.table.transact([{ put: itemOf(keys.hold('C'), row) }]);
  const { holds, deployments } = await previewPlan(world.deps, { text });
  expect([holds, deployments.map((one) => one.holds)]).toEqual([undefined, [undefined, undefined, undefined]]);
});
