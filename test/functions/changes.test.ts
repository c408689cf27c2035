import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { byToken } from '../../functions/api/who.ts';
import { create } from '../../functions/api.ts';
import type { Grant } from '../../lib/domain/grants/grant.ts';
import { partsOfTarget } from '../../lib/domain/plan/lock-names.ts';
import type { ChangeRow } from '../../lib/domain/record/index-rows.ts';
import { keys } from '../../lib/domain/record/keys.ts';
import { itemOf } from '../../lib/domain/record/rows.ts';
import { cursorFor } from '../../lib/usecases/cursor.ts';
import { makeWorld, planned, type World } from '../usecases/batch/api-world.ts';
import { callApi } from './api-call.ts';
import { rowsOfChange, writeChanges } from './target-rows.ts';

const day = 86_400_000;
const now = Date.UTC(2026, 8, 30, 6);

const grants: readonly Grant[] = [{ subject: 'rita', may: ['read'], pillars: ['risk'], environments: ['uat'] }];

const apiOf = (world: World, granted?: readonly Grant[]) => {
  const { grants: _, ...known } = world.catalogue;
  const clusters = { 'eu-1': { simulated: true }, 'us-1': { simulated: true } };
  const catalogue = { ...known, clusters, environments: { uat: {}, sit: {} } };
  const here = granted === undefined ? catalogue : { ...catalogue, grants: granted };
  const handler = create({ ...world.deps, catalogue: async () => here }, { identify: byToken });
  return (url: string, who = 'ada') =>
    callApi(handler, 'GET', url, { claims: { sub: who, groups: ['people'], scope: 'flotilla/admin' } });
};

/** All pages as one, with the limits and the other fields of the first. */
const pagesOf = async (call: ReturnType<typeof apiOf>, url: string, list: string, who?: string) => {
  const found: Record<string, unknown>[] = [];
  let pages = 0;
  for (let after = ''; ; ) {
    const { status, body } = await call(`${url}${after}`, who);
    expect(status, body.detail).toBe(200);
    found.push(...body[list]);
    pages += 1;
    expect(pages).toBeLessThan(200);
    if (body.next_after === undefined) return { found, pages };
    after = `&after=${body.next_after}`;
  }
};

const change = (target: string, more: Partial<ChangeRow> = {}): ChangeRow => ({
  ...{ target, batch_id: 'B1', index: 0, status: 'SUCCESS', reason: 'Verified', version: '2.0.0' },
  ...{ before: '1.0.0', after: '2.0.0', by: 'u-1', by_name: 'Ada', at: now - day },
  ...more,
});

const failed = { status: 'FAILED', reason: 'RestoredPreviousRelease', version: '3.0.0', after: '2.0.0' } as const;

