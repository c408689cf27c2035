import { describe, expect, it } from 'vitest';
import { logRoutes } from '../../functions/api/log-routes.ts';
import { lookRoutes } from '../../functions/api/look-routes.ts';
import { routes } from '../../functions/api/routes.ts';
import { apiParts, sharesOf } from '../../lib/infra/api-parts.ts';
import { httpRoutes, scopes } from '../../lib/infra/http-routes.ts';
import { ofType, shortText, synthesize } from './synthesize.ts';

const templates = synthesize();
const { state, application } = templates;
const oidc = { oidc_issuer: 'https://login.example.com/', oidc_audience: 'flotilla,other' };

const found = (type: string, template = application) => ofType(template, type).map(({ Properties }) => Properties);

const keyOf = ({ method, path }: { readonly method: string; readonly path: string }): string => `${path} ${method}`;

it('knows the routes of the function and no other, with their scopes', () => {
  const ofFunctions = [...routes, ...lookRoutes, ...logRoutes].map(({ method, path, scope, part }) => ({
    method,
    path: path.replace('{key+}', '{pillar}/{service}'),
    scope,
    part,
  }));
  const sorted = (all: typeof ofFunctions) => all.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  expect(sorted([...httpRoutes])).toEqual(sorted(ofFunctions));
});

it('asks for a token and the scope of each route, and for none where Harness calls back', () => {
  const table = found('AWS::ApiGatewayV2::Route').map(({ RouteKey, AuthorizationType, AuthorizationScopes = [] }) => [
    RouteKey,
    AuthorizationType,
    AuthorizationScopes.join(' or '),
  ]);
  expect(table.sort()).toEqual(
    [
      ['$default', 'JWT', ''],
      ['POST /callbacks/harness/{key}', 'NONE', ''],
      ...httpRoutes.map(({ method, path, scope }) => [
        `${method} ${path}`,
        'JWT',
        scope === 'admin' ? 'flotilla/admin' : `flotilla/${scope} or flotilla/admin`,
      ]),
    ].sort(),
  );
});

const functionOf = (target: unknown): string => {
  const id = shortText(target, templates).replace(/^integrations\/|\.Ref$/g, '');
  const own = ofType(application, 'AWS::ApiGatewayV2::Integration').find((one) => one.id.startsWith(id));
  expect(own?.Properties.PayloadFormatVersion).toBe('2.0');
  return shortText(own?.Properties.IntegrationUri, templates);
};

const targets = new Map(
  found('AWS::ApiGatewayV2::Route').map(({ RouteKey, Target }) => [RouteKey, functionOf(Target)]),
);

it('gives each part to a function of its own, and callbacks to one with few rights', () => {
  const functions = {
    reads: 'Api',
    batches: 'ApiBatches',
    events: 'ApiEvents',
    decisions: 'ApiDecisions',
    looks: 'ApiLooks',
    logs: 'ReadLogs',
  } as const;
  expect(Object.fromEntries(targets)).toEqual({
    $default: 'HandlersApiFunction',
    'POST /callbacks/harness/{key}': 'HandlersTakeHintFunction',
    ...Object.fromEntries(
      httpRoutes.map(({ method, path, part }) => [`${method} ${path}`, `Handlers${functions[part]}Function`]),
    ),
  });
});

it('throttles each route by itself, with a stage that is created after the routes', () => {
  const [stage] = ofType(application, 'AWS::ApiGatewayV2::Stage');
  const settings = stage?.Properties.RouteSettings as Readonly<Record<string, Readonly<Record<string, number>>>>;
  const limits = Object.entries(settings).map(([key, { ThrottlingRateLimit, ThrottlingBurstLimit }]) => [
    key,
    `${ThrottlingRateLimit}/${ThrottlingBurstLimit}`,
  ]);
  const own = { batches: '5/20', events: '40/80', decisions: '20/40', looks: '5/20', logs: '5/20' } as const;
  const ofPart = { reads: '50/100', ...own } as const;
  expect(Object.fromEntries(limits)).toEqual({
    'POST /callbacks/harness/{key}': '10/20',
    ...Object.fromEntries(httpRoutes.map(({ method, path, part }) => [`${method} ${path}`, ofPart[part]])),
  });
  const routes = ofType(application, 'AWS::ApiGatewayV2::Route');
  const named = routes.filter(({ Properties }) => Properties.RouteKey in settings);
  expect(stage?.DependsOn).toEqual(expect.arrayContaining(named.map(({ id }) => id)));
});

describe('the concurrency of the API', () => {
  const reserved = (given: Readonly<Record<string, unknown>>): Readonly<Record<string, number>> =>
    Object.fromEntries(
      ofType(synthesize(undefined, given).application, 'AWS::Lambda::Function')
        .filter(({ Properties }) => Properties.ReservedConcurrentExecutions !== undefined)
        .map(({ id, Properties }) => [id.replace(/[0-9A-F]{8}$/, ''), Properties.ReservedConcurrentExecutions]),
    );

  it('is reserved for it, and is none in an account that has none to give', () => {
    expect(reserved({})).toEqual({
      HandlersApiFunction: 25,
      HandlersApiBatchesFunction: 15,
      HandlersApiLooksFunction: 5,
      HandlersReadLogsFunction: 5,
      HandlersApiEventsFunction: 40,
      HandlersApiDecisionsFunction: 10,
    });
    expect(reserved({ reserved_concurrency: 'none' })).toEqual({});
  });

  it.each([7, 8, 20, 99, 100, 1000])('of %i is fully shared out, at least one for each part', (all) => {
    const shares = Object.values(sharesOf(all));
    expect(shares).toHaveLength(Object.keys(apiParts).length);
    expect(Math.min(...shares)).toBeGreaterThanOrEqual(1);
    expect(shares.reduce((sum, one) => sum + one)).toBe(all);
  });

  it('for decisions is free while all others are busy: nothing slow uses it', () => {
    const copies = reserved({});
    const free = { ...copies };
    // All callers send all requests they may, and none ends.
    for (const { method, path, part } of httpRoutes) {
      if (part !== 'decisions') free[targets.get(`${method} ${path}`)!] = 0;
    }
    for (const path of ['/batches/{id}/cancel', '/batches/{id}/deployments/{pillar}/{service}/resolve']) {
      expect(free[targets.get(`POST ${path}`)!]).toBe(10);
    }
    // The state machines call what works on batches. It gets what the API leaves of the account.
    expect(Object.keys(copies).filter((id) => !/^Handlers(?:Api|ReadLogs)/.test(id))).toEqual([]);
  });
});

