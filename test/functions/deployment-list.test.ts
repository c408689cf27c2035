import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { byToken } from '../../functions/api/who.ts';
import { create } from '../../functions/api.ts';
import type { Grant } from '../../lib/domain/grants/grant.ts';
import type { HoldRow } from '../../lib/domain/holds/hold.ts';
import { pendingItem } from '../../lib/domain/record/change.ts';
import { keys } from '../../lib/domain/record/keys.ts';
import { type ItemRow, itemOf, type LockRow } from '../../lib/domain/record/rows.ts';
import { type Cell, Cells } from '../../lib/domain/schedule/cells.ts';
import type { DeploymentView } from '../../lib/usecases/deployment/deployment-view.ts';
import { makeWorld, planned, submitted } from '../usecases/batch/api-world.ts';
import { callApi } from './api-call.ts';

const grants: readonly Grant[] = [
  { subject: 'rita', may: ['read'], pillars: ['risk'], environments: ['uat'] },
  { subject: 'ada', may: ['*'], pillars: ['*'], environments: ['*'] },
];

const at = Date.UTC(2026, 8, 30, 6);

interface Made {
  readonly key: string;
  readonly environment?: string;
  readonly cluster?: string;
  readonly needs?: readonly string[];
  readonly cell: Cell;
  /** Absent where nothing has happened yet. */
  readonly row?: Partial<ItemRow>;
}

const ended = (status: 'SUCCESS' | 'FAILED' | 'UNKNOWN' | 'SKIPPED', reason: string, seconds: number) => {
  const outcome = { status, reason, message: `${reason}.`, evidence: [], warnings: [], attempts: 1, runs: [] };
  return { status, reason, message: `${reason}.`, outcome: { ...outcome, ended_at: at + seconds * 1_000 } };
};

const failure = { reason: 'ImagePullBackOff', message: 'There is no such image.' };
const failed = ended('FAILED', 'RestoredPreviousRelease', 9);

const skippedNext = { ...ended('SKIPPED', 'DependencyFailed', 12), message: 'clearing/skipped was skipped.' };

const made: readonly Made[] = [
  { key: 'shared/early', cell: 'S', row: ended('SUCCESS', 'Verified', 10) },
  { key: 'shared/late', cell: 'S', row: ended('SUCCESS', 'Verified', 20) },
  { key: 'risk/broken', cell: 'F', row: { ...failed, outcome: { ...failed.outcome, failure } } },
  { key: 'risk/lost', cell: 'U', row: ended('UNKNOWN', 'StartUnknown', 8) },
  { key: 'clearing/skipped', needs: ['risk/broken'], cell: 'K', row: ended('SKIPPED', 'DependencyFailed', 11) },
  { key: 'risk/next', needs: ['clearing/skipped'], cell: 'K', row: skippedNext },
  { key: 'risk/young', cell: 'G', row: { status: 'PROCESSING', reason: 'Deploying', started_at: at + 50_000 } },
  { key: 'risk/old', cell: 'G', environment: 'sit', row: { status: 'PROCESSING', started_at: at + 40_000 } },
  { key: 'risk/after-late', needs: ['shared/late'], cell: 0 },
  { key: 'risk/after-early', needs: ['shared/early'], cell: 0, cluster: 'cluster-us-1' },
  { key: 'risk/waits', needs: ['risk/young'], cell: 1 },
  { key: 'clearing/locked', cell: 0 },
];

const yaml = JSON.stringify({
  version: 'v1.0',
  deployments: made.map(({ key, environment = 'uat', cluster = 'cluster-eu-1', needs = [] }) => ({
    pillar: key.split('/')[0],
    service_name: key.split('/')[1],
    docker_image_version: '1.0.0',
    docker_artifact_type: 'docker',
    environment_id: environment,
    infrastructure_id: cluster,
    metadata: { dependencies: needs },
  })),
});

const hold: HoldRow = {
  ...{ id: '01HOLD', kind: 'pause', scope: { cluster: 'cluster-us-1' }, rollbacks: false, reason: 'a freeze' },
  ...{ by: 'mona', since: at, seq: 1, changed_at: at },
};

