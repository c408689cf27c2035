import { beforeAll, describe, expect, it, test } from 'vitest';
import { byToken } from '../../functions/api/who.ts';
import { create } from '../../functions/api.ts';
import type { Grant } from '../../lib/domain/grants/grant.ts';
import { keys } from '../../lib/domain/record/keys.ts';
import { itemOf } from '../../lib/domain/record/rows.ts';
import type { TargetRow } from '../../lib/domain/targets/target-row.ts';
import { makeWorld, type World } from '../usecases/batch/api-world.ts';
import { callApi } from './api-call.ts';

const grants: readonly Grant[] = [
  { subject: 'rita', may: ['deploy'], pillars: ['risk'], environments: ['uat'] },
  { subject: 'mona', may: ['*'], pillars: ['*'], environments: ['*'] },
];

const apiOf = (world: World, granted?: readonly Grant[]) => {
  const { grants: _, ...catalogue } = { ...world.catalogue, environments: { uat: {}, staging: {} } };
  const here = granted === undefined ? catalogue : { ...catalogue, grants: granted };
  const handler = create({ ...world.deps, catalogue: async () => here }, { identify: byToken });
  return (who: string, method: string, url: string, body?: unknown) =>
    callApi(handler, method, url, {
      claims: { sub: who, groups: ['people'], scope: 'flotilla/admin' },
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
};

const at = Date.UTC(2026, 8, 30, 5);
const rowOf = (target: string, more: Partial<TargetRow> = {}): TargetRow => ({
  target,
  batch_id: 'B1',
  index: 0,
  state: 'verified',
  version: '1.0.0',
  infrastructure_id: 'eu',
  since: at,
  ...more,
});
const put = (world: World, ...rows: readonly TargetRow[]) =>
  world.table.transact(rows.map((row) => ({ put: itemOf(keys.targetNow(row.target), row) })));

describe('what runs where in an environment', () => {
  it('comes with who changed it last, and during a change with what was there before', async () => {
    const world = makeWorld();
    const { version: _, ...unknown } = rowOf('uat/eu-1/clearing/intake', { state: 'unknown' });
    await put(
      world,
      rowOf('uat/eu-1/risk/cva', {
        state: 'changing',
        version: '2.0.0',
        batch_id: 'B2',
        before: { batch_id: 'B1', index: 3, state: 'verified', version: '1.0.0', image: 'reg/cva:1.0.0', since: at },
      }),
      unknown,
      rowOf('staging/eu-1/risk/cva'),
    );
    const { status, body } = await apiOf(world)('ada', 'GET', '/targets?environment=uat');
    expect(status).toBe(200);
    const since = '2026-09-30T05:00:00.000Z';
    const there = { environment: 'uat', cluster: 'eu-1', index: 0, infrastructure_id: 'eu', since };
    expect(body).toEqual({
      targets: [
        { key: 'clearing/intake', ...there, state: 'unknown', batch_id: 'B1' },
        {
          ...{ key: 'risk/cva', ...there, state: 'changing', version: '2.0.0', batch_id: 'B2' },
          in_work: 'B2',
          before: { state: 'verified', version: '1.0.0', image: 'reg/cva:1.0.0', since, batch_id: 'B1', index: 3 },
        },
      ],
      limit: 100,
    });
  });

  it('comes page by page, in one order', async () => {
    const world = makeWorld();
    const names = Array.from({ length: 7 }, (_, n) => `s${n}`);
    await put(world, ...names.map((name) => rowOf(`uat/eu-1/risk/${name}`)));
    const call = apiOf(world);
    const keysOf = (body: { targets: { key: string }[] }) => body.targets.map(({ key }) => key);
    const found: string[] = [];
    let after = '';
    for (let pages = 1; ; pages += 1) {
      const { body } = await call('ada', 'GET', `/targets?environment=uat&limit=3${after}`);
      found.push(...keysOf(body));
      if (body.next_after === undefined) {
        expect(pages).toBe(3);
        break;
      }
      after = `&after=${encodeURIComponent(body.next_after)}`;
    }
    expect(found).toEqual(names.map((name) => `risk/${name}`));
  });

  it('covers the pillars that the caller may see, no matter how few there are', async () => {
    const world = makeWorld();
    const others = Array.from({ length: 90 }, (_, n) => rowOf(`uat/eu-1/clearing/s${n}`));
    await put(world, ...others);
    await put(world, rowOf('uat/eu-1/risk/a'), rowOf('uat/eu-1/risk/b'), rowOf('staging/eu-1/risk/c'));
    const call = apiOf(world, grants);
    const first = await call('rita', 'GET', '/targets?environment=uat&limit=1');
    expect(first.body.targets.map(({ key }: { key: string }) => key)).toEqual(['risk/a']);
    expect((await call('mona', 'GET', '/targets?environment=uat&limit=1000')).body.targets).toHaveLength(92);
    expect((await call('rita', 'GET', '/targets?environment=staging')).body).toEqual({ targets: [], limit: 100 });
    expect((await call('nobody', 'GET', '/targets?environment=uat')).body).toEqual({ targets: [], limit: 100 });
    expect((await call('nobody', 'GET', '/targets?environment=prod')).body).toEqual({ targets: [], limit: 100 });
  });

  it('continues past very many hidden ones', async () => {
    const world = makeWorld();
    for (let hundred = 0; hundred < 15; hundred += 1) {
      const names = Array.from({ length: 100 }, (_, n) => `s${String(hundred * 100 + n).padStart(4, '0')}`);
      await put(world, ...names.map((name) => rowOf(`uat/eu-1/clearing/${name}`)));
    }
    await put(world, rowOf('uat/eu-1/risk/a'));
    const call = apiOf(world, grants);
    const { body } = await call('rita', 'GET', '/targets?environment=uat');
    expect(body).toEqual({ targets: [], limit: 100, next_after: expect.any(String) });
    const next = await call('rita', 'GET', `/targets?environment=uat&after=${body.next_after}`);
    expect(next.body.targets).toHaveLength(1);
    expect(next.body).not.toHaveProperty('next_after');
  });

  it('covers an environment that the configuration no longer names', async () => {
    const world = makeWorld();
    await put(world, rowOf('old/eu-1/risk/cva'));
    expect((await apiOf(world)('ada', 'GET', '/targets?environment=old')).body.targets).toHaveLength(1);
  });

  test.each([
    ['environment=', 'query.environment is empty; a text is needed'],
    [
      'environment=uta',
      'query.environment: there is no environment "uta"; known here: staging, uat (did you mean uat?)',
    ],
    [
      'cluster=cluster-eu-2',
      'query.cluster: there is no cluster "cluster-eu-2"; known here: cluster-eu-1, cluster-us-1 (did you mean cluster-eu-1?)',
    ],
    [
      'service=rsik/cva',
      'query.service: there is no pillar "rsik"; known here: clearing, data, risk, shared (did you mean risk?)',
    ],
    ['service=cva', 'query.service: add its pillar: pillar/service_name, or pillar=…'],
    ['service=risk/cva&pillar=data', 'query.service is not in pillar data'],
    ['state=done', 'query.state: "done" is none of changing, verified, failed, unknown, restored, deleted, adopted'],
    ['environment=uat&limit=0', 'query.limit: a whole number from 1 on is needed'],
    [
      'env=uat',
      'query.env: unknown parameter; known here: environment, cluster, pillar, service, state, drift, actor, text, limit, after',
    ],
    [
      'environment=uat&after=eu-1/risk/cva',
      'query.after is not the next_after of this list with these filters; leave it out to start at the beginning',
    ],
  ])('%s gets a readable problem', async (query, detail) => {
    const { status, body } = await apiOf(makeWorld())('ada', 'GET', `/targets?${query}`);
    expect([status, body.code, body.detail]).toEqual([400, 'RequestInvalid', detail]);
  });

  const long = encodeURIComponent('€'.repeat(101));
  test.each([
    `/targets?environment=uat&cluster=${long}`,
    `/targets?cluster=${long}&pillar=${long}`,
    `/targets?environment=${long}&cluster=${long}&service=risk/cva`,
    `/changes?environment=uat&cluster=${long}&pillar=${long}`,
    `/changes?service=${long}/${long}`,
  ])('refuses a name that fits in no key: %s', async (url) => {
    const { status, body } = await apiOf(makeWorld())('ada', 'GET', url);
    expect([status, body.code]).toEqual([400, 'RequestInvalid']);
    expect(body.detail).toContain('at most 300 bytes');
  });

  test.each(['a', '€'])('finds no target by very long names of %s', async (letter) => {
    const name = encodeURIComponent(letter.repeat(1_500));
    const { status, body } = await apiOf(makeWorld())('ada', 'GET', `/targets/uat/${name}/${name}/${name}`);
    expect([status, body.code]).toEqual([404, 'TargetNotFound']);
  });
});

describe('what runs where, by any filter', () => {
  const rows = [
    rowOf('staging/eu-1/risk/cva', { by: 'ada', by_name: 'Ada Lovelace' }),
    rowOf('uat/eu-1/clearing/intake', { state: 'failed', version: '5.1.3' }),
    rowOf('uat/eu-1/risk/cva', { state: 'changing', version: '2.0.0', by: 'ci' }),
    rowOf('uat/eu-10/risk/cva'),
    rowOf('uat/us-1/risk/limit', { digest: 'sha256:abcd' }),
    rowOf('old/eu-1/risk/cva'),
  ];
  const world = makeWorld();
  const setUp = async () => {
    await put(world, ...rows);
    const places = rows.map(({ target }) => target);
    await world.table.transact([
      ...places.map((target) => ({ put: itemOf(keys.targetPointer(target), { target }) })),
      ...['old', 'staging', 'uat'].map((environment) => ({
        put: itemOf(keys.environment(environment), { environment }),
      })),
    ]);
  };
  beforeAll(setUp);

  test.each([
    ['', rows.map(({ target }) => target)],
    ['cluster=eu-1', ['staging/eu-1/risk/cva', 'uat/eu-1/clearing/intake', 'uat/eu-1/risk/cva', 'old/eu-1/risk/cva']],
    ['environment=uat&cluster=eu-1', ['uat/eu-1/clearing/intake', 'uat/eu-1/risk/cva']],
    ['environment=uat&cluster=eu-1&pillar=risk', ['uat/eu-1/risk/cva']],
    ['service=risk/cva', ['staging/eu-1/risk/cva', 'uat/eu-1/risk/cva', 'uat/eu-10/risk/cva', 'old/eu-1/risk/cva']],
    ['service=cva&pillar=risk&environment=uat', ['uat/eu-1/risk/cva', 'uat/eu-10/risk/cva']],
    ['service=risk/cva&environment=uat&cluster=eu-1', ['uat/eu-1/risk/cva']],
    ['service=risk/cva&cluster=eu-10', ['uat/eu-10/risk/cva']],
    ['pillar=clearing', ['uat/eu-1/clearing/intake']],
    ['state=changing', ['uat/eu-1/risk/cva']],
    ['actor=ada', ['staging/eu-1/risk/cva']],
    ['actor=Ada Lovelace', ['staging/eu-1/risk/cva']],
    ['text=LIMIT', ['uat/us-1/risk/limit']],
    ['text=sha256:ab', ['uat/us-1/risk/limit']],
    ['text=lovelace', ['staging/eu-1/risk/cva']],
    ['text=nowhere', []],
  ])('%s', async (query, targets) => {
    const call = apiOf(world);
    const found: string[] = [];
    for (let after = ''; ; ) {
      const { status, body } = await call('ada', 'GET', `/targets?${query}&limit=2${after}`);
      expect(status).toBe(200);
      expect(body.limit).toBe(2);
      found.push(
        ...body.targets.map(
          ({ environment, cluster, key }: Record<string, string>) => `${environment}/${cluster}/${key}`,
        ),
      );
      if (body.next_after === undefined) break;
      after = `&after=${body.next_after}`;
    }
    expect(found).toEqual([...targets].sort());
  });

  it('shows who did it, the digest, the health as last seen, and which holds cover it', async () => {
    const own = makeWorld();
    const health = { healthy: true, reason: 'RolloutComplete', at };
    await put(
      own,
      rowOf('uat/eu-1/risk/cva', { by: 'u-1', by_name: 'Ada', digest: 'sha256:ab', health }),
      rowOf('uat/eu-1/data/feed'),
    );
    const hold = { kind: 'pause', rollbacks: false, reason: 'No.', by: 'mona', since: at, seq: 1, changed_at: at };
    const scopes = { H1: { pillar: 'risk' }, H2: { service: 'cva', environment: 'uat' }, H3: { cluster: 'us-1' } };
    await own.table.transact([
      ...Object.entries(scopes).map(([id, scope]) => ({ put: itemOf(keys.hold(id), { id, ...hold, scope }) })),
      { put: itemOf(keys.hold('H4'), { id: 'H4', ...hold, scope: {}, until: at }) },
    ]);
    const { body } = await apiOf(own)('ada', 'GET', '/targets');
    const since = '2026-09-30T05:00:00.000Z';
    const there = { environment: 'uat', cluster: 'eu-1', batch_id: 'B1', index: 0, infrastructure_id: 'eu' };
    const runs = { ...there, state: 'verified', version: '1.0.0', since };
    expect(body).toEqual({
      targets: [
        { key: 'data/feed', ...runs },
        {
          ...{ key: 'risk/cva', ...runs, digest: 'sha256:ab', by: 'u-1', by_name: 'Ada' },
          health: { ...health, at: since },
          held: ['H1', 'H2'],
        },
      ],
      limit: 100,
    });
  });

  it('cuts a huge limit, and says so', async () => {
    const { body } = await apiOf(world)('ada', 'GET', '/targets?limit=5000000');
    expect([body.targets.length, body.limit]).toEqual([rows.length, 1_000]);
  });

  it('takes the cursor of this list only', async () => {
    const call = apiOf(world);
    const { body } = await call('ada', 'GET', '/targets?cluster=eu-1&limit=1');
    const other = await call('ada', 'GET', `/targets?cluster=us-1&after=${body.next_after}`);
    expect([other.status, other.body.detail]).toEqual([
      400,
      'query.after is not the next_after of this list with these filters; leave it out to start at the beginning',
    ]);
  });

  it('has environments that only batches name, and suggests the nearest for an unknown one', async () => {
    const world = makeWorld();
    const { environments: _, ...catalogue } = world.catalogue;
    const { deps } = world;
    await deps.table.transact([
      { put: itemOf(keys.environment('uat'), {}) },
      { put: itemOf(keys.environment('sit'), {}) },
    ]);
    const handler = create({ ...deps, catalogue: async () => catalogue }, { identify: byToken });
    const detail = async (url: string) =>
      (await callApi(handler, 'GET', url, { claims: { sub: 'ada', scope: 'flotilla/admin' } })).body.detail;
    expect(await detail('/targets?environment=uta')).toBe(
      'query.environment: there is no environment "uta"; known here: sit, uat (did you mean uat?)',
    );
    expect(await detail('/targets/diff?from=uat&to=uta')).toBe(
      'query.to: there is no environment "uta"; known here: sit, uat (did you mean uat?)',
    );
  });

  it('reveals no service, and no names of services, in a hidden pillar', async () => {
    const services = { risk: {}, clearing: { 'trade-intake': { kind: 'deployment', name: 'x' } } } as const;
    const { grants: _, ...catalogue } = { ...world.catalogue, environments: { uat: {} }, services };
    const handler = create({ ...world.deps, catalogue: async () => ({ ...catalogue, grants }) }, { identify: byToken });
    const as = (sub: string, url: string) =>
      callApi(handler, 'GET', url, { claims: { sub, groups: ['people'], scope: 'flotilla/admin' } });
    // What they may not see does not exist for them: the message is the same.
    for (const pillar of ['clearing', 'nothing']) {
      const { detail } = (await as('rita', `/targets?service=${pillar}/trade-intake`)).body;
      expect(detail).toBe(`query.service: there is no pillar "${pillar}"; known here: risk`);
    }
    expect((await as('mona', '/targets?service=clearing/trade-intak')).body.detail).toBe(
      'query.service: there is no service "trade-intak"; known here: trade-intake (did you mean trade-intake?)',
    );
  });
});
