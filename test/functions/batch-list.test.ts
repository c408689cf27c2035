import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byToken } from '../../functions/api/who.ts';
import { create } from '../../functions/api.ts';
import type { Grant } from '../../lib/domain/grants/grant.ts';
import { keys } from '../../lib/domain/record/keys.ts';
import { itemOf } from '../../lib/domain/record/rows.ts';
import { cursorFor } from '../../lib/usecases/cursor.ts';
import { makeWorld } from '../usecases/batch/api-world.ts';
import { headerOf, idOf, type Listed, putSheet, rowsOf } from '../usecases/batch/listed-world.ts';
import { callApi } from './api-call.ts';

const grants: readonly Grant[] = [
  { subject: 'rita', may: ['read'], pillars: ['risk'], environments: ['sit'] },
  { subject: 'ada', may: ['*'], pillars: ['*'], environments: ['*'] },
];

const day = 24 * 3_600_000;
const now = Date.UTC(2026, 10, 20);
const daysAgo = (days: number): number => now - days * day;

const worldOf = async (batches: readonly Listed[]) => {
  const world = makeWorld();
  world.clock.time = now;
  for (const [nth, batch] of batches.entries()) {
    await world.table.transact(rowsOf(batch, nth));
    await putSheet(world.documents, batch, nth);
  }
  const catalogue = { ...world.catalogue, grants };
  const handler = create({ ...world.deps, catalogue: async () => catalogue }, { identify: byToken });
  const ask = (query: string, who = 'ada') =>
    callApi(handler, 'GET', `/batches?${query}`, { claims: { sub: who, groups: ['people'], scope: 'flotilla/read' } });
  return { world, ask };
};

type Ask = Awaited<ReturnType<typeof worldOf>>['ask'];

/** The names of all matches, page by page. */
const namesOf = async (ask: Ask, query: string, who?: string): Promise<readonly string[]> => {
  const names: string[] = [];
  for (let after = ''; ; ) {
    const { status, body } = await ask(`${query}${after}`, who);
    expect([status, body.detail]).toEqual([200, undefined]);
    names.push(...body.batches.map(({ name }: { name: string }) => name));
    if (body.next_after === undefined) return names;
    after = `&after=${body.next_after}`;
  }
};

const examples: readonly Listed[] = [
  { name: 'old', at: daysAgo(200), actor: 'mona', tags: ['autumn'] },
  { name: 'failed', at: daysAgo(40), status: 'FAILED', places: ['uat/risk/cva', 'sit/clearing/intake'] },
  { name: 'both', at: daysAgo(30), actor: 'ci', actorName: 'Build Server', places: ['sit/risk/cva', 'uat/risk/limit'] },
  { name: 'back', at: daysAgo(20), origin: 'rollback', places: ['uat/risk/cva'] },
  { name: 'tagged', at: daysAgo(10), tags: ['autumn', 'k8s'], author: 'Ada Lovelace' },
  { name: 'running', at: daysAgo(1), status: 'PROCESSING', tags: ['autumn'], places: ['uat/clearing/intake'] },
];

