import { describe, expect, it, test } from 'vitest';
import { byToken } from '../../functions/api/who.ts';
import { create } from '../../functions/api.ts';
import type { RoleRow } from '../../lib/domain/grants/role.ts';
import type { Actor } from '../../lib/domain/record/actor.ts';
import { makeWorld, releaseYaml } from '../usecases/batch/api-world.ts';
import { type Call, callApi } from './api-call.ts';

const table: readonly RoleRow[] = [
  { group: 'auditors', role: 'viewer' },
  { group: 'risk', role: 'deployer' },
  { group: 'leads', role: 'approver' },
  { subject: 'ada', role: 'approver' },
  { subject: 'root', role: 'admin' },
];

/** As an issuer gives them to people who log in through the page. */
const all = 'flotilla/read flotilla/logs flotilla/deploy flotilla/approve flotilla/admin';

const people: Readonly<Record<string, Call['claims']>> = {
  'nobody’s': { sub: 'u-1' },
  'of a group without a role': { sub: 'u-1', groups: ['others'] },
  'an auditor': { sub: 'u-1', groups: ['auditors'] },
  'of risk': { sub: 'u-1', groups: ['risk'] },
  'a lead': { sub: 'u-1', groups: ['leads', 'risk'] },
  'named, in no group': { sub: 'ada' },
  'of a group that is a role': { sub: 'u-1', groups: ['flotilla/approver'] },
  'an admin': { sub: 'root' },
  'an admin by a client for less': { sub: 'root', scope: 'flotilla/read flotilla/deploy' },
  'a program': { sub: 'ci', client_id: 'ci' },
  'a program in a group': { sub: 'ci', client_id: 'ci', groups: ['auditors'] },
};

const asks = {
  look: ['GET', '/batches'],
  deploy: ['POST', '/batches'],
  resolve: ['POST', '/batches/01M7Z82VGHV3GT6X1EMB454VBS/deployments/risk/cva/resolve'],
  administer: ['POST', '/migrate'],
} as const;

const apiOf = (roles: readonly RoleRow[] | undefined, identify = byToken) => {
  const world = makeWorld();
  const catalogue = { ...world.catalogue, ...(roles === undefined ? {} : { roles }) };
  const handler = create({ ...world.deps, catalogue: async () => catalogue }, { identify });
  return (call: Call, ask: keyof typeof asks) => {
    const isText = ask === 'deploy';
    const body = isText ? releaseYaml : ask === 'resolve' ? '{"status":"FAILED","reason":"looked"}' : '{}';
    const headers = { ...call.headers, ...(isText ? {} : { 'content-type': 'application/json' }) };
    return callApi(handler, asks[ask][0], asks[ask][1], { ...call, headers, ...(ask === 'look' ? {} : { body }) });
  };
};

const callOf = (claims: Call['claims']): Call => {
  const said = { iss: 'https://login', scope: all, client_id: 'people', ...claims };
  const payload = Buffer.from(JSON.stringify(said)).toString('base64url');
  return { claims: said, headers: { authorization: `Bearer a.${payload}.c` } };
};

/** The calls that get no 403. */
const mayDo = async (api: ReturnType<typeof apiOf>, call: Call): Promise<readonly string[]> => {
  const allowed: string[] = [];
  for (const ask of Object.keys(asks) as (keyof typeof asks)[])
    if ((await api(call, ask)).status !== 403) allowed.push(ask);
  return allowed;
};

describe('what people may do by their roles', () => {
  const everything = ['look', 'deploy', 'resolve', 'administer'];
  it.each<[keyof typeof people, readonly string[]]>([
    ['nobody’s', ['look']],
    ['of a group without a role', ['look']],
    ['an auditor', ['look']],
    ['of risk', ['look', 'deploy']],
    ['a lead', ['look', 'deploy', 'resolve']],
    ['named, in no group', ['look', 'deploy', 'resolve']],
    ['of a group that is a role', ['look', 'deploy', 'resolve']],
    ['an admin', everything],
    ['an admin by a client for less', ['look', 'deploy']],
    // The check for a person is made where there is something to resolve.
    ['a program', everything],
    ['a program in a group', everything],
  ])('%s: %j', async (who, allowed) => {
    expect(await mayDo(apiOf(table), callOf(people[who]))).toEqual(allowed);
  });

  it.each(Object.keys(people).filter((who) => who !== 'an admin by a client for less'))(
    'scopes decide without a table of roles: %s',
    async (who) => expect(await mayDo(apiOf(undefined), callOf(people[who]))).toEqual(everything),
  );

  it('says which role is not enough', async () => {
    const { body } = await apiOf(table)(callOf(people['of risk']), 'resolve');
    const has = 'flotilla/read, flotilla/logs, flotilla/deploy';
    expect(body.detail).toBe(`This needs the scope flotilla/approve; as deployer you have ${has}.`);
  });
});

test('the holder of a token for one machine was given its scopes in person', async () => {
  const world = makeWorld();
  const handler = create({ ...world.deps, catalogue: async () => ({ ...world.catalogue, roles: table }) });
  const holder: Actor = { kind: 'person', subject: 'eve', groups: [], scopes: ['deploy'] };
  expect((await callApi(handler, 'POST', '/batches', { body: releaseYaml, actor: holder })).status).toBe(202);
  expect((await callApi(handler, 'POST', '/batches', { body: releaseYaml })).status).toBe(202);
});
