// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how a configuration names a variable

import { describe, expect, test } from 'vitest';
import { describeIssue } from '../../../lib/domain/batch/issues.ts';
import { executorAccounts, usualExecutor } from '../../../lib/domain/catalogue/executor-accounts.ts';
import { parseConfiguration } from '../../../lib/domain/catalogue/parse-configuration.ts';

const secret = 'pat.acme.0123.do-not-show-me';
const env = { HARNESS_API_KEY: secret, RISK_TOKEN: 'token-do-not-show-me', REGION: 'eu', EMPTY: '' };
const noFiles = { readFile: () => undefined, env };

const parse = (text: string, files: Readonly<Record<string, string>> = {}) =>
  parseConfiguration(text, { readFile: (path) => files[path], env });

const valid = (text: string, files?: Readonly<Record<string, string>>) => {
  const parsed = parse(text, files);
  if ('issues' in parsed) throw new Error(parsed.issues.map(describeIssue).join('\n'));
  return parsed;
};

const problems = (text: string, files?: Readonly<Record<string, string>>): string[] => {
  const parsed = parse(text, files);
  if (!('issues' in parsed)) throw new Error('this configuration was expected to be refused');
  expect(JSON.stringify(parsed.issues)).not.toContain('do-not-show-me');
  return parsed.issues.map(describeIssue);
};

const simulatedHarness = 'harness: { simulated: true }';
const simulatedCluster = 'clusters: { eu-1: { simulated: true } }';
const real = [
  'clusters: { eu-1: { kubeconfig: ~/.kube/config, context: eu-1, max_concurrency: 10 }, us-1: { eks: payments } }',
  'harness: { base_url: "https://harness.example.com/gateway/", account: acme, org: pay, project: rel, api_key: "${HARNESS_API_KEY}", max_concurrency: 7, requests_per_minute: 250, human_wait: 7200 }',
  'pillars:',
  '  risk: { max_concurrency: 4, harness: { pipeline: deploy_risk, trigger: flotilla, webhook_token: "${RISK_TOKEN}" } }',
  '  data: { harness: { pipeline: deploy_data, human_wait: 86400 } }',
  '  idle:',
].join('\n');

describe('a configuration for real systems', () => {
  const { catalogue, connections } = valid(real).configuration;

  test('has everything public in its catalogue', () => {
    expect(catalogue).toEqual({
      simulated: false,
      pillars: {
        risk: {
          max_concurrency: 4,
          harness: {
            mode: 'webhook',
            pipeline: 'deploy_risk',
            trigger: 'flotilla',
            org: 'pay',
            project: 'rel',
            webhook_token_of: 'risk',
            human_wait: 7_200,
          },
        },
        data: {
          harness: { mode: 'execute', pipeline: 'deploy_data', trigger: 'flotilla', org: 'pay', project: 'rel' },
        },
        idle: {},
      },
      clusters: {
        'eu-1': { simulated: false, max_concurrency: 10, known_as: expect.stringMatching(/^kubeconfig:[0-9a-f]{16}$/) },
        'us-1': { simulated: false, known_as: 'eks:payments' },
      },
      infrastructures: {},
      harness: { simulated: false, account: 'acme', max_concurrency: 7, requests_per_minute: 250 },
    });
  });

  test('and how to reach it, secrets included, only in its connections', () => {
    expect(connections).toEqual({
      clusters: {
        'eu-1': { kind: 'kubeconfig', kubeconfig: '~/.kube/config', context: 'eu-1' },
        'us-1': { kind: 'eks', eks: 'payments' },
      },
      harness: {
        kind: 'real',
        base_url: 'https://harness.example.com/gateway',
        account: 'acme',
        org: 'pay',
        project: 'rel',
        api_key: secret,
        webhook_tokens: { risk: 'token-do-not-show-me' },
      },
    });
    expect(JSON.stringify(catalogue)).not.toContain('do-not-show-me');
  });

  test('the catalogue is plain JSON', () => {
    expect(JSON.parse(JSON.stringify(catalogue))).toEqual(catalogue);
  });
});