const running = async () => {
  const world = makeWorld();
  const { batchId, plan } = await planned(world, yaml);
  const placeOf = new Map(plan.deployments.map(({ key, index }) => [key, index]));
  const cells = Cells.waitingFor(plan.deployments.map(() => 0));
  for (const { key, cell } of made) cells.set(placeOf.get(key)!, cell);
  const rows = made.flatMap(({ key, row }) => {
    const index = placeOf.get(key)!;
    return row === undefined
      ? []
      : [{ put: itemOf(keys.item(batchId, index), { ...pendingItem(batchId, index, key), seq: 1, ...row }) }];
  });
  const locked = plan.deployments[placeOf.get('clearing/locked')!]!.target;
  const other = await submitted(world);
  const lock: LockRow = { name: locked, batch_id: other, index: 0, key: 'shared/login-api', fence: 1, state: 'held' };
  const head = { batch_id: batchId, order: 1, in_flight: 2, telling: [], counts: {} };
  await world.table.transact([
    ...rows,
    { put: itemOf(keys.scheduleBatch(batchId), head) },
    { put: itemOf(keys.schedulePage(batchId, 0), { cells: cells.page(0) }) },
    { put: itemOf(keys.lock(locked), lock) },
    { put: itemOf(keys.hold(hold.id), hold) },
  ]);
  const catalogue = { ...world.catalogue, grants };
  const handler = create({ ...world.deps, catalogue: async () => catalogue }, { identify: byToken });
  const ask = (query: string, who = 'ada') =>
    callApi(handler, 'GET', `/batches/${batchId}/deployments?${query}`, {
      claims: { sub: who, groups: ['people'], scope: 'flotilla/read' },
    });
  return { ask, other };
};

let world: Awaited<ReturnType<typeof running>>;
beforeAll(async () => {
  world = await running();
});

/** All matches, page by page. */
const all = async (query: string, who?: string): Promise<readonly DeploymentView[]> => {
  const found: DeploymentView[] = [];
  for (let after = ''; ; ) {
    const { status, body } = await world.ask(`${query}${after}`, who);
    expect([status, body.detail]).toEqual([200, undefined]);
    found.push(...body.deployments);
    if (body.next_after === undefined) return found;
    after = `&after=${body.next_after}`;
  }
};

const keysOf = async (query: string, who?: string) => (await all(query, who)).map(({ key }) => key);

describe('deployments are found by', () => {
  test.each<[query: string, found: readonly string[], who?: string]>([
    ['status=FAILED', ['risk/broken']],
    ['pillar=clearing', ['clearing/locked', 'clearing/skipped']],
    ['environment=sit', ['risk/old']],
    ['cluster=cluster-us-1', ['risk/after-early']],
    ['environment=sit&pillar=clearing', []],
    ['reason=ImagePullBackOff', ['risk/broken']],
    ['reason=RestoredPreviousRelease', ['risk/broken']],
    ['reason=AwaitingTurn&pillar=clearing', ['clearing/locked']],
    ['text=LATE', ['shared/late', 'risk/after-late']],
    ['text=no%20such%20IMAGE', ['risk/broken']],
    ['text=dependencyfail&pillar=risk', ['risk/next']],
    ['held_by=01HOLD', ['risk/after-early']],
    ['held_by=risk/young', ['risk/waits']],
    ['held_by=risk/broken', ['clearing/skipped', 'risk/next']],
    ['held_by=risk/broken&pillar=risk', ['risk/next']],
    ['held_by=shared/login-api', ['clearing/locked']],
    ['held_by=nobody', []],
    ['held_by=risk/broken', ['risk/next'], 'rita'],
    ['held_by=clearing/skipped', [], 'rita'],
    ['held_by=shared/login-api', [], 'rita'],
    ['pillar=clearing', [], 'rita'],
    ['text=late&status=PENDING', ['risk/after-late'], 'rita'],
    ['text=clearing/s', ['clearing/skipped', 'risk/next']],
    ['text=clearing/s', [], 'rita'],
    ['text=another%20deployment', ['risk/next'], 'rita'],
  ])('%s', async (query, found, who = 'ada') => {
    for (const limit of [1, 2, 100]) {
      expect((await keysOf(`${query}&limit=${limit}`, who)).toSorted()).toEqual(found.toSorted());
    }
  });

  test('the batch that holds them up', async () => {
    expect(await keysOf(`held_by=${world.other}`)).toEqual(['clearing/locked']);
    expect(await keysOf(`held_by=${world.other}`, 'rita')).toEqual([]);
  });
});

test('lists trouble first: failed, UNKNOWN, in work and waiting for the longest, and then the rest as planned', async () => {
  const planned = await keysOf('');
  const trouble = [
    ...['risk/broken', 'risk/lost', 'risk/old', 'risk/young'],
    ...['clearing/locked', 'risk/after-early', 'risk/after-late', 'risk/waits'],
  ];
  const rest = planned.filter((key) => !trouble.includes(key));
  for (const limit of [1, 3, 100]) {
    expect(await keysOf(`sort=trouble&limit=${limit}`)).toEqual([...trouble, ...rest]);
    expect(await keysOf(`sort=trouble&pillar=risk&status=PENDING&limit=${limit}`)).toEqual(trouble.slice(5));
  }
});

