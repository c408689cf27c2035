import { describe, expect, it, test } from 'vitest';
import type { ApiDeps } from '../../functions/api/route.ts';
import { byToken } from '../../functions/api/who.ts';
import { create } from '../../functions/api.ts';
import type { Grant } from '../../lib/domain/grants/grant.ts';
import type { Table } from '../../lib/domain/ports.ts';
import type { Actor } from '../../lib/domain/record/actor.ts';
import { makeWorld, releaseYaml, type World } from '../usecases/batch/api-world.ts';
import { type Call, callApi } from './api-call.ts';

const allScopes = 'flotilla/read flotilla/deploy flotilla/approve flotilla/admin';
const callOf = (claims: Call['claims']): Call => {
  const said = { iss: 'https://login', scope: allScopes, client_id: 'people', ...claims };
  const payload = Buffer.from(JSON.stringify(said)).toString('base64url');
  return { claims: said, headers: { authorization: `Bearer a.${payload}.c` } };
};

const ada = { sub: 'ada', name: 'Ada', email: 'ada@example.org', groups: ['risk'] };
const root = callOf({ sub: 'root', client_id: 'root' });
const first_seen_at = '2026-09-30T06:00:00.000Z';

/** Counts the table's calls for users alone. */
const countedTable = (table: Table) => {
  const asked = { reads: 0, writes: 0 };
  const isUser = (pk: unknown): boolean => pk === 'USERS';
  const counted: Table = Object.assign(Object.create(table) as Table, {
    get: (key: Parameters<Table['get']>[0]) => {
      if (isUser(key.pk)) asked.reads += 1;
      return table.get(key);
    },
    transact: (writes: Parameters<Table['transact']>[0]) => {
      asked.writes += writes.filter((write) => 'put' in write && isUser(write.put.pk)).length;
      return table.transact(writes);
    },
    query: table.query.bind(table),
  });
  return { asked, counted };
};

const apiOf = (world: World, deps: Partial<ApiDeps> = {}) => {
  const handler = create({ ...world.deps, ...deps }, { identify: byToken });
  return (method: string, url: string, call: Call = {}) => callApi(handler, method, url, call);
};

describe('users', () => {
  test('are stored on first sight, and written again when their name changes', async () => {
    const world = makeWorld();
    const { asked, counted } = countedTable(world.table);
    const call = apiOf(world, { table: counted });
    for (let nth = 0; nth < 5; nth += 1) await call('GET', '/batches', callOf(ada));
    expect(asked).toEqual({ reads: 1, writes: 1 });
    // Another process, which knows nobody.
    const other = apiOf(world, { table: counted });
    await other('GET', '/batches', callOf(ada));
    expect(asked).toEqual({ reads: 2, writes: 1 });
    world.clock.time += 60_000;
    await other('GET', '/batches', callOf({ ...ada, name: 'Lady Ada' }));
    await call('GET', '/batches', callOf({ sub: 'ada', groups: ['risk'] }));
    expect((await call('GET', '/users', root)).body).toEqual({
      users: [
        { subject: 'ada', kind: 'person', name: 'Lady Ada', email: 'ada@example.org', first_seen_at },
        { subject: 'root', kind: 'program', first_seen_at: '2026-09-30T06:01:00.000Z' },
      ],
      limit: 100,
    });
  });

  test('have pages, for administrators alone', async () => {
    const call = apiOf(makeWorld());
    for (const sub of ['a', 'b', 'c']) await call('GET', '/batches', callOf({ sub, groups: ['x'] }));
    const seen: string[] = [];
    for (let after = ''; ; ) {
      const { body } = await call('GET', `/users?limit=2${after}`, root);
      seen.push(...body.users.map(({ subject }: { subject: string }) => subject));
      if (body.next_after === undefined) break;
      after = `&after=${body.next_after}`;
    }
    expect(seen).toEqual(['a', 'b', 'c', 'root']);
    const reader = callOf({ sub: 'a', groups: ['x'], scope: 'flotilla/read' });
    expect((await call('GET', '/users', reader)).status).toBe(403);
    expect((await call('GET', '/users?after=abc', root)).body.detail).toContain('query.after');
  });

  test('no request fails because a user cannot be stored', async () => {
    const world = makeWorld();
    const broken = Object.assign(Object.create(world.table) as Table, {
      get: async (key: Parameters<Table['get']>[0]) => {
        if (key.pk === 'USERS') throw new Error('broken');
        return world.table.get(key);
      },
      transact: world.table.transact.bind(world.table),
      query: world.table.query.bind(world.table),
    });
    const call = apiOf(world, { table: broken });
    expect((await call('POST', '/batches', { ...callOf(ada), body: releaseYaml })).status).toBe(202);
  });

  test('include nobody without a name', async () => {
    const world = makeWorld();
    const { asked, counted } = countedTable(world.table);
    const handler = create({ ...world.deps, table: counted });
    const nobody: Actor = { kind: 'program', subject: 'reader', groups: [], scopes: ['read'], isNobody: true };
    expect((await callApi(handler, 'GET', '/openapi.json', { actor: nobody })).status).toBe(200);
    expect(asked).toEqual({ reads: 0, writes: 0 });
  });

  test('include no caller who was turned away', async () => {
    const call = apiOf(makeWorld());
    await call('POST', '/batches', { ...callOf({ ...ada, scope: 'flotilla/read' }), body: releaseYaml });
    expect((await call('GET', '/users', root)).body.users).toEqual([expect.objectContaining({ subject: 'root' })]);
  });
});