test('without Harness the executor is kubernetes, and each cluster is one of its accounts', () => {
  const { catalogue, connections } = valid('clusters: { eu-1: { simulated: true }, us-1: { eks: us } }').configuration;
  expect(connections.harness).toEqual({ kind: 'none' });
  expect([catalogue.harness, catalogue.simulated, usualExecutor(catalogue)]).toEqual([undefined, false, 'kubernetes']);
  expect(executorAccounts(catalogue)).toEqual([
    { name: 'kubernetes', account: 'kubernetes:eu-1', simulated: true },
    { name: 'kubernetes', account: 'kubernetes:us-1', simulated: false },
  ]);
});

describe('keys that begin with x-', () => {
  const base = `${simulatedHarness}\n${simulatedCluster}`;

  test('are ignored, except for their anchors', () => {
    const extension = 'x-usual: &usual { max_concurrency: 3 }\nx-unset: ["${NOWHERE}"]';
    const { catalogue } = valid(`${extension}\n${base}\nenvironments: { uat: *usual }`).configuration;
    expect(catalogue.environments).toEqual({ uat: { max_concurrency: 3 } });
  });

  test('are read as pillars in a services file', () => {
    const found = problems(`${base}\nservices: s.yaml`, { 's.yaml': 'x-usual: {}' });
    expect(found).toEqual([expect.stringContaining('there is no pillar "x-usual"')]);
  });
});

test('an environment says whether bad health check answers are kept', () => {
  const environments =
    'environments: { staging: { keep_health_answers: true }, production: { keep_health_answers: false } }';
  const { configuration } = valid(`${simulatedHarness}\n${simulatedCluster}\n${environments}`);
  expect(configuration.catalogue.environments).toEqual({ staging: { keep_health_answers: true }, production: {} });
});

test('sets how many days the record of a batch is kept', () => {
  const { configuration } = valid(`${simulatedHarness}\n${simulatedCluster}\nretention_days: 90`);
  expect(configuration.catalogue.retention_days).toBe(90);
});

describe('the defaults of an environment', () => {
  const base = `${simulatedHarness}\nclusters: { eu: { simulated: true }, us: { simulated: true } }`;

  test('say where a deployment without a file goes, and which artifact it has', () => {
    const defaults = { infrastructure: 'eu', docker_artifact_type: 'helm' };
    const { configuration } = valid(`${base}\nenvironments: { uat: { defaults: ${JSON.stringify(defaults)} } }`);
    const read = { infrastructure_id: 'eu', docker_artifact_type: 'helm' };
    expect(configuration.catalogue.environments).toEqual({ uat: { defaults: read } });
  });

  test.each([
    ['is missing', '{ infrastructure: ue }', 'there is no infrastructure "ue"; known: eu, us'],
    ['is not allowed there', '{ infrastructure: us }', 'is not one of the infrastructures of this environment'],
    ['is no artifact', '{ docker_artifact_type: rpm }', 'docker, helm, kustomize'],
  ])('reports a place or artifact that %s', (_, defaults, said) => {
    const found = problems(`${base}\nenvironments: { uat: { infrastructures: [eu], defaults: ${defaults} } }`);
    expect(found).toEqual([expect.stringContaining(said)]);
  });
});

