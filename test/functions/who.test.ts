import { describe, expect, it } from 'vitest';
import { asTold, byToken, byTokenOf, checkScope } from '../../functions/api/who.ts';
import { apiEvent } from './api-call.ts';

type Claims = Readonly<Record<string, unknown>>;

/** As API Gateway passes a token on: the claims as texts, a list as `[one two]`, and the token itself. */
const eventOf = (claims: Claims, written: Claims = claims) => {
  const texts = Object.entries(claims).map(([name, value]) => [
    name,
    Array.isArray(value) ? `[${value.join(' ')}]` : value,
  ]);
  const payload = Buffer.from(JSON.stringify(written)).toString('base64url');
  const headers = { authorization: `Bearer head.${payload}.signature` };
  return apiEvent('GET', '/batches', { headers, claims: Object.fromEntries(texts) });
};

const person = { kind: 'person', subject: 'u-1' };
const program = { kind: 'program', groups: [] };

describe('the subject of a token', () => {
  it.each<[string, Claims, object]>([
    [
      'somebody in a group of Cognito',
      { sub: 'u-1', client_id: 'app', 'cognito:groups': ['risk'] },
      { ...person, groups: ['risk'] },
    ],
    ['somebody in groups', { sub: 'u-1', azp: 'app', groups: ['b', 'a', 'b'] }, { ...person, groups: ['a', 'b'] }],
    [
      'a group with a space in its name',
      { sub: 'u-1', groups: ['risk admins'] },
      { ...person, groups: ['risk admins'] },
    ],
    [
      'a name and an e-mail address, which the user can choose',
      { sub: 'u-1', name: ' Ada  Lovelace\u202e\n', email: 'ada@example.org', groups: ['a'] },
      { ...person, name: 'Ada Lovelace', email: 'ada@example.org' },
    ],
    [
      "somebody's e-mail address",
      { sub: 'u-1', email: 'ada@example.org', email_verified: 'true', groups: ['a'] },
      { ...person, email: 'ada@example.org' },
    ],
    ['a name without end', { sub: 'u-1', name: 'a'.repeat(10_000) }, { name: `${'a'.repeat(255)}…` }],
    ['somebody in no group', { sub: 'u-1', client_id: 'app' }, { kind: 'program', subject: 'u-1' }],
    ['a client of Cognito', { sub: 'c-1', client_id: 'c-1' }, { ...program, subject: 'c-1', client: 'c-1' }],
    ['a client in a group', { sub: 'c-1', client_id: 'c-1', groups: ['a'] }, { kind: 'program', groups: ['a'] }],
    ['a client without a subject', { client_id: 'c-1' }, { ...program, subject: 'c-1', client: 'c-1' }],
    ['a client of Okta', { sub: 'c-1', cid: 'c-1' }, { ...program, client: 'c-1' }],
    [
      'a client of Auth0',
      { sub: 'c-1@clients', azp: 'c-1', gty: 'client-credentials', groups: ['a'] },
      { kind: 'program', client: 'c-1' },
    ],
    ['a client of Entra', { sub: 'o-1', azp: 'c-1', idtyp: 'app', groups: ['a'] }, { kind: 'program', client: 'c-1' }],
    [
      'a client of Keycloak',
      { sub: 'u-1', azp: 'c-1', preferred_username: 'service-account-c-1', groups: ['a'] },
      { kind: 'program', client: 'c-1' },
    ],
    [
      'a Keycloak user with the same name as the account of another client',
      { sub: 'u-1', azp: 'c-1', preferred_username: 'service-account-c-2', groups: ['a'] },
      { kind: 'person' },
    ],
    [
      'the name of a part, which would otherwise look like an outcome',
      { sub: 'record', groups: ['a'] },
      { subject: 'user:record' },
    ],
  ])('%s', (_, claims, actor) => {
    expect(byToken(eventOf(claims), undefined)).toMatchObject(actor);
  });

  it.each([[['a']], [[]]])('does not know a person in groups %j by the client program', (groups) => {
    expect(byToken(eventOf({ sub: 'u-1', client_id: 'app', groups }), undefined)).not.toHaveProperty('client');
  });

  const ofKeycloak = { sub: 'u-1', azp: 'c-1', preferred_username: 'service-account-c-1' };
  it.each<[string, Claims, true | undefined]>([
    ['somebody who has logged in', { sub: 'u-1', azp: 'c-1' }, true],
    ['a client', { sub: 'c-1', client_id: 'c-1' }, undefined],
    ['a client of Auth0', { sub: 'c-1@clients', azp: 'c-1', gty: 'client-credentials' }, undefined],
    ['a client of Entra', { sub: 'o-1', azp: 'c-1', idtyp: 'app' }, undefined],
    ['a client of Keycloak', { ...ofKeycloak, client_id: 'c-1' }, undefined],
    ['a client of an earlier Keycloak', { ...ofKeycloak, clientId: 'c-1' }, undefined],
    ["somebody who has taken the name of a client's account", ofKeycloak, true],
  ])('whether the scopes are lent: %s', (_, claims, lent) => {
    expect(byToken(eventOf(claims), undefined).lent).toBe(lent);
  });

  it('a client of the stage has the name from the settings', () => {
    const ofStage = byTokenOf(new Map([['7f3k', 'risk-ci']]));
    const client = { kind: 'program', subject: 'risk-ci', client: 'risk-ci' };
    const known = { ...client, formerly: '7f3k' };
    expect(ofStage(eventOf({ sub: '7f3k', client_id: '7f3k' }), undefined)).toMatchObject(known);
    expect(ofStage(eventOf({ client_id: '7f3k' }), undefined)).toMatchObject(known);
    const person = ofStage(eventOf({ sub: 'u-1', client_id: '7f3k' }), undefined);
    expect(person).toMatchObject({ subject: 'u-1' });
    expect(person).not.toHaveProperty('formerly');
    const other = ofStage(eventOf({ client_id: 'other' }), undefined);
    expect(other).toMatchObject({ subject: 'other', client: 'other' });
    expect(other).not.toHaveProperty('formerly');
  });

  it.each<[string, Claims]>([
    ['an unconfirmed e-mail address', { email: 'ada@example.org', email_verified: 'false' }],
    ['the same, as issuers write it', { email: 'ada@example.org', email_verified: false }],
    ['names that are invalid', { name: '\u200e ', email: 7 }],
  ])('%s is not accepted', (_, claims) => {
    const actor = byToken(eventOf({ sub: 'u-1', ...claims }), undefined);
    expect([actor.name, actor.email]).toEqual([undefined, undefined]);
  });

  it("the name belongs only to the holder of a one-machine server's own token", () => {
    const named = (by: string) =>
      apiEvent('GET', '/batches', { headers: { 'flotilla-by': by }, claims: { sub: 'u-1' } });
    const local = { kind: 'person', subject: 'local', groups: [], scopes: ['admin'] } as const;
    expect(asTold(named('Ada%20L%C3%B8velace'), undefined)).toEqual({ ...local, name: 'Ada Løvelace' });
    expect(asTold(named('Ada'), { ...local, name: 'login' })).toEqual({ ...local, name: 'Ada' });
    expect(asTold(named('%20'), { ...local, name: 'login' })).toEqual({ ...local, name: 'login' });
    expect(() => asTold(named('100%'), undefined)).toThrow('percent sign');
    const refused = 'remove --by and $FLOTILLA_BY';
    expect(() => asTold(named('Ada'), { ...local, subject: 'ci' })).toThrow(refused);
    expect(() => byToken(named('Ada'), undefined)).toThrow(refused);
  });

  it('groups come from the verified token, and from no other', () => {
    const claims = { sub: 'u-1', iss: 'https://login', groups: ['a'] };
    expect(byToken(eventOf(claims, { ...claims, sub: 'u-2', groups: ['b'] }), undefined).groups).toEqual([]);
    expect(byToken(eventOf(claims, { ...claims, iss: 'https://other', groups: ['b'] }), undefined).groups).toEqual([]);
    const event = apiEvent('GET', '/batches', { claims, headers: { authorization: 'Bearer word' } });
    expect(byToken(event, undefined).groups).toEqual(['a']);
  });

  it('keeps only known scopes', () => {
    const claims = { sub: 'u-1', scope: 'openid flotilla/read flotilla/fly', scp: ['flotilla/approve'] };
    expect(byToken(eventOf(claims), undefined).scopes).toEqual(['read', 'approve']);
  });

  it('nobody: a token without a name, and no token, no matter whom else the server mentions', () => {
    const told = { ...person, kind: 'person', groups: [], scopes: ['admin'] } as const;
    const events = [
      eventOf({ scope: 'flotilla/admin' }),
      eventOf({ sub: 'u'.repeat(256), scope: 'flotilla/admin' }),
      eventOf({ sub: '', client_id: 7 }),
      apiEvent('GET', '/batches'),
    ];
    for (const event of events) expect(() => byToken(event, told)).toThrow(/token/);
  });

  it('on one machine it is the caller that the server has let in', () => {
    const told = { kind: 'program', subject: 'ci', groups: [], scopes: ['read'] } as const;
    expect(asTold(eventOf({ sub: 'u-1' }), told)).toBe(told);
    expect(asTold(apiEvent('GET', '/batches'), undefined)).toMatchObject({ kind: 'person', subject: 'local' });
    expect(() => checkScope(told, 'read')).not.toThrow();
    expect(() => checkScope(told, 'deploy')).toThrow('with the scope flotilla/deploy; this one has flotilla/read.');
    expect(() => checkScope({ ...told, scopes: [] }, 'read')).toThrow('this one has none of them.');
  });
});
