// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how a configuration names a variable
import { describe, expect, test } from 'vitest';
import type {
  Catalogue,
  Configuration,
  HarnessSettings,
  ServiceEntry,
} from '../../../lib/domain/catalogue/catalogue.ts';
import { parseConfiguration } from '../../../lib/domain/catalogue/parse-configuration.ts';
import {
  infrastructureNames,
  resolveExecutor,
  resolveHarness,
  resolveInfrastructure,
  resolveWorkload,
  serviceEntry,
} from '../../../lib/domain/catalogue/resolve.ts';
import { simulatedConfiguration } from '../../../lib/domain/catalogue/simulated-configuration.ts';
import { splitSecrets } from '../../../lib/domain/catalogue/split-secrets.ts';
import { stageNamePattern } from '../../../lib/domain/catalogue/stage-name.ts';
import { substituteVariables } from '../../../lib/domain/catalogue/substitute-variables.ts';
import { unreachableFromAws } from '../../../lib/domain/catalogue/unreachable-from-aws.ts';
import { webhookTokensByTrigger } from '../../../lib/domain/catalogue/webhook-tokens.ts';

const settings = (pipeline: string, more: Partial<HarnessSettings> = {}): HarnessSettings => ({
  ...{ mode: 'webhook', pipeline, trigger: 't', org: 'o', project: 'p', ...more },
});

const service = (name: string, more: Partial<ServiceEntry> = {}): ServiceEntry => ({ kind: 'job', name, ...more });

const catalogue: Catalogue = {
  simulated: false,
  pillars: {
    risk: { harness: settings('of_risk', { webhook_token_of: 'risk' }) },
    idle: {},
    data: { harness: settings('of_data') },
  },
  services: {
    risk: {
      plain: service('plain-job'),
      whole: service('w', {
        namespace: 'own',
        container: 'app',
        image: 'reg/w',
        harness: settings('of_whole', { webhook_token_of: 'risk/whole' }),
      }),
      tokenless: service('x', { harness: settings('of_x', { webhook_token_of: 'gone' }) }),
    },
    idle: { alone: service('alone') },
  },
  clusters: { eu: { simulated: false }, us: { simulated: false } },
  infrastructures: { 'k8s-dev': { cluster: 'eu', namespace: 'dev' }, us: { cluster: 'eu' } },
  harness: { simulated: false, account: 'acme' },
};

describe('an infrastructure_id leads', () => {
  test.each([
    ['to its own entry', 'k8s-dev', { cluster: 'eu', namespace: 'dev' }],
    ['to its own entry, even if a cluster has the same name', 'us', { cluster: 'eu' }],
    ['to the cluster with that name', 'eu', { cluster: 'eu' }],
    ['nowhere', 'mars', undefined],
    ['nowhere for a name that every object has', 'constructor', undefined],
  ])('%s', (_, id, place) => {
    expect(resolveInfrastructure(catalogue, id)).toEqual(place);
  });

  test('and may be one of these', () => {
    expect(infrastructureNames(catalogue)).toEqual(['eu', 'k8s-dev', 'us']);
  });
});