describe('services', () => {
  const base = `${simulatedHarness}\n${simulatedCluster}`;
  const original =
    '{ "data": { "nightly-sum": { "k8s_object_type": "cronjob", "k8s_object_name": "nightly-sum-job", "namespace": "data" } } }';

  test('reads the original mapping file unchanged', () => {
    const { configuration } = valid(`${base}\nservices: ./map.json`, { './map.json': original });
    expect(configuration.catalogue.services).toEqual({
      data: { 'nightly-sum': { kind: 'cronjob', name: 'nightly-sum-job', namespace: 'data' } },
    });
  });

  test('our form says more, in the same place or in a file', () => {
    const mapping = [
      'risk:',
      '  limit-check:',
      '  exposure: { kind: StatefulSet, image: "registry:5000/risk/exposure", container: app, health_url: "https://x.example.com/ready", crash_tolerance: 5, steady_seconds: 30, unblock: true, executor: harness }',
    ].join('\n');
    const inline = `${base}\nservices:\n${mapping.replace(/^/gm, '  ')}`;
    const expected = {
      risk: {
        'limit-check': { kind: 'deployment', name: 'limit-check' },
        exposure: {
          kind: 'statefulset',
          name: 'exposure',
          image: 'registry:5000/risk/exposure',
          container: 'app',
          health_url: 'https://x.example.com/ready',
          crash_tolerance: 5,
          steady_seconds: 30,
          unblock: true,
          executor: 'harness',
        },
      },
    };
    expect(valid(inline).configuration.catalogue.services).toEqual(expected);
    expect(valid(`${base}\nservices: m.yaml`, { 'm.yaml': mapping }).configuration.catalogue.services).toEqual(
      expected,
    );
  });

  test("a service overrides its pillar, and uses the pillar's token only for the same trigger", () => {
    const services = [
      'services:',
      '  risk:',
      '    a: { harness: { variables: [version], human_wait: 60 } }',
      '    b: { pipeline: own }',
      '    c: { harness: { trigger: own, webhook_token: "${HARNESS_API_KEY}" } }',
      '    d: {}',
    ].join('\n');
    const { catalogue, connections } = valid(`${real}\n${services}`).configuration;
    const risk = catalogue.services?.risk ?? {};
    expect(risk.a?.harness).toMatchObject({
      pipeline: 'deploy_risk',
      webhook_token_of: 'risk',
      variables: ['version'],
      human_wait: 60,
    });
    expect(risk.b?.harness).toEqual({
      mode: 'webhook',
      pipeline: 'own',
      trigger: 'flotilla',
      org: 'pay',
      project: 'rel',
      human_wait: 7_200,
    });
    expect(risk.c?.harness).toMatchObject({ trigger: 'own', webhook_token_of: 'risk/c' });
    expect(risk.d).not.toHaveProperty('harness');
    expect(connections.harness).toMatchObject({ webhook_tokens: { risk: 'token-do-not-show-me', 'risk/c': secret } });
  });

  test('a simulated Harness has a pipeline for each pillar, called by webhook', () => {
    const { catalogue } = valid(`${simulatedHarness}\n${simulatedCluster}\npillars: { data: {} }`).configuration;
    expect(catalogue.pillars.data?.harness).toMatchObject({ mode: 'webhook', pipeline: 'deploy_data' });
  });

  test('keeps a kind that cannot be verified, with a warning', () => {
    const { warnings } = valid(`${base}\nservices: { risk: { x: { kind: pod } } }`);
    expect(warnings).toEqual([
      'Batches with these services will be refused, because their kind cannot be verified yet: "risk/x".',
    ]);
  });

  const wrong: readonly (readonly [file: string, problem: string])[] = [
    [
      '{ "risk": { "x": { "k8s_object_type": "replicaset" } } }',
      'm:1:39 risk.x.k8s_object_type: "replicaset" is not one of deployment',
    ],
    ['{ "risk": { "x": { "kind": "rollouts" } } }', 'custom (did you mean rollout?)'],
    ['{ "risk": { "x": { "k8s_object_type": "Deploymnet" } } }', 'custom (did you mean deployment?)'],
    ['{ "risk": { "x": { "k8s_object_name": "" } } }', 'm:1:39 risk.x.k8s_object_name: "" is not a Kubernetes name'],
    ['{ "risk": { "x": { "namespace": "Risk" } } }', 'm:1:33 risk.x.namespace: "Risk" is not a Kubernetes namespace'],
    ['{ "risk": { "x": { "k8s_object_kind": "job" } } }', 'm:1:20 risk.x.k8s_object_kind: unknown key'],
    [
      '{ "rsik": { "x": {} } }',
      'm:1:3 rsik: there is no pillar "rsik"; known: clearing, risk, data, shared (did you mean risk?)',
    ],
    ['{ "risk": { "_x": {} } }', 'm:1:13 risk._x: this name needs a letter or digit first'],
    [
      '{ "risk": { "x": { "image": "a/b:1.2" } } }',
      'm:1:29 risk.x.image: "a/b:1.2" must be only the repository, without tag',
    ],
    [
      '{ "risk": { "x": { "kind": "job", "k8s_object_type": "job" } } }',
      'm:1:35 risk.x.k8s_object_type: says the same as kind',
    ],
    [
      '{ "risk": { "x": { "executor": "helm" } } }',
      'm:1:32 risk.x.executor: there is no executor "helm"; known: harness, kubernetes',
    ],
    ['{ "risk": [1] }', 'm:1:11 risk: a list where a mapping is needed'],
    ['{ "risk": { "x": {} ', 'm:1:'],
    ['', 'm:1:1 the file is empty'],
  ];
  test.each(wrong)('refuses %s with its file and line', (file, problem) => {
    const said = problems(`${base}\nservices: m`, { m: file });
    expect(said).toHaveLength(1);
    expect(said[0]).toContain(problem);
  });

  test('a missing file', () => {
    expect(problems(`${base}\nservices: ./gone.json`)).toEqual([
      '3:11 services: this file cannot be read (a relative path counts from the folder of the configuration)',
    ]);
  });

  test('reports problems of both files together', () => {
    const said = problems(`${base}\nservices: m\npilars: {}`, { m: '{ "risk": { "x": { "kind": "x" } } }' });
    expect(said).toHaveLength(2);
    expect(said[0]).toContain('4:1 pilars: unknown key');
    expect(said[1]).toContain('m:1:28 risk.x.kind');
  });
});

