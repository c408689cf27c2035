import { expect, it } from 'vitest';
import { routes } from '../../functions/api/routes.ts';
import { httpRoutes, scopes } from '../../lib/infra/http-routes.ts';
import { ofType, shortText, synthesize } from './synthesize.ts';

const templates = synthesize();
const { state, application } = templates;
const oidc = { oidc_issuer: 'https://login.example.com/', oidc_audience: 'flotilla,other' };

const found = (type: string, template = application) => ofType(template, type).map(({ Properties }) => Properties);

it('knows the routes of the function and no other, with their scopes', () => {
  const ofFunction = routes.map(({ method, path, scope }) => ({
    method,
    path: path.replace('{key+}', '{pillar}/{service}'),
    scope,
  }));
  expect(httpRoutes).toEqual(ofFunction);
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
        `flotilla/${scope} or flotilla/admin`,
      ]),
    ].sort(),
  );
});

it('hands requests with a token to the function of the API, and callbacks to one that can do little', () => {
  const functionOf = (target: unknown): string => {
    const id = shortText(target, templates).replace(/^integrations\/|\.Ref$/g, '');
    const own = ofType(application, 'AWS::ApiGatewayV2::Integration').find((one) => one.id.startsWith(id));
    expect(own?.Properties.PayloadFormatVersion).toBe('2.0');
    return shortText(own?.Properties.IntegrationUri, templates);
  };
  for (const { AuthorizationType, Target } of found('AWS::ApiGatewayV2::Route')) {
    expect(functionOf(Target)).toBe(AuthorizationType === 'JWT' ? 'HandlersApiFunction' : 'HandlersTakeHintFunction');
  }
});

it('turns callbacks away that come too often, by a stage that is made after their route', () => {
  const [stage] = ofType(application, 'AWS::ApiGatewayV2::Stage');
  const [key = '', settings] = Object.entries(stage?.Properties.RouteSettings)[0] ?? [];
  expect(settings).toEqual({ ThrottlingRateLimit: 10, ThrottlingBurstLimit: 20 });
  const route = ofType(application, 'AWS::ApiGatewayV2::Route').find(({ Properties }) => Properties.RouteKey === key);
  expect(stage?.DependsOn).toContain(route?.id);
});

it('takes tokens of the pool that it makes, for its client and for people', () => {
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

it('makes a pool whose client cannot decide for a person, and where people log in who were added', () => {
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

it('makes a client for each program of the settings, and tells the API their names', () => {
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

it('takes tokens of the issuer that is named, and makes no pool then', () => {
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

it('keeps one line of JSON of each request, without token and path', () => {
  const [{ AccessLogSettings }] = found('AWS::ApiGatewayV2::Stage');
  expect(AccessLogSettings).toHaveProperty('DestinationArn');
  const fields = JSON.parse(AccessLogSettings.Format) as Readonly<Record<string, string>>;
  expect(fields).toMatchObject({ route: '$context.routeKey', status: '$context.status' });
  expect(Object.values(fields).join()).not.toMatch(/header|token|path|querystring/i);
});

it('reserves nothing of the account unless that is asked for', () => {
  const reserved = (given: Readonly<Record<string, unknown>>) =>
    ofType(synthesize(undefined, given).application, 'AWS::Lambda::Function')
      .filter(({ Properties }) => Properties.ReservedConcurrentExecutions !== undefined)
      .map(({ id, Properties }) => [id.replace(/[0-9A-F]{8}$/, ''), Properties.ReservedConcurrentExecutions]);
  expect(reserved({})).toEqual([]);
  expect(reserved({ reserved_concurrency: 20 })).toEqual([['HandlersApiFunction', 20]]);
});