describe('a list of changes', () => {
  it('has the changes of the last seven days in all environments, newest first', async () => {
    const world = makeWorld();
    await writeChanges(world, [
      change('uat/eu-1/risk/cva'),
      change('sit/eu-1/risk/cva', { ...failed, at: now - 2 * day, batch_id: 'B2', index: 3 }),
      change('old/eu-1/risk/cva', { at: now - 3 * day, resolved_by: 'u-2', reason: 'ResolvedByOperator' }),
      change('uat/eu-1/risk/cva', { at: now - 8 * day, batch_id: 'B0' }),
    ]);
    const { status, body } = await apiOf(world)('/changes');
    expect(status).toBe(200);
    const who = { by: 'u-1', by_name: 'Ada', before: '1.0.0' };
    const verified = { key: 'risk/cva', cluster: 'eu-1', status: 'SUCCESS', reason: 'Verified', version: '2.0.0' };
    expect(body).toEqual({
      changes: [
        {
          ...verified,
          at: '2026-09-29T06:00:00.000Z',
          environment: 'uat',
          after: '2.0.0',
          batch_id: 'B1',
          index: 0,
          ...who,
        },
        {
          ...verified,
          at: '2026-09-28T06:00:00.000Z',
          environment: 'sit',
          ...failed,
          batch_id: 'B2',
          index: 3,
          ...who,
        },
        {
          ...{
            ...verified,
            at: '2026-09-27T06:00:00.000Z',
            environment: 'old',
            after: '2.0.0',
            batch_id: 'B1',
            index: 0,
          },
          ...{ ...who, reason: 'ResolvedByOperator', resolved_by: 'u-2' },
        },
      ],
      since: '2026-09-23T06:00:00.000Z',
      limit: 100,
    });
    const more = await apiOf(world)('/changes?since=2026-09-22&until=2026-09-29&limit=9999');
    expect(more.body).toMatchObject({
      changes: [{ environment: 'sit' }, { environment: 'old' }, { batch_id: 'B0' }],
      since: '2026-09-22T00:00:00.000Z',
      until: '2026-09-29T00:00:00.000Z',
      limit: 1_000,
    });
  });

  it('starts every page from the time of the first one, no matter how much later it is', async () => {
    const world = makeWorld();
    await writeChanges(world, [change('uat/eu-1/risk/cva'), change('sit/eu-1/risk/cva', { at: now - 7 * day + 1 })]);
    const call = apiOf(world);
    const first = await call('/changes?limit=1');
    await world.clock.sleep(day);
    const next = await call(`/changes?limit=1&after=${first.body.next_after}`);
    expect(next.body).toMatchObject({ changes: [{ environment: 'sit' }], since: '2026-09-23T06:00:00.000Z' });
  });

  it('shows for a service from an earlier version what its releases say', async () => {
    const world = makeWorld();
    const row = change('uat/eu-1/risk/cva', { digest: 'sha256:ab' });
    const [, ...without] = rowsOfChange(row, '01K');
    await world.table.transact(without.map((put) => ({ put })));
    const { body } = await apiOf(world)('/changes?service=risk/cva');
    const { before: _, target: __, at: ___, ...told } = row;
    const place = { at: '2026-09-29T06:00:00.000Z', key: 'risk/cva', environment: 'uat', cluster: 'eu-1' };
    expect(body.changes).toEqual([{ ...told, ...place }]);
  });

  it('has the places that the caller may see, and no others', async () => {
    const world = makeWorld();
    await writeChanges(world, [
      change('uat/eu-1/risk/cva'),
      change('uat/eu-1/data/feed', { index: 1 }),
      change('sit/eu-1/risk/cva'),
    ]);
    const call = apiOf(world, grants);
    const seen = async (query: string) =>
      (await pagesOf(call, `/changes?${query}`, 'changes', 'rita')).found.map((one) => `${one.environment}/${one.key}`);
    expect(await seen('')).toEqual(['uat/risk/cva']);
    expect(await seen('service=data/feed')).toEqual([]);
    expect(await seen('service=risk/cva')).toEqual(['uat/risk/cva']);
    expect(await seen('environment=sit')).toEqual([]);
  });

  it('goes on where nothing has changed for very long', async () => {
    const world = makeWorld();
    await writeChanges(world, [change('uat/eu-1/risk/cva', { at: Date.UTC(1971, 0, 1) })]);
    const { found, pages } = await pagesOf(apiOf(world), '/changes?since=1970-01-01', 'changes');
    expect([found.length, pages]).toEqual([1, 2]);
  });

  test.each([
    ['since=yesterday', 'query.since: a date (2026-11-30) or a time with its zone (2026-11-30T08:00:00Z) is needed'],
    ['since=2026-09-30&until=2026-09-30', 'query.until is not after since, 2026-09-30T00:00:00.000Z'],
    ['environment=uta', 'query.environment: there is no environment "uta"; known here: sit, uat (did you mean uat?)'],
    ['service=cva', 'query.service: add its pillar: pillar/service_name, or pillar=…'],
    [
      'state=FAILED',
      'query.state: unknown parameter; known here: environment, cluster, pillar, service, actor, status, since, until, limit, after',
    ],
    [
      'after=WyJhIiwiYiJd',
      'query.after is not the next_after of this list with these filters; leave it out to start at the beginning',
    ],
  ])('%s gets a readable problem', async (query, detail) => {
    const { status, body } = await apiOf(makeWorld())(`/changes?${query}`);
    expect([status, body.code, body.detail]).toEqual([400, 'RequestInvalid', detail]);
  });

  test.each(['x|y', '0|y', '-1|000000000000000', '0|RELEASE#x', '', `0|${'9'.repeat(15)}#${'x'.repeat(1_100)}`])(
    'a made-up cursor is refused: %s',
    async (position) => {
      const after = cursorFor({ list: 'changes', filters: {} }, position);
      const { status, body } = await apiOf(makeWorld())(`/changes?after=${after}`);
      expect([status, body.code]).toEqual([400, 'RequestInvalid']);
    },
  );

  it('does not search the future', async () => {
    const world = makeWorld();
    await writeChanges(world, [change('uat/eu-1/risk/cva')]);
    const { found, pages } = await pagesOf(apiOf(world), '/changes?until=9999-12-31', 'changes');
    expect([found.length, pages]).toEqual([1, 1]);
  });

  it('has all changes in order, with any filters and any pages', async () => {
    const targets = ['sit', 'uat', 'old'].flatMap((environment) =>
      ['eu-1', 'us-1'].flatMap((cluster) =>
        ['risk/cva', 'risk/x', 'data/x'].map((key) => `${environment}/${cluster}/${key}`),
      ),
    );
    const rows = fc.uniqueArray(
      fc.record({
        at: fc.integer({ min: 0, max: 120 }).map((days) => now - 120 * day + days * day),
        target: fc.constantFrom(...targets),
        isFailed: fc.boolean(),
        by: fc.constantFrom('u-1', 'u-2'),
      }),
      { selector: ({ at, target }) => `${at} ${target}`, maxLength: 60 },
    );
    const query = fc.record(
      {
        environment: fc.constantFrom('sit', 'uat'),
        cluster: fc.constantFrom('eu-1', 'us-1'),
        pillar: fc.constantFrom('risk', 'data'),
        service: fc.constantFrom('risk/cva', 'data/x'),
        actor: fc.constantFrom('u-1', 'u-2'),
        status: fc.constantFrom('SUCCESS', 'FAILED'),
        since: fc.integer({ min: 0, max: 60 }).map((days) => now - 120 * day + days * day),
        until: fc.integer({ min: 61, max: 120 }).map((days) => now - 120 * day + days * day),
      },
      { requiredKeys: ['since'] },
    );
    await fc.assert(
      fc.asyncProperty(rows, query, fc.integer({ min: 1, max: 20 }), async (drawn, asked, limit) => {
        fc.pre(asked.service === undefined || asked.pillar === undefined || asked.service.startsWith(asked.pillar));
        const world = makeWorld();
        const all = drawn.map(({ at, target, isFailed, by }, index) =>
          change(target, { at, by, by_name: by.toUpperCase(), index, ...(isFailed ? failed : {}) }),
        );
        await writeChanges(world, all);
        const { since, until, ...names } = asked;
        const times = { since: new Date(since).toISOString(), ...(until && { until: new Date(until).toISOString() }) };
        const { found } = await pagesOf(
          apiOf(world),
          `/changes?${new URLSearchParams({ ...names, ...times, limit: String(limit) } as Record<string, string>)}`,
          'changes',
        );
        const expected = all.filter((row) => {
          const { environment, cluster, pillar, service } = partsOfTarget(row.target);
          return (
            row.at >= since &&
            (until === undefined || row.at < until) &&
            [asked.environment ?? environment, asked.cluster ?? cluster, asked.pillar ?? pillar].join() ===
              [environment, cluster, pillar].join() &&
            (asked.service ?? `${pillar}/${service}`) === `${pillar}/${service}` &&
            (asked.actor ?? row.by) === row.by &&
            (asked.status ?? row.status) === row.status
          );
        });
        const times_ = found.map(({ at }) => at as string);
        expect(times_).toEqual([...times_].sort().reverse());
        expect(found.map(({ index }) => index as number).sort((a, b) => a - b)).toEqual(
          expected.map(({ index }) => index).sort((a, b) => a - b),
        );
      }),
      { numRuns: 60 },
    );
  });
});