describe('variables', () => {
  test('names a variable that is missing or empty', () => {
    const text = `${simulatedCluster}\nharness: { account: a, org: o, project: p, api_key: "\${NO_SUCH_KEY}", base_url: "\${EMPTY}" }\npublic_variables: [EMPTY]`;
    expect(problems(text)).toEqual([
      '2:53 harness.api_key: the environment variable NO_SUCH_KEY is not set (set NO_SUCH_KEY where Flotilla is started)',
      '2:81 harness.base_url: the environment variable EMPTY is empty (set EMPTY where Flotilla is started)',
    ]);
  });

  test('may be a part of a value, in any section', () => {
    const text = `${simulatedHarness}\n${simulatedCluster}\nservices: { risk: { x: { image: "registry.\${REGION}/x" } } }\npublic_variables: [REGION]`;
    expect(valid(text).configuration.catalogue.services?.risk?.x?.image).toBe('registry.eu/x');
  });

  test.each([
    ['harness: { simulated: true, base_url: "${HARNESS_API_KEY}" }', '"${HARNESS_API_KEY}" is not an address'],
    ['harness: { simulated: "${HARNESS_API_KEY}" }', '"${HARNESS_API_KEY}" where true or false is needed'],
    ['harness: { simulated: true, api_key: [do-not-show-me] }', 'this value where a string is needed'],
    [
      'harness: { simulated: true }\npillars: { risk: { harness: { pipeline: "${HARNESS_API_KEY}" } } }',
      'is not a Harness identifier',
    ],
    [
      'harness: { simulated: true }\nservices: { risk: { x: { executor: "${HARNESS_API_KEY}" } } }',
      'no executor "${HARNESS_API_KEY}"',
    ],
    ['harness: { simulated: true }\nservices: "${HARNESS_API_KEY}"', 'this file cannot be read'],
    [
      'harness: { simulated: true }\ninfrastructures: { a: { cluster: "${HARNESS_API_KEY}" } }',
      'there is no such cluster; known: eu-1',
    ],
  ])('their values are in no message: %s', (text, problem) => {
    expect(problems(`${simulatedCluster}\n${text}\npublic_variables: [HARNESS_API_KEY]`).join('\n')).toContain(problem);
  });

  test('names of variables do not match inherited properties', () => {
    expect(
      problems(`${simulatedHarness}\nclusters: { a: { eks: "\${constructor}" } }\npublic_variables: [constructor]`)[0],
    ).toContain('constructor is not set');
  });
});