describe('GET /me', () => {
  const grants: readonly Grant[] = [
    { group: 'risk', may: ['deploy', 'resolve'], pillars: ['risk'], environments: ['staging', 'uat'] },
    { group: 'auditors', may: ['read'], pillars: ['*'], environments: ['production'] },
    { client: 'ci', may: ['*'], pillars: ['*'], environments: ['*'] },
  ];
  const all = { everywhere: true, places: {} };
  const risk = { everywhere: false, places: { risk: ['staging', 'uat'] } };
  const production = { clearing: ['production'], data: ['production'], risk: ['production'], shared: ['production'] };
  const ofAda = { subject: 'ada', kind: 'person', name: 'Ada', email: 'ada@example.org' };

  it.each<[string, object, object, object]>([
    [
      'somebody whose group has a grant',
      { grants },
      ada,
      {
        ...{ ...ofAda, groups: ['risk'], scopes: ['read', 'deploy', 'approve', 'admin'] },
        may: { read: risk, deploy: risk, resolve: risk },
      },
    ],
    [
      'an auditor with few scopes',
      { grants },
      { ...ada, groups: ['auditors'], scope: 'flotilla/read' },
      {
        ...{ ...ofAda, groups: ['auditors'], scopes: ['read'] },
        may: { read: { everywhere: false, places: production } },
      },
    ],
    [
      'a program, which resolves nothing',
      { grants },
      { sub: 'ci', client_id: 'ci', scope: 'flotilla/read flotilla/deploy flotilla/approve' },
      {
        ...{ subject: 'ci', kind: 'program', client: 'ci', groups: [], scopes: ['read', 'deploy', 'approve'] },
        may: { read: all, deploy: all, cancel: all, hold: all },
      },
    ],
    [
      'somebody by a role, without grants',
      { roles: [{ group: 'risk', role: 'deployer' }] },
      ada,
      {
        ...{ ...ofAda, groups: ['risk'], scopes: ['read', 'logs', 'deploy'], roles: ['deployer'] },
        may: { read: all, deploy: all, cancel: all },
      },
    ],
  ])('tells %s', async (_, configured, claims, told) => {
    const world = makeWorld();
    const catalogue = async () => ({ ...world.catalogue, ...configured });
    const { status, body } = await apiOf(world, { catalogue })('GET', '/me', callOf(claims as Call['claims']));
    expect([status, body]).toEqual([200, told]);
  });
});
