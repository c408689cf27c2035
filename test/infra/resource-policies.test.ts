import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { everySetting, makeStacks, ofType, type TemplateJson } from './synthesize.ts';

interface Statement {
  readonly Effect: string;
  readonly Principal: unknown;
  readonly Action: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

interface Told {
  readonly where: string;
  readonly services: readonly string[];
  readonly keys: readonly string[];
}

const list = <Value>(value: Value | readonly Value[]): readonly Value[] =>
  Array.isArray(value) ? value : [value as Value];

/** A policy that lets in a service must name this account, and the one resource that may call. */
const wanted = ['aws:SourceAccount', 'aws:SourceArn'];

/**
 * Every statement in a template that lets somebody in, from any property. Trust policies of roles are left out: a role
 * can be given only to a service of its own account.
 */
const statementsIn = (value: unknown, name = ''): readonly Statement[] => {
  if (name === 'AssumeRolePolicyDocument' || value === null || typeof value !== 'object') return [];
  if (!Array.isArray(value) && 'Effect' in value && 'Principal' in value) return [value as unknown as Statement];
  return Object.entries(value).flatMap(([key, one]) => statementsIn(one, key));
};

const servicesOf = (principal: unknown): readonly string[] => {
  if (typeof principal === 'string') return principal === '*' ? ['*'] : [];
  const { Service = [], AWS = [] } = principal as Record<string, string | readonly string[]>;
  return [...list(Service), ...list(AWS).filter((one) => one === '*')] as readonly string[];
};

const ofPolicies = (template: TemplateJson): readonly Told[] =>
  Object.entries(template.Resources).flatMap(([where, { Properties }]) =>
    statementsIn(Properties)
      .filter(({ Effect }) => Effect === 'Allow')
      .map(({ Principal, Condition = {} }) => ({
        where,
        services: servicesOf(Principal),
        keys: Object.values(Condition).flatMap((one) => Object.keys(one)),
      })),
  );

/** A permission of Lambda is a policy in another form. */
const ofPermissions = (template: TemplateJson): readonly Told[] =>
  ofType(template, 'AWS::Lambda::Permission').map(({ id, Properties }) => ({
    where: id,
    services: [Properties.Principal],
    keys: wanted.filter((key) => Properties[key.replace('aws:', '')] !== undefined),
  }));

const toldIn = (template: TemplateJson): readonly Told[] =>
  [...ofPolicies(template), ...ofPermissions(template)].filter(({ services }) => services.length > 0);

const offenders = (template: TemplateJson): readonly string[] =>
  toldIn(template)
    .filter(({ keys }) => !wanted.every((key) => keys.includes(key)))
    .map(({ where, services, keys }) => `${where}: ${services} with ${keys}`);

const templatesOf = (given: Readonly<Record<string, unknown>>): readonly TemplateJson[] => {
  const { app: _, ...stacks } = makeStacks(given);
  return Object.values(stacks).map((stack) => Template.fromStack(stack).toJSON() as TemplateJson);
};

describe.each([
  ['with nothing set', {}],
  ['with every setting', everySetting],
])('a stage %s', (_, given) => {
  const templates = templatesOf(given);

  it('let in services for what this account has set up, and nobody else', () => {
    expect(templates.flatMap(offenders)).toEqual([]);
    expect([...new Set(templates.flatMap(toldIn).flatMap(({ services }) => services))].sort()).toEqual(
      expect.arrayContaining(['apigateway.amazonaws.com', 'cloudwatch.amazonaws.com', 'events.amazonaws.com']),
    );
  });

  it('let one role put events on the bus, independently of other rights', () => {
    const [state, application] = templates as [TemplateJson, TemplateJson];
    const [bus] = ofType(state, 'AWS::Events::EventBus');
    const { Statement } = bus!.Properties.Policy;
    expect(list(Statement)).toEqual([
      {
        Sid: 'OnlyThePublisher',
        Effect: 'Deny',
        Principal: '*',
        Action: 'events:PutEvents',
        Resource: expect.anything(),
        Condition: {
          ArnNotLike: { 'aws:PrincipalArn': expect.anything() },
          Bool: { 'aws:PrincipalIsAWSService': 'false' },
        },
      },
    ]);
    const text = (value: unknown): string => JSON.stringify(value).replaceAll(/[^\w/*-]+/g, ' ');
    expect(text(Statement)).toMatch(/event-bus\/flotilla-test-/);
    expect(text(Statement)).toMatch(/role\/flotilla-test\/ .*Region .*\/publisher\/\*/);
    const withPath = ofType(application, 'AWS::IAM::Role').filter(({ Properties }) => Properties.Path !== undefined);
    expect(withPath.map(({ id }) => id.replace(/[0-9A-F]{8}$/, ''))).toEqual(['HandlersPublishEventsRole']);
    expect(text(withPath[0]!.Properties.Path)).toMatch(/\/flotilla-test\/ .*Region .*\/publisher\//);
  });
});

it('reports a statement that lets in a service for anybody', () => {
  const open = (Condition?: object): TemplateJson => ({
    Outputs: {},
    Resources: {
      Door: {
        Type: 'AWS::Any::Policy',
        Properties: {
          Rules: [{ Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: 'x', Condition }],
        },
      },
    },
  });
  expect(offenders(open())).toEqual(['Door: events.amazonaws.com with ']);
  expect(offenders(open({ StringEquals: { 'aws:SourceAccount': '1' } }))).toHaveLength(1);
  const both = { StringEquals: { 'aws:SourceAccount': '1' }, ArnEquals: { 'aws:SourceArn': 'arn' } };
  expect(offenders(open(both))).toEqual([]);
});
