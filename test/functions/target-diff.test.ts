import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { byToken } from '../../functions/api/who.ts';
import { create } from '../../functions/api.ts';
import type { Grant } from '../../lib/domain/grants/grant.ts';
import { keys } from '../../lib/domain/record/keys.ts';
import { itemOf } from '../../lib/domain/record/rows.ts';
import { compareService } from '../../lib/domain/targets/compare-service.ts';
import type { TargetRow } from '../../lib/domain/targets/target-row.ts';
import { makeWorld, type World } from '../usecases/batch/api-world.ts';
import { callApi } from './api-call.ts';

const row = (target: string, more: Partial<TargetRow> = {}): TargetRow => ({
  ...{ target, batch_id: 'B1', index: 0, state: 'verified', version: '1.0.0', since: 0 },
  ...more,
});

describe('a service in two environments', () => {
  const sit = (more?: Partial<TargetRow>, cluster = 'eu-1') => row(`sit/${cluster}/risk/cva`, more);
  const uat = (more?: Partial<TargetRow>, cluster = 'eu-1') => row(`uat/${cluster}/risk/cva`, more);
  const { version: _, ...nobodyKnows } = uat({ state: 'unknown' });

  test.each([
    ['runs the same', [sit()], [uat()], []],
    ['is only in the first', [sit()], [], ['only_from']],
    ['is only in the second, and failed there', [], [uat({ state: 'failed' })], ['only_to', 'state']],
    ['was deleted in the second', [sit()], [uat({ state: 'deleted' })], ['only_from']],
    ['was deleted in both', [sit({ state: 'deleted' })], [uat({ state: 'deleted' })], []],
    ['runs another version', [sit()], [uat({ version: '2.0.0' })], ['version']],
    ['runs something unknown', [sit()], [nobodyKnows], ['version', 'state']],
    ['runs the same version with another digest', [sit({ digest: 'a' })], [uat({ digest: 'b' })], ['digest']],
    ['runs the same version with an unseen digest', [sit({ digest: 'a' })], [uat()], []],
    ['failed with the same version', [sit({ state: 'failed' })], [uat()], ['state']],
    ['was restored to the same version', [sit({ state: 'restored' })], [uat()], []],
    ['is on other clusters, with the same version', [sit()], [uat({}, 'us-1')], []],
    ['is on more clusters, one of them with another', [sit()], [uat(), uat({ version: '2.0.0' }, 'us-1')], ['version']],
    [
      'has swapped versions between clusters of the same names',
      [sit({ version: '2.0.0' }), sit({}, 'us-1')],
      [uat(), uat({ version: '2.0.0' }, 'us-1')],
      ['version'],
    ],
  ])('%s', (_, from, to, differs) => {
    expect(compareService(from, to)).toEqual(differs);
  });
});

const apiOf = (world: World, granted?: readonly Grant[]) => {
  const { grants: _, ...catalogue } = { ...world.catalogue, environments: { uat: {}, sit: {} } };
  const here = granted === undefined ? catalogue : { ...catalogue, grants: granted };
  const handler = create({ ...world.deps, catalogue: async () => here }, { identify: byToken });
  return (url: string, who = 'ada') =>
    callApi(handler, 'GET', url, { claims: { sub: who, groups: ['people'], scope: 'flotilla/admin' } });
};

const put = async (world: World, rows: readonly TargetRow[]): Promise<void> => {
  for (const one of rows) {
    await world.table.transact([
      { put: itemOf(keys.targetNow(one.target), one) },
      { put: itemOf(keys.targetPointer(one.target), { target: one.target }) },
    ]);
  }
};

const allPages = async (call: ReturnType<typeof apiOf>, url: string, who?: string) => {
  const differences: { key: string; differs: string[]; from: unknown[]; to: unknown[] }[] = [];
  let compared = 0;
  for (let after = '', pages = 0; ; pages += 1) {
    expect(pages).toBeLessThan(100);
    const { status, body } = await call(`${url}${after}`, who);
    expect(status, body.detail).toBe(200);
    differences.push(...body.differences);
    compared += body.compared;
    if (body.next_after === undefined) return { differences, compared };
    after = `&after=${body.next_after}`;
  }
};