describe('batches are found by', () => {
  test.each<[query: string, names: readonly string[], who?: string]>([
    ['', ['running', 'tagged', 'back', 'both', 'failed', 'old']],
    ['status=FAILED', ['failed']],
    ['status=PROCESSING&tag=autumn', ['running']],
    ['status=PROCESSING&service=clearing/intake', ['running']],
    ['status=PROCESSING&service=risk/cva', []],
    ['environment=uat', ['running', 'back', 'both', 'failed']],
    ['pillar=risk', ['tagged', 'back', 'both', 'failed', 'old']],
    ['environment=uat&pillar=clearing', ['running']],
    ['service=risk/cva', ['tagged', 'back', 'both', 'failed', 'old']],
    ['service=cva&pillar=risk', ['tagged', 'back', 'both', 'failed', 'old']],
    ['service=risk/cva&environment=uat', ['back', 'failed']],
    ['service=risk/limit&environment=sit', []],
    ['actor=mona', ['old']],
    ['actor=ci', ['both']],
    ['origin=rollback', ['back']],
    ['origin=file&environment=uat', ['running', 'both', 'failed']],
    ['tag=autumn', ['running', 'tagged', 'old']],
    ['text=ADA%20LOVE', ['tagged']],
    ['text=k8', ['tagged']],
    ['text=build', ['both']],
    [`text=${idOf(examples[1]!, 1).toLowerCase()}`, ['failed']],
    [`since=${new Date(daysAgo(30)).toISOString()}`, ['running', 'tagged', 'back', 'both']],
    [`until=${new Date(daysAgo(30)).toISOString()}`, ['failed', 'old']],
    [`tag=autumn&since=2026-10-31&until=2026-11-19`, ['tagged']],
    ['tag=none', []],
    ['environment=uat', [], 'rita'],
    ['', ['tagged', 'both', 'old'], 'rita'],
    ['pillar=risk&environment=sit', ['tagged', 'both', 'old'], 'rita'],
    ['service=risk/limit', [], 'rita'],
    ['', [], 'nobody'],
  ])('%s', async (query, names, who = 'ada') => {
    const { ask } = await worldOf(examples);
    for (const limit of [1, 2, 100]) expect(await namesOf(ask, `${query}&limit=${limit}`, who)).toEqual(names);
  });

  test('skips rows that no longer lead to a match', async () => {
    const { world, ask } = await worldOf(examples);
    const stale = examples.map((batch, nth) => ({ batch_id: idOf(batch, nth), created_at: batch.at }));
    const gone = { batch_id: idOf({ at: daysAgo(5) }, 99), created_at: daysAgo(5) };
    await world.table.transact(
      [...stale, gone].map((lead) => ({ put: itemOf(keys.batchBy('status', 'FAILED', lead), lead) })),
    );
    for (const limit of [1, 2, 100]) expect(await namesOf(ask, `status=FAILED&limit=${limit}`)).toEqual(['failed']);
  });
});

test('shows one batch in full, with the highest possible counts', async () => {
  const { ask } = await worldOf(examples.slice(0, 2));
  const { batch_id } = headerOf(examples[1]!, 1);
  expect((await ask('status=FAILED&limit=500')).body).toEqual({
    holds: [],
    batches: [
      {
        ...{ batch_id, name: 'failed', status: 'FAILED', reason: 'R', message: 'M.' },
        ...{ total: 2, counts: { FAILED: 2 }, metadata: {}, submitted_by: 'ada' },
        ...{ created_at: '2026-10-11T00:00:00.000Z', ended_at: '2026-10-11T00:00:00.000Z' },
      },
    ],
    limit: 100,
  });
});

const anyListed: fc.Arbitrary<Listed> = fc.record(
  {
    at: fc.integer({ min: 0, max: 400 }).map(daysAgo),
    status: fc.constantFrom('PENDING', 'PROCESSING', 'SUCCESS', 'FAILED'),
    actor: fc.constantFrom('ada', 'mona'),
    origin: fc.constantFrom('rollback', 'retry'),
    tags: fc.uniqueArray(fc.constantFrom('x', 'y')),
    places: fc.uniqueArray(fc.constantFrom('sit/risk/a', 'uat/risk/a', 'uat/risk/b', 'sit/clearing/a'), {
      minLength: 1,
    }),
  },
  { requiredKeys: ['at', 'places'] },
);

const anyFilter = fc.record(
  {
    status: fc.constantFrom('PENDING', 'PROCESSING', 'SUCCESS', 'FAILED'),
    actor: fc.constantFrom('ada', 'mona'),
    origin: fc.constantFrom('rollback', 'retry', 'file'),
    tag: fc.constantFrom('x', 'y'),
    environment: fc.constantFrom('sit', 'uat'),
    pillar: fc.constantFrom('risk'),
    service: fc.constantFrom('risk/a', 'risk/b'),
    since: fc.integer({ min: 200, max: 400 }).map((days) => new Date(daysAgo(days)).toISOString()),
    until: fc.integer({ min: 0, max: 199 }).map((days) => new Date(daysAgo(days)).toISOString()),
  },
  { requiredKeys: [] },
);