describe('a service is', () => {
  const workload = (pillar: string, service_name: string, infrastructure_id = 'eu', of = catalogue) =>
    resolveWorkload(of, { pillar, service_name, infrastructure_id });

  test.each([
    ['what the mapping says', workload('risk', 'plain'), { kind: 'job', name: 'plain-job', namespace: 'default' }],
    [
      'everything that the mapping says',
      workload('risk', 'whole', 'k8s-dev'),
      { kind: 'job', name: 'w', namespace: 'own', container: 'app', image: 'reg/w' },
    ],
    [
      'in the namespace of its infrastructure',
      workload('risk', 'plain', 'k8s-dev'),
      { kind: 'job', name: 'plain-job', namespace: 'dev' },
    ],
    [
      'a deployment with its own name without a mapping',
      workload('risk', 'new'),
      { kind: 'deployment', name: 'new', namespace: 'default' },
    ],
    [
      'in the namespace of its pillar if everything is simulated',
      workload('risk', 'new', 'eu', { ...catalogue, simulated: true }),
      { kind: 'deployment', name: 'new', namespace: 'risk' },
    ],
  ])('%s', (_, found, expected) => {
    expect(found).toEqual(expected);
  });

  test('deployed by its own settings, else by the settings of its pillar', () => {
    const pipelines = (
      [
        ['risk', 'whole'],
        ['risk', 'plain'],
        ['risk', 'new'],
        ['idle', 'alone'],
        ['none', 'x'],
        ['constructor', 'x'],
      ] as const
    ).map(([pillar, name]) => resolveHarness(catalogue, pillar, name)?.pipeline);
    expect(pipelines).toEqual(['of_whole', 'of_risk', 'of_risk', undefined, undefined, undefined]);
    const place = { executor: 'harness', environment_id: 'prod', infrastructure_id: 'eu' };
    const executor = resolveExecutor(catalogue, { ...place, pillar: 'risk', service_name: 'whole' });
    expect(executor).toEqual({
      name: 'harness',
      account: 'harness:acme',
      settings: catalogue.services!.risk!.whole!.harness,
    });
    expect(resolveExecutor(catalogue, { ...place, pillar: 'idle', service_name: 'alone' }).settings).toEqual({});
  });

  test('known by pillar and name', () => {
    expect(serviceEntry(catalogue, 'risk', 'plain')?.name).toBe('plain-job');
    expect([serviceEntry(catalogue, 'idle', 'plain'), serviceEntry(catalogue, 'none', 'plain')]).toEqual([
      undefined,
      undefined,
    ]);
  });
});

const real: Configuration = {
  catalogue,
  connections: {
    clusters: {
      eu: { kind: 'eks', eks: 'e' },
      file: { kind: 'kubeconfig', kubeconfig: 'f' },
      sim: { kind: 'simulated' },
    },
    harness: {
      ...{ kind: 'real', base_url: 'https://h', account: 'acme', org: 'o', project: 'p', api_key: 'secret' },
      webhook_tokens: { risk: 'one', 'risk/whole': 'two' },
    },
  },
};
const simulated: Configuration = { catalogue, connections: { ...real.connections, harness: { kind: 'simulated' } } };

test('a configuration splits into what may be read and what is secret', () => {
  const { document, secret } = splitSecrets(real);
  expect(secret).toEqual({ host: 'h', api_key: 'secret', webhook_tokens: { risk: 'one', 'risk/whole': 'two' } });
  const harness = { kind: 'real', base_url: 'https://h', account: 'acme', org: 'o', project: 'p' };
  expect(document).toEqual({ catalogue, connections: { ...real.connections, harness } });
  expect(splitSecrets(simulated)).toEqual({ document: simulated, secret: undefined });
});

test('finds a token by its trigger', () => {
  expect(webhookTokensByTrigger(real)).toEqual({ 'o/p/of_risk/t': 'one', 'o/p/of_whole/t': 'two' });
  expect(webhookTokensByTrigger(simulated)).toEqual({});
  const { services: _, ...withoutServices } = catalogue;
  expect(webhookTokensByTrigger({ ...real, catalogue: withoutServices })).toEqual({ 'o/p/of_risk/t': 'one' });
});

test('reports what functions on AWS cannot reach', () => {
  const onAws = 'on AWS a cluster is reached by its name in EKS (eks: NAME)';
  const clusters = [
    `clusters.file: a kubeconfig is a file on this machine; ${onAws}`,
    `clusters.sim: a simulated cluster runs on this machine; ${onAws}`,
  ];
  expect(unreachableFromAws(real)).toEqual(clusters);
  // Nothing uses Harness.
  expect(unreachableFromAws({ ...real, connections: { clusters: {}, harness: { kind: 'none' } } })).toEqual([]);
  expect(unreachableFromAws(simulated)).toEqual([
    ...clusters,
    'harness: the simulated Harness runs on this machine; on AWS it needs an account (account, org, project, api_key)',
  ]);
});

test('a stage has a short name', () => {
  const names = ['a', 'dev', 'a-1', 'a'.repeat(20), '', '1a', '-a', 'A', 'a_b', 'a'.repeat(21), 'a\n'];
  expect(names.map((name) => stageNamePattern.test(name))).toEqual([...Array(4).fill(true), ...Array(7).fill(false)]);
});