const anyFilter = fc.record(
  {
    status: fc.constantFrom('FAILED', 'PENDING', 'PROCESSING', 'SKIPPED', 'SUCCESS'),
    environment: fc.constantFrom('uat', 'sit'),
    pillar: fc.constantFrom('risk', 'clearing'),
    cluster: fc.constantFrom('cluster-eu-1', 'cluster-us-1'),
    reason: fc.constantFrom('DependencyFailed', 'AwaitingTurn'),
    text: fc.constantFrom('risk', 'AITS', 'depend', 'l'),
    sort: fc.constantFrom('plan', 'trouble'),
    limit: fc.constantFrom('1', '2', '5'),
  },
  { requiredKeys: [] },
);

test('gives each match that the caller may see once, page by page', async () => {
  const whole = { ada: await all(''), rita: await all('', 'rita') };
  await fc.assert(
    fc.asyncProperty(anyFilter, fc.constantFrom('ada' as const, 'rita' as const), async (filter, who) => {
      const is = (asked: string | undefined, own: string | undefined) => asked === undefined || asked === own;
      const fits = ({ status, environment_id, pillar, cluster, reason, key, message, waiting_for }: DeploymentView) =>
        is(filter.status, status) &&
        is(filter.environment, environment_id) &&
        is(filter.pillar, pillar) &&
        is(filter.cluster, cluster) &&
        is(filter.reason, reason) &&
        [key, reason, waiting_for === undefined ? message : ''].some((word) =>
          word.toLowerCase().includes((filter.text ?? '').toLowerCase()),
        );
      const found = await keysOf(new URLSearchParams(filter).toString(), who);
      const expected = whole[who].filter(fits).map(({ key }) => key);
      expect(filter.sort === 'trouble' ? found.toSorted() : found).toEqual(
        filter.sort === 'trouble' ? expected.toSorted() : expected,
      );
    }),
    { numRuns: 150 },
  );
});

test('searches what the file says before the plan', async () => {
  const fresh = makeWorld();
  const batchId = await submitted(fresh, yaml);
  const handler = create({ ...fresh.deps }, { identify: byToken });
  const claims = { sub: 'ada', groups: [], scope: 'flotilla/admin' };
  const ask = async (query: string) =>
    (await callApi(handler, 'GET', `/batches/${batchId}/deployments?${query}`, { claims })).body;
  const found = async (query: string) => (await ask(query)).deployments.map(({ key }: { key: string }) => key);
  expect(await found('environment=sit')).toEqual(['risk/old']);
  expect(await found('text=late&status=PENDING')).toEqual(['shared/late', 'risk/after-late']);
  expect(await found('cluster=cluster-eu-1')).toEqual([]);
  expect(await found('held_by=risk/young')).toEqual([]);
  expect(await found('status=FAILED')).toEqual([]);
  const first = await ask('pillar=clearing&limit=1&sort=trouble');
  const second = await ask(`pillar=clearing&limit=1&sort=trouble&after=${first.next_after}`);
  expect(
    [first, second].map(({ deployments: [one], limit, next_after }) => [one.key, limit, typeof next_after]),
  ).toEqual([
    ['clearing/skipped', 1, 'string'],
    ['clearing/locked', 1, 'undefined'],
  ]);
});

describe('wrong queries of a list', () => {
  const statuses = 'PENDING, PROCESSING, SUCCESS, FAILED, ROLLBACK, SKIPPED, CANCELLED, UNKNOWN';
  const known = 'status, environment, pillar, cluster, reason, text, held_by, from, sort, limit, after';
  test.each([
    ['state=FAILED', `query.state: unknown parameter; known here: ${known}`],
    ['status=SUCESS', `query.status: "SUCESS" is none of ${statuses} (did you mean SUCCESS?)`],
    ['sort=troubles', 'query.sort: "troubles" is none of plan, trouble (did you mean trouble?)'],
    ['limit=none', 'query.limit: a whole number from 1 on is needed'],
    [
      'after=3',
      'query.after is not the next_after of this list with these filters; leave it out to start at the beginning',
    ],
  ])('%s', async (query, detail) => {
    const { status, body } = await world.ask(query);
    expect([status, body.code, body.detail]).toEqual([400, 'RequestInvalid', detail]);
  });

  test('the cursor of another order, and a huge limit, which is cut', async () => {
    const { body } = await world.ask('limit=1');
    expect((await world.ask(`limit=1&sort=trouble&after=${body.next_after}`)).status).toBe(400);
    expect((await world.ask('limit=5000')).body.limit).toBe(1_000);
  });
});