describe('one target', () => {
  const path = '/targets/uat/eu-1/risk/cva';

  it('is the same as in the list', async () => {
    const world = makeWorld();
    await writeChanges(world, [change('uat/eu-1/risk/cva')]);
    const { status, body } = await apiOf(world)(path);
    const list = await apiOf(world)('/targets?environment=uat');
    expect([status, body]).toEqual([200, list.body.targets[0]]);
  });

  test.each([
    ['/targets/uat/eu-1/risk/cav', 'uat/eu-1/risk/cav', 'Did you mean uat/eu-1/risk/cva?'],
    ['/targets/uta/eu-1/risk/cva', 'uta/eu-1/risk/cva', 'Did you mean uat/eu-1/risk/cva?'],
    ['/targets/uat/eu-1/rsk/cva/releases', 'uat/eu-1/rsk/cva', 'Did you mean uat/eu-1/risk/cva?'],
    ['/targets/uat/eu-1/risk/nothing', 'uat/eu-1/risk/nothing', 'GET /targets shows what there is.'],
    ['/targets/uat/eu-1/risk/a%2Fcva', 'uat/eu-1/risk/a/cva', 'GET /targets shows what there is.'],
  ])('%s is not found, and the nearest is suggested', async (url, target, hint) => {
    const world = makeWorld();
    await writeChanges(world, [change('uat/eu-1/risk/cva')]);
    const { status, body } = await apiOf(world)(url);
    expect([status, body.code, body.detail]).toEqual([
      404,
      'TargetNotFound',
      `Nothing is recorded for the target ${target}. ${hint}`,
    ]);
  });

  it('is not found, and not suggested, for a caller who may not see it', async () => {
    const world = makeWorld();
    await writeChanges(world, [change('sit/eu-1/risk/cva')]);
    const call = apiOf(world, grants);
    for (const url of ['/targets/sit/eu-1/risk/cva', '/targets/sit/eu-1/risk/cav/releases']) {
      const { status, body } = await call(url, 'rita');
      expect([status, body.detail.includes('Did you mean')]).toEqual([404, false]);
    }
  });
});