test('without a file everything is simulated, completely', () => {
  const harness = (pipeline: string) => ({
    harness: { mode: 'webhook', pipeline, trigger: 'flotilla', org: 'default', project: 'simulated' },
  });
  expect(simulatedConfiguration()).toEqual({
    catalogue: {
      ...{
        simulated: true,
        without_file: true,
        infrastructures: {},
        harness: { simulated: true, account: 'simulated' },
      },
      pillars: {
        ...{ clearing: harness('deploy_clearing'), risk: harness('deploy_risk') },
        ...{ data: harness('deploy_data'), shared: harness('deploy_shared') },
      },
      clusters: { 'cluster-eu-1': { simulated: true }, 'cluster-us-1': { simulated: true } },
    },
    connections: {
      clusters: { 'cluster-eu-1': { kind: 'simulated' }, 'cluster-us-1': { kind: 'simulated' } },
      harness: { kind: 'simulated' },
    },
  });
});

describe('fills in variables', () => {
  const env = { A: 'x', B: '${A}', EMPTY: '' };

  test('wherever a text asks for them, and nowhere else', () => {
    const shared = { a: '${A}' };
    const root = {
      '${A}': ['${A}-${B}', 7, null, true],
      one: shared,
      two: shared,
      deep: { list: [{ v: '$A {A} ${ A }' }] },
    };
    const { value, unset } = substituteVariables(root, env, () => 'give');
    expect(value).toEqual({
      '${A}': ['x-${A}', 7, null, true],
      one: { a: 'x' },
      two: { a: 'x' },
      deep: { list: [{ v: '$A {A} ${ A }' }] },
    });
    expect(unset).toEqual([{ path: ['deep', 'list', 0, 'v'], name: ' A ' }]);
    const copies = value as { readonly one: object; readonly two: object };
    expect(copies.one).toBe(copies.two);
  });

  test('and reports those it cannot, leaving the original text in place', () => {
    const { value, unset } = substituteVariables(
      ['${NONE} ${EMPTY}', { key: '${}' }, '${toString}'],
      env,
      () => 'give',
    );
    expect(value).toEqual(['${NONE} ${EMPTY}', { key: '${}' }, '${toString}']);
    expect(unset).toEqual([
      { path: [0], name: 'NONE' },
      { path: [0], name: 'EMPTY' },
      { path: [1, 'key'], name: '' },
      { path: [2], name: 'toString' },
    ]);
  });

  test('except those to be left, or those not allowed there', () => {
    const { value, ...told } = substituteVariables({ a: '${A}${B}', secret: '${NONE}' }, env, ({ path, name }) =>
      path.at(-1) === 'secret' ? 'leave' : name === 'B' ? 'refuse' : 'give',
    );
    expect(value).toEqual({ a: 'x${B}', secret: '${NONE}' });
    expect(told).toEqual({
      given: [{ path: ['a'], name: 'A' }],
      unset: [],
      refused: [{ path: ['a'], name: 'B' }],
    });
  });
});

