import { describe, expect, it, test } from 'vitest';
import { byToken } from '../../functions/api/who.ts';
import { create } from '../../functions/api.ts';
import type { Grant } from '../../lib/domain/grants/grant.ts';
import { keys } from '../../lib/domain/record/keys.ts';
import { itemOf, type LastOutcomeRow, type Release } from '../../lib/domain/record/rows.ts';
import type { TargetRow } from '../../lib/domain/targets/target-row.ts';
import { makeWorld, manyYaml, planned, type World } from '../usecases/batch/api-world.ts';
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
  it('is told with who changed it last, and while it is changing with what was there before', async () => {
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
          before: { state: 'verified', version: '1.0.0', image: 'reg/cva:1.0.0', since, batch_id: 'B1', index: 3 },
        },
      ],
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

  it('is told of the pillars that one may see, however few of them there are', async () => {
    const world = makeWorld();
    const others = Array.from({ length: 90 }, (_, n) => rowOf(`uat/eu-1/clearing/s${n}`));
    await put(world, ...others);
    await put(world, rowOf('uat/eu-1/risk/a'), rowOf('uat/eu-1/risk/b'), rowOf('staging/eu-1/risk/c'));
    const call = apiOf(world, grants);
    const first = await call('rita', 'GET', '/targets?environment=uat&limit=1');
    expect(first.body.targets.map(({ key }: { key: string }) => key)).toEqual(['risk/a']);
    expect((await call('mona', 'GET', '/targets?environment=uat&limit=1000')).body.targets).toHaveLength(92);
    expect((await call('rita', 'GET', '/targets?environment=staging')).body).toEqual({ targets: [] });
    expect((await call('nobody', 'GET', '/targets?environment=uat')).body).toEqual({ targets: [] });
    expect((await call('nobody', 'GET', '/targets?environment=prod')).body).toEqual({ targets: [] });
  });

  it('leads on where very many may not be seen', async () => {
    const world = makeWorld();
    for (let hundred = 0; hundred < 25; hundred += 1) {
      const names = Array.from({ length: 100 }, (_, n) => `s${String(hundred * 100 + n).padStart(4, '0')}`);
      await put(world, ...names.map((name) => rowOf(`uat/eu-1/clearing/${name}`)));
    }
    await put(world, rowOf('uat/eu-1/risk/a'));
    const call = apiOf(world, grants);
    const { body } = await call('rita', 'GET', '/targets?environment=uat');
    expect(body).toEqual({ targets: [], next_after: 'eu-1/clearing/s1999' });
    const next = await call('rita', 'GET', `/targets?environment=uat&after=${body.next_after}`);
    expect(next.body.targets).toHaveLength(1);
    expect(next.body).not.toHaveProperty('next_after');
  });

  it('is told of an environment that the configuration does not name any more', async () => {
    const world = makeWorld();
    await put(world, rowOf('old/eu-1/risk/cva'));
    expect((await apiOf(world)('ada', 'GET', '/targets?environment=old')).body.targets).toHaveLength(1);
  });

  test.each([
    ['/targets', 'query.environment: name one: ?environment=uat'],
    ['/targets?environment=', 'query.environment: name one: ?environment=uat'],
    [
      '/targets?environment=uta',
      'query.environment: there is no environment "uta"; known here: staging, uat (did you mean uat?)',
    ],
    ['/targets?environment=uat&limit=0', 'query.limit: a whole number from 1 to 1000 is needed'],
  ])('%s is refused in a sentence', async (url, detail) => {
    const { status, body } = await apiOf(makeWorld())('ada', 'GET', url);
    expect([status, body.code, body.detail]).toEqual([400, 'RequestInvalid', detail]);
  });
});

describe('the backfill', () => {
  /** A batch of two, of which one target has a good release and the other none. */
  const deployedBefore = async (world: World) => {
    const { batchId, plan } = await planned(world);
    const [one, other, third] = plan.deployments.map(({ target }) => target);
    const good = { version: '1.0.0', deployment: plan.deployments[0], at, batch_id: batchId } as unknown as Release;
    const last: LastOutcomeRow = {
      ...{ batch_id: batchId, index: 1, key: 'k', status: 'FAILED', reason: 'CrashLoop', version: '2.0.0', at },
    };
    await world.table.transact([
      { put: itemOf(keys.goodRelease(one!), good) },
      { put: itemOf(keys.lastOutcome(other!), last) },
    ]);
    return { batchId, targets: [one!, other!, third!] };
  };

  it('writes what is recorded, and written again changes nothing', async () => {
    const world = makeWorld();
    const { batchId, targets } = await deployedBefore(world);
    const call = apiOf(world);
    const counts = { batches: 1, batches_without_plan: 0, targets: 3 };
    const first = await call('ada', 'POST', '/targets/backfill', {});
    expect([first.status, first.body]).toEqual([200, { ...counts, written: 2, there: 0, unrecorded: 1 }]);
    const rows = () => Promise.all(targets.map((target) => world.table.get(keys.targetNow(target))));
    const written = await rows();
    expect(written.slice(0, 2)).toMatchObject([
      { batch_id: batchId, index: 0, state: 'verified', version: '1.0.0', since: at },
      { batch_id: batchId, index: 1, state: 'failed', version: '2.0.0', since: at },
    ]);
    expect(written[2]).toBeUndefined();
    const second = await call('ada', 'POST', '/targets/backfill', {});
    expect(second.body).toEqual({ ...counts, written: 0, there: 2, unrecorded: 1 });
    expect(await rows()).toEqual(written);
  });

  it('does not replace what is newer, also where that comes in between', async () => {
    const world = makeWorld();
    const { targets } = await deployedBefore(world);
    const { transact } = world.table;
    const newer = rowOf(targets[0]!, { state: 'changing', batch_id: 'NEWER' });
    let isFirst = true;
    world.table.transact = async (writes) => {
      if (isFirst) {
        isFirst = false;
        await transact.call(world.table, [{ put: itemOf(keys.targetNow(targets[0]!), newer) }]);
      }
      return transact.call(world.table, writes);
    };
    const { body } = await apiOf(world)('ada', 'POST', '/targets/backfill', {});
    expect(body).toMatchObject({ written: 1, there: 1, unrecorded: 1 });
    expect(await world.table.get(keys.targetNow(targets[0]!))).toMatchObject(newer);
  });

  it('goes through a large batch part by part', async () => {
    const world = makeWorld();
    await planned(world, manyYaml(1_200));
    const call = apiOf(world);
    const { body } = await call('ada', 'POST', '/targets/backfill', {});
    expect(body).toMatchObject({ batches: 0, targets: 1_000, unrecorded: 1_000 });
    const rest = await call('ada', 'POST', '/targets/backfill', { after: body.next_after });
    expect(rest.body).toEqual({
      ...{ batches: 1, batches_without_plan: 0, targets: 200, written: 0, there: 0, unrecorded: 200 },
    });
  });

  test.each([
    ['rita', {}, 403, 'No grant lets you deploy everywhere, and this writes what runs everywhere.'],
    ['mona', { after: 'B/../x' }, 400, 'body.after: send what the answer before gave as next_after'],
  ])('%s with %o is refused', async (who, body, status, detail) => {
    const answer = await apiOf(makeWorld(), grants)(who, 'POST', '/targets/backfill', body);
    expect([answer.status, answer.body.detail]).toEqual([status, detail]);
  });
});