it('accepts tokens of the pool that it creates, for its client and for people', () => {
  const [authorizer, ...more] = found('AWS::ApiGatewayV2::Authorizer');
  expect(more).toEqual([]);
  expect(authorizer).toMatchObject({ AuthorizerType: 'JWT', IdentitySource: ['$request.header.Authorization'] });
  const { Issuer, Audience } = authorizer.JwtConfiguration;
  expect(shortText(Issuer, templates)).toBe('https://TokensPool.ProviderName');
  expect(Audience.map((one: unknown) => shortText(one, templates))).toEqual([
    'TokensPoolClient.Ref',
    'TokensPoolPeopleClient.Ref',
  ]);
});

it('creates a pool whose client cannot act for a person, and where only added people log in', () => {
  const [pool] = found('AWS::Cognito::UserPool', state);
  expect(pool).toMatchObject({
    AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
    MfaConfiguration: 'ON',
    DeletionProtection: 'ACTIVE',
  });
  const clients = ofType(state, 'AWS::Cognito::UserPoolClient');
  const [program, people] = clients.map(({ Properties }) => Properties);
  expect(program).toMatchObject({ AllowedOAuthFlows: ['client_credentials'], GenerateSecret: true });
  expect(people).toMatchObject({ AllowedOAuthFlows: ['code'], GenerateSecret: false });
  const scopesOf = clients.map(({ id, Properties }) => [
    id.replace(/[0-9A-F]{8}$/, ''),
    Properties.AllowedOAuthScopes.map((one: unknown) => shortText(one, templates)),
  ]);
  expect(Object.fromEntries(scopesOf)).toEqual({
    TokensPoolClient: ['TokensPoolApi.Ref/read', 'TokensPoolApi.Ref/deploy'],
    TokensPoolPeopleClient: ['read', 'logs', 'deploy', 'approve'].map((one) => `TokensPoolApi.Ref/${one}`),
  });
  const [api] = found('AWS::Cognito::UserPoolResourceServer', state);
  expect(api.Identifier).toBe('flotilla');
  expect(api.Scopes.map(({ ScopeName }: { ScopeName: string }) => ScopeName)).toEqual(Object.keys(scopes));
});

it('creates a client for each program of the settings, and gives the API their names', () => {
  const clients = ['risk-ci', { name: 'reporter', scopes: ['read'] }];
  const listed = synthesize(undefined, { clients });
  const ids = ofType(listed.state, 'AWS::Cognito::UserPoolClient').map(({ id, Properties }) => [
    id.replace(/[0-9A-F]{8}$/, ''),
    Properties.AllowedOAuthScopes.length,
  ]);
  expect(ids).toEqual([
    ['TokensPoolClientRiskCi', 2],
    ['TokensPoolClientReporter', 1],
    ['TokensPoolPeopleClient', 4],
  ]);
  const api = ofType(listed.application, 'AWS::Lambda::Function').find(({ id }) => id.startsWith('HandlersApi'));
  const names = shortText(api?.Properties.Environment.Variables.CLIENTS, listed);
  expect(names).toBe('risk-ci=TokensPoolClientRiskCi.Ref,reporter=TokensPoolClientReporter.Ref');
  expect(found('AWS::ApiGatewayV2::Authorizer', listed.application)[0].JwtConfiguration.Audience).toHaveLength(3);
});

it('accepts tokens of the configured issuer, and then creates no pool', () => {
  const named = synthesize(undefined, oidc);
  const [authorizer] = found('AWS::ApiGatewayV2::Authorizer', named.application);
  expect(authorizer.JwtConfiguration).toEqual({ Issuer: oidc.oidc_issuer, Audience: ['flotilla', 'other'] });
  expect(found('AWS::Cognito::UserPool', named.state)).toEqual([]);
});

it('is throttled as the settings say', () => {
  const settings = (given: Readonly<Record<string, unknown>>) =>
    found('AWS::ApiGatewayV2::Stage', synthesize(undefined, given).application)[0].DefaultRouteSettings;
  expect(settings({})).toEqual({ ThrottlingBurstLimit: 100, ThrottlingRateLimit: 50 });
  expect(settings({ throttle_rate: '7', throttle_burst: '9' })).toEqual({
    ThrottlingBurstLimit: 9,
    ThrottlingRateLimit: 7,
  });
});

it('logs one line of JSON for each request, without token and path', () => {
  const [{ AccessLogSettings }] = found('AWS::ApiGatewayV2::Stage');
  expect(AccessLogSettings).toHaveProperty('DestinationArn');
  const fields = JSON.parse(AccessLogSettings.Format) as Readonly<Record<string, string>>;
  expect(fields).toMatchObject({ route: '$context.routeKey', status: '$context.status' });
  expect(Object.values(fields).join()).not.toMatch(/header|token|path|querystring/i);
});