/** The same in the plainest code. */
const fits = (filter: Readonly<Record<string, string>>, batch: Listed, who: string): boolean => {
  const { status = 'SUCCESS', actor = 'ada', origin = 'file', tags = [], places = [], at } = batch;
  const is = (name: string, own: string) => filter[name] === undefined || filter[name] === own;
  const seen = places.filter((place) => who === 'ada' || place.startsWith('sit/risk/'));
  return (
    [is('status', status), is('actor', actor), is('origin', origin)].every(Boolean) &&
    (filter.tag === undefined || tags.includes(filter.tag)) &&
    (filter.since === undefined || at >= Date.parse(filter.since)) &&
    (filter.until === undefined || at < Date.parse(filter.until)) &&
    seen.some((place) => {
      const [environment = '', pillar = '', service = ''] = place.split('/');
      return is('environment', environment) && is('pillar', pillar) && is('service', `${pillar}/${service}`);
    })
  );
};

test('gives each match that the caller may see once, page by page, the newest first', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyListed, { maxLength: 25 }),
      anyFilter,
      fc.constantFrom('ada', 'rita'),
      fc.integer({ min: 1, max: 9 }),
      async (batches, filter, who, limit) => {
        const { ask } = await worldOf(batches);
        const expected = batches
          .map((batch, nth) => ({ batch, nth, id: idOf(batch, nth) }))
          .filter(({ batch }) => fits(filter, batch, who))
          .sort((a, b) => (a.id < b.id ? 1 : -1))
          .map(({ nth }) => `Batch ${nth}`);
        const query = new URLSearchParams({ ...filter, limit: String(limit) }).toString();
        expect(await namesOf(ask, query, who)).toEqual(expected);
      },
    ),
    { numRuns: 150 },
  );
});

describe('wrong queries of a list', () => {
  test.each([
    [
      'statu=FAILED',
      'query.statu: unknown parameter; known here: status, environment, pillar, service, actor, origin, tag, text, since, until, limit, after (did you mean status?)',
    ],
    [
      'status=FAILD',
      'query.status: "FAILD" is none of PENDING, PROCESSING, SUCCESS, FAILED, ROLLBACK, SKIPPED, CANCELLED, UNKNOWN (did you mean FAILED?)',
    ],
    [
      'origin=roll-back',
      'query.origin: "roll-back" is none of file, rollback, retry, deployment, request (did you mean rollback?)',
    ],
    ['since=yesterday', 'query.since: a date (2026-11-30) or a time with its zone (2026-11-30T08:00:00Z) is needed'],
    [
      'since=2026-11-30T08:00Z&until=7d',
      'query.until: a date (2026-11-30) or a time with its zone (2026-11-30T08:00:00Z) is needed',
    ],
    ['until=2026-11-31', 'query.until: a date (2026-11-30) or a time with its zone (2026-11-30T08:00:00Z) is needed'],
    ['since=2026-11-02&until=2026-11-01', 'query.until: a time after since is needed'],
    ['limit=0', 'query.limit: a whole number from 1 on is needed'],
    ['service=cva', 'query.service: add its pillar: pillar/service_name, or pillar=…'],
    ['service=risk/cva&pillar=clearing', 'query.service is not in pillar clearing'],
    ['text=', 'query.text is empty; a text is needed'],
    [
      'after=01M7Z82VGHV3GT6X1EMB454VBS',
      'query.after is not the next_after of this list with these filters; leave it out to start at the beginning',
    ],
  ])('%s', async (query, detail) => {
    const { ask } = await worldOf([]);
    const { status, body } = await ask(query);
    expect([status, body.code, body.detail]).toEqual([400, 'RequestInvalid', detail]);
  });

  test.each(['x', '2026-11', '/\u0000', '2026-11/é'])('a made-up cursor, of %j', async (position) => {
    const { ask } = await worldOf(examples);
    const madeUp = cursorFor({ list: 'batches', filters: { tag: 'autumn' } }, position);
    const { status, body } = await ask(`tag=autumn&after=${madeUp}`);
    expect([status, body.issues[0].path]).toEqual([400, 'query.after']);
  });

  test('a cursor of other filters', async () => {
    const { ask } = await worldOf(examples);
    const { body } = await ask('tag=autumn&limit=1');
    const other = await ask(`tag=k8s&limit=1&after=${body.next_after}`);
    expect([other.status, other.body.issues[0].path]).toEqual([400, 'query.after']);
    expect((await ask(`tag=autumn&limit=2&after=${body.next_after}`)).body.batches).toHaveLength(2);
  });
});