describe('the settings of Harness', () => {
  const text = (pillars: object, services?: object, harness: object = {}) =>
    JSON.stringify({
      clusters: { eu: { simulated: true } },
      harness: { account: 'a', org: 'org', project: 'proj', api_key: '${KEY}', ...harness },
      pillars,
      ...(services && { services }),
    });
  const read = (written: string) => {
    const parsed = parseConfiguration(written, { env: { KEY: 'k' }, readFile: () => undefined });
    if ('issues' in parsed) throw new Error(JSON.stringify(parsed.issues));
    return parsed.configuration;
  };
  const whole = { trigger: 'flotilla', org: 'org', project: 'proj' };

  test.each<[what: string, harness: object, settings: object | undefined]>([
    ['none without a pipeline', { trigger: 't' }, undefined],
    ['a pipeline alone is executed', { pipeline: 'p' }, { ...whole, mode: 'execute', pipeline: 'p' }],
    [
      'a trigger is called',
      { pipeline: 'p', trigger: 't' },
      { ...whole, mode: 'webhook', pipeline: 'p', trigger: 't' },
    ],
    [
      'a token means a call',
      { pipeline: 'p', webhook_token: 'w' },
      { ...whole, mode: 'webhook', pipeline: 'p', webhook_token_of: 'risk' },
    ],
    [
      'an explicit mode wins',
      { pipeline: 'p', trigger: 't', mode: 'execute' },
      { ...whole, mode: 'execute', pipeline: 'p', trigger: 't' },
    ],
    [
      'a place of its own',
      { pipeline: 'p', org: 'o2', project: 'p2' },
      { ...whole, mode: 'execute', pipeline: 'p', org: 'o2', project: 'p2' },
    ],
    ['variables', { pipeline: 'p', variables: ['v'] }, { ...whole, mode: 'execute', pipeline: 'p', variables: ['v'] }],
  ])('of a pillar: %s', (_, harness, expected) => {
    expect(read(text({ risk: { harness } })).catalogue.pillars.risk?.harness).toEqual(expected);
  });

  const pillar = { risk: { harness: { pipeline: 'p', trigger: 't', webhook_token: 'w' } } };
  const inherited = { ...whole, mode: 'webhook', pipeline: 'p', trigger: 't' };

  test.each<[what: string, service: object, settings: object | undefined]>([
    ["its pillar's settings without its own", { kind: 'job' }, undefined],
    ['its own pipeline, with another trigger', { pipeline: 'own' }, { ...inherited, pipeline: 'own' }],
    ['its pipeline among its settings', { harness: { pipeline: 'own' } }, { ...inherited, pipeline: 'own' }],
    ['a trigger of its own', { harness: { trigger: 'own' } }, { ...inherited, trigger: 'own' }],
    ['an organisation of its own', { harness: { org: 'own' } }, { ...inherited, org: 'own' }],
    ['a project of its own', { harness: { project: 'own' } }, { ...inherited, project: 'own' }],
    [
      'without the trigger, it drops the token',
      { harness: { variables: ['v'] } },
      { ...inherited, variables: ['v'], webhook_token_of: 'risk' },
    ],
    ['a token of its own', { harness: { webhook_token: 'w2' } }, { ...inherited, webhook_token_of: 'risk/x' }],
    [
      'a mode of its own',
      { harness: { mode: 'execute' } },
      { ...inherited, mode: 'execute', webhook_token_of: 'risk' },
    ],
  ])('of a service: %s', (_, own, expected) => {
    expect(read(text(pillar, { risk: { x: own } })).catalogue.services?.risk?.x?.harness).toEqual(expected);
  });

  test('of a service whose pillar has none, and of a simulated Harness', () => {
    const one = read(text({ risk: {} }, { risk: { x: { harness: { variables: ['v'] } }, y: { pipeline: 'own' } } }));
    expect([one.catalogue.services?.risk?.x?.harness, one.catalogue.services?.risk?.y?.harness]).toEqual([
      undefined,
      { ...whole, mode: 'execute', pipeline: 'own' },
    ]);
    const two = read(
      JSON.stringify({
        clusters: { eu: { simulated: true } },
        harness: { simulated: true },
        services: { risk: { x: { harness: { variables: ['v'] } } } },
      }),
    );
    expect(two.catalogue.services?.risk?.x?.harness).toEqual({
      ...{
        mode: 'webhook',
        pipeline: 'deploy_risk',
        trigger: 'flotilla',
        org: 'default',
        project: 'simulated',
        variables: ['v'],
      },
    });
    expect(Object.keys(two.catalogue.pillars)).toEqual(['clearing', 'risk', 'data', 'shared']);
    expect(two.connections.harness).toEqual({ kind: 'simulated' });
  });

  test('use the public address unless another is given, without a trailing slash', () => {
    const reached = (harness: object) => read(text({}, undefined, harness)).connections.harness;
    expect(reached({})).toEqual({
      ...{ kind: 'real', base_url: 'https://app.harness.io', account: 'a', org: 'org', project: 'proj', api_key: 'k' },
      webhook_tokens: {},
    });
    expect(reached({ base_url: 'https://h/gateway//' })).toMatchObject({ base_url: 'https://h/gateway' });
  });
});