describe('the history of a target', () => {
  const target = 'uat/eu-1/risk/cva';
  const url = `/targets/${target}/releases`;

  it('has what ran there, and on request what failed, newest first', async () => {
    const world = makeWorld();
    const { by_name: _, ...nameless } = change(target, { at: now - 3 * day, batch_id: 'B1', digest: 'sha256:ab' });
    await writeChanges(world, [
      nameless,
      change(target, { ...failed, at: now - 2 * day, batch_id: 'B2', index: 1, resolved_by: 'u-2' }),
      change(target, { at: now - day, batch_id: 'B3', version: '4.0.0' }),
    ]);
    const call = apiOf(world);
    const place = { key: 'risk/cva', environment: 'uat', cluster: 'eu-1' };
    const who = { by: 'u-1', by_name: 'Ada' };
    const newest = {
      ...{ kind: 'release', at: '2026-09-29T06:00:00.000Z', version: '4.0.0', batch_id: 'B3', index: 0 },
      ...{ infrastructure_id: 'eu', ...who },
    };
    const oldest = {
      ...{ kind: 'release', at: '2026-09-27T06:00:00.000Z', version: '2.0.0', batch_id: 'B1', index: 0 },
      ...{ infrastructure_id: 'eu', by: 'u-1', digest: 'sha256:ab' },
    };
    const other = {
      ...{ kind: 'change', at: '2026-09-28T06:00:00.000Z', batch_id: 'B2', index: 1, resolved_by: 'u-2', ...who },
      ...{ status: 'FAILED', reason: 'RestoredPreviousRelease', version: '3.0.0', before: '1.0.0', after: '2.0.0' },
    };
    expect((await call(url)).body).toEqual({ ...place, releases: [newest, oldest], limit: 100 });
    expect((await call(`${url}?all=true`)).body).toEqual({ ...place, releases: [newest, other, oldest], limit: 100 });
    const { found, pages } = await pagesOf(call, `${url}?all=true&limit=1`, 'releases');
    expect([found, pages]).toEqual([[newest, other, oldest], 3]);
    expect((await pagesOf(call, `${url}?limit=1`, 'releases')).found).toEqual([newest, oldest]);
  });

  it('has the planned deployment, where it is requested and kept, and no secrets', async () => {
    const world = makeWorld();
    const { batchId, plan } = await planned(world);
    const deployment = plan.deployments.find(({ key }) => key === 'risk/limit-check')!;
    const own = deployment.target;
    const address = 'https://ada:s3cr3t@uat.test/ok';
    const kept = { ...deployment, key: `${deployment.key}@eu`, health_check: { enabled: true, url: address } };
    const gone = change(own, { ...failed, batch_id: 'GONE', at: now - 3 * day });
    await writeChanges(world, [change(own, { ...failed, batch_id: batchId, index: deployment.index }), gone]);
    const release = { version: '2.4.0', batch_id: 'B9', at: now, origin: 'recorded', deployment: kept };
    await world.table.transact([{ put: itemOf(keys.release(own, '01K9'), release) }]);
    const { body } = await apiOf(world)(`/targets/${own}/releases?all=true&config=true&limit=500`);
    expect(body.limit).toBe(100);
    const [first, second, third] = body.releases;
    const asked = { docker_image_version: '2.4.0', key: 'risk/limit-check', environment_id: 'staging', target: own };
    expect(second.config).toMatchObject({ ...asked, executor: deployment.executor, workload: deployment.workload });
    expect(Object.keys(second.config)).not.toContain('index');
    expect(first.config).toMatchObject({ key: 'risk/limit-check', health_check: { enabled: true } });
    expect(JSON.stringify(body)).not.toContain('s3cr3t');
    expect(third).not.toHaveProperty('config');
  });

  test.each([
    ['all=yes', 'query.all: "yes" is none of true, false'],
    ['kind=release', 'query.kind: unknown parameter; known here: all, config, limit, after'],
  ])('%s gets a readable problem', async (query, detail) => {
    const world = makeWorld();
    await writeChanges(world, [change(target)]);
    const { status, body } = await apiOf(world)(`${url}?${query}`);
    expect([status, body.detail]).toEqual([400, detail]);
  });
});