describe('one mistake is one problem, in its place', () => {
  const rows: readonly (readonly [text: string, problem: string])[] = [
    [simulatedHarness, '1:1 clusters: is missing; a mapping is needed'],
    [`${simulatedHarness}\nclusters: {}`, '2:11 clusters: at least one cluster is needed'],
    [`${simulatedHarness}\nclusters:`, '2:10 clusters: is empty; a mapping is needed'],
    [`${simulatedHarness}\nclusters: { a: {} }`, '2:13 clusters.a: does not say how the cluster is reached'],
    [
      `${simulatedHarness}\nclusters: { a: { eks: b, simulated: true } }`,
      '2:13 clusters.a: names more than one way to reach the cluster',
    ],
    [
      `${simulatedHarness}\nclusters: { a: { eks: b, context: c } }`,
      '2:13 clusters.a: context is only valid with kubeconfig',
    ],
    [`${simulatedHarness}\nclusters: { a/b: { eks: b } }`, '2:13 clusters["a/b"]: this name needs letters, digits'],
    [`${simulatedHarness}\nclusters: { a: { kubeconifg: b, simulated: true } }`, '(did you mean `kubeconfig`?)'],
    [
      `${simulatedHarness}\n${simulatedCluster}\nenvironments: { staging: { max_concurency: 1 } }`,
      '3:28 environments.staging.max_concurency: unknown key',
    ],
    [
      `${simulatedHarness}\n${simulatedCluster}\nenvironments: { staging: { max_concurrency: 0 } }`,
      '3:45 environments.staging.max_concurrency: the number 0 is under 1',
    ],
    [
      `${simulatedHarness}\n${simulatedCluster}\ninfrastructures: { x: { cluster: eu-2 } }`,
      '3:34 infrastructures.x.cluster: there is no such cluster; known: eu-1 (did you mean eu-1?)',
    ],
    [
      `${simulatedHarness}\n${simulatedCluster}\nenvironments: { prod: { infrastructures: [eu-1, eu-2] } }`,
      '3:49 environments.prod.infrastructures[2]: there is no infrastructure "eu-2"; known: eu-1 (did you mean eu-1?)',
    ],
    [
      `${simulatedHarness}\n${simulatedCluster}\nenvironments: { prod: { infrastructures: [] } }`,
      '3:42 environments.prod.infrastructures: the list is empty',
    ],
    [`${simulatedHarness}\n${simulatedCluster}\ngrants:`, '3:8 grants: is empty; a list is needed'],
    [
      `${simulatedHarness}\n${simulatedCluster}\nservices: { risk: { a: { health: { paths: [/ready?x=1] } } } }`,
      '3:44 services.risk.a.health.paths[1]: "/ready?x=1" must not have a query: paths are compared without it',
    ],
    [`${simulatedHarness}\n${simulatedCluster}\ngrants: []`, '3:9 grants: the list is empty'],
    [`${simulatedHarness}\n${simulatedCluster}\nroles:`, '3:7 roles: is empty; a list is needed'],
    [
      `${simulatedHarness}\n${simulatedCluster}\nroles: [{ role: viewer }]`,
      '3:9 roles[1]: does not say whom it is for (give one of subject and group)',
    ],
    [
      `${simulatedHarness}\n${simulatedCluster}\nroles: [{ subject: ada, group: leads, role: admin }]`,
      '3:9 roles[1]: is for subject and group at once (give one of subject and group)',
    ],
    [`${simulatedHarness}\n${simulatedCluster}\nroles: [{ subject: ada, role: owner }]`, 'viewer, deployer, approver'],
    [`${simulatedHarness}\n${simulatedCluster}\nroles: [{ subject: ada, client: ci, role: admin }]`, 'roles[1].client'],
    [
      `${simulatedHarness}\n${simulatedCluster}\npillars: { Risk: {} }`,
      '3:12 pillars.Risk: this name needs lower-case letters',
    ],
    [`${simulatedHarness}\n${simulatedCluster}\nbase_url: x`, '(did you mean `harness.base_url`?)'],
    ['null', '1:1 this is nothing (null), not a configuration'],
    ['- a', '1:1 this is a list, not a configuration: a configuration is a mapping'],
    ['version: v1.0\ndeployments: [{}]\ndefaults: {}', '1:1 this is a batch, not a configuration'],
    ['apiVersion: v1\nkind: Service', '1:1 this is a Kubernetes manifest (Service), not a configuration'],
    ['', '1:1 the file is empty'],
  ];
  test.each(rows)('%j', (text, problem) => {
    const said = problems(text);
    expect(said).toHaveLength(1);
    expect(said[0]).toContain(problem);
  });

  test('a real Harness needs its whole account', () => {
    expect(problems(`${simulatedCluster}\nharness: { account: a }`)).toEqual([
      '2:10 harness.org: is missing (or set harness.simulated: true)',
      '2:10 harness.project: is missing (or set harness.simulated: true)',
      '2:10 harness.api_key: is missing (or set harness.simulated: true)',
    ]);
  });
});

test('accepts every service without a services section, with a warning', () => {
  const { configuration, warnings } = valid(`${simulatedHarness}\n${simulatedCluster}`);
  expect(configuration.catalogue).not.toHaveProperty('services');
  expect(configuration.catalogue.simulated).toBe(true);
  expect(warnings).toEqual(['There is no service mapping: service names will not be checked.']);
});

test('refuses invalid YAML with its line', () => {
  expect(parseConfiguration('a: [', noFiles)).toMatchObject({ issues: [{ code: 'YamlSyntax', line: 1 }] });
});