describe('two environments', () => {
  it('are listed by service, with the targets of both', async () => {
    const world = makeWorld();
    await put(world, [
      row('sit/eu-1/risk/cva'),
      row('uat/eu-1/risk/cva', { version: '2.0.0' }),
      row('sit/eu-1/risk/x'),
    ]);
    await put(world, [row('uat/eu-1/risk/x')]);
    const { body } = await apiOf(world)('/targets/diff?from=sit&to=uat');
    const told = { key: 'risk/cva', cluster: 'eu-1', state: 'verified', batch_id: 'B1', index: 0 };
    const since = '1970-01-01T00:00:00.000Z';
    expect(body).toEqual({
      ...{ from: 'sit', to: 'uat', compared: 2, limit: 100 },
      differences: [
        {
          ...{ key: 'risk/cva', differs: ['version'] },
          from: [{ ...told, environment: 'sit', version: '1.0.0', since }],
          to: [{ ...told, environment: 'uat', version: '2.0.0', since }],
        },
      ],
    });
  });

  it('are compared where the caller may see both', async () => {
    const world = makeWorld();
    await put(world, [row('sit/eu-1/risk/cva'), row('sit/eu-1/data/x'), row('uat/eu-1/data/y')]);
    const grants: readonly Grant[] = [
      { subject: 'rita', may: ['read'], pillars: ['risk'], environments: ['*'] },
      { subject: 'rita', may: ['read'], pillars: ['data'], environments: ['sit'] },
    ];
    const { differences, compared } = await allPages(apiOf(world, grants), '/targets/diff?from=sit&to=uat', 'rita');
    expect([differences.map(({ key }) => key), compared]).toEqual([['risk/cva'], 1]);
  });

  test.each([
    ['from=sit', 'query.to: name the environment'],
    ['from=sit&to=sit', 'query.to is the same environment'],
    ['from=sit&to=uta', 'query.to: there is no environment "uta"; known here: sit, uat (did you mean uat?)'],
    ['from=sit&to=uat&service=x', 'query.service: add its pillar: pillar/service_name, or pillar=…'],
  ])('%s gets a readable problem', async (query, detail) => {
    const { status, body } = await apiOf(makeWorld())(`/targets/diff?${query}`);
    expect([status, body.detail]).toEqual([400, detail]);
  });

  it('are compared service by service, each once, with any pages', async () => {
    const places = ['sit', 'uat'].flatMap((environment) =>
      ['eu-1', 'us-1'].flatMap((cluster) =>
        ['risk/a', 'risk/b', 'data/a'].map((key) => ({ environment, cluster, key })),
      ),
    );
    const drawn = fc.array(
      fc.record({ version: fc.constantFrom('1', '2', undefined), state: fc.constantFrom('verified', 'failed') }),
      { minLength: places.length, maxLength: places.length },
    );
    const query = fc.record(
      {
        cluster: fc.constantFrom('eu-1', 'us-1'),
        pillar: fc.constantFrom('risk', 'data'),
        service: fc.constantFrom('risk/a', 'risk/b'),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(drawn, query, fc.integer({ min: 1, max: 4 }), async (versions, asked, limit) => {
        fc.pre(asked.service === undefined || asked.pillar !== 'data');
        const world = makeWorld();
        const rows = places.flatMap(({ environment, cluster, key }, nth) => {
          const { version, state } = versions[nth]!;
          if (version === undefined) return [];
          return [row(`${environment}/${cluster}/${key}`, { version, state: state as TargetRow['state'] })];
        });
        await put(world, rows);
        const url = `/targets/diff?from=sit&to=uat&limit=${limit}&${new URLSearchParams(asked)}`;
        const { differences, compared } = await allPages(apiOf(world), url);
        const of = (environment: string, key: string) =>
          rows.filter(({ target }) => {
            const [where, cluster, ...name] = target.split('/');
            return where === environment && name.join('/') === key && (asked.cluster ?? cluster) === cluster;
          });
        const keysThere = ['data/a', 'risk/a', 'risk/b'].filter(
          (key) =>
            of('sit', key).length + of('uat', key).length > 0 &&
            key.startsWith(asked.pillar ?? '') &&
            (asked.service ?? key) === key,
        );
        const expected = keysThere.flatMap((key) => {
          const differs = compareService(of('sit', key), of('uat', key));
          return differs.length === 0 ? [] : [{ key, differs, from: of('sit', key).length, to: of('uat', key).length }];
        });
        expect(compared).toBeGreaterThanOrEqual(expected.length);
        expect(
          differences
            .map(({ key, differs, from, to }) => ({ key, differs, from: from.length, to: to.length }))
            .sort((a, b) => (a.key < b.key ? -1 : 1)),
        ).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });
});
