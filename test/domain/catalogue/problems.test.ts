// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how a configuration names a variable
import { expect, test } from 'vitest';
import type { Issue } from '../../../lib/domain/batch/issues.ts';
import type { ConfigurationSources } from '../../../lib/domain/catalogue/configuration-sources.ts';
import { parseConfiguration } from '../../../lib/domain/catalogue/parse-configuration.ts';

const files: Readonly<Record<string, ReturnType<ConfigurationSources['readFile']>>> = {
  'twice.yaml': 'risk: {}\nrisk: {}\n',
  'list.yaml': '- 1\n',
  'unset.yaml': 'risk:\n  x: {executor: "${NONE}", harness: {webhook_token: "${GONE}"}}\n',
  'broken.yaml': 'risk: {\n',
  folder: { why: 'it is a folder' },
};

const sources = { env: { SET: 'value' }, readFile: (path: string) => files[path] };

const read = (text: string, more: Partial<ConfigurationSources> = {}) =>
  parseConfiguration(text, { ...sources, ...more });

const simulated = 'clusters: {eu: {simulated: true}}\nharness: {simulated: true}\n';

/** A problem as its place, kind and message. */
const issue = (at: string, code: string, path: string, message: string, more: Partial<Issue> = {}) => {
  const [line, column] = at.split(':').map(Number);
  return { line, column, path, message, code, ...more };
};

const noConfiguration = 'not a configuration: a configuration is a mapping with clusters, harness …';
const sections = [
  'services',
  'public_variables',
  'pillars',
  'environments',
  'defaults',
  'clusters',
  'infrastructures',
  'harness',
  'grants',
  'roles',
  'retention_days',
  'requests',
  'aws',
];
const pillars = ['clearing', 'risk', 'data', 'shared'];
const kinds = [
  ...['deployment', 'statefulset', 'daemonset', 'job', 'cronjob', 'pod'],
  ...['rollout', 'knative-service', 'certificate', 'custom'],
];
const oneWay = { hint: 'give kubeconfig (with context), eks, or simulated: true' };
const orSimulated = { hint: 'or set harness.simulated: true' };
const quotedOne = { hint: 'write "1"', found: 1 };
const asText = 'the number 1 where a string is needed; put it in quotes';
const isEmpty = { hint: 'give a value or remove the key', found: null };
const notUnset = (name: string) => ({ hint: `set ${name} where Flotilla is started` });
const noService = 'is neither the path of a mapping file nor a mapping';

test.each<[what: string, text: string, issues: readonly object[]]>([
  ['a list', '- 1', [issue('1:1', 'WrongType', '', `this is a list, ${noConfiguration}`)]],
  ['plain text', 'text', [issue('1:1', 'WrongType', '', `this is plain text, ${noConfiguration}`)]],
  ['nothing', '', [issue('1:1', 'Missing', '', 'the file is empty')]],
  [
    'a mapping of something else',
    'surprise: 1',
    [
      issue('1:1', 'Missing', 'clusters', 'is missing; a mapping is needed'),
      issue('1:1', 'UnknownKey', 'surprise', `unknown key; known here: ${sections.join(', ')}`, { allowed: sections }),
    ],
  ],
  [
    'required sections that are empty',
    'clusters:\nharness:\n',
    [
      issue('1:10', 'WrongType', 'clusters', 'is empty; a mapping is needed', isEmpty),
      issue('2:9', 'WrongType', 'harness', 'is empty; a mapping is needed', isEmpty),
    ],
  ],
  [
    'no cluster at all',
    'clusters: {}\nharness: {simulated: true}',
    [issue('1:11', 'Missing', 'clusters', 'at least one cluster is needed')],
  ],
  [
    'clusters with no way to reach them, or with two',
    `clusters:
  none:
    {simulated: false, max_concurrency: 1}
  two: {eks: a, simulated: true}
  both: {eks: a, kubeconfig: f}
  stray: {eks: a, context: c}
  odd: 1
harness: {simulated: true}`,
    [
      issue('2:3', 'NotAllowed', 'clusters.none', 'does not say how the cluster is reached', oneWay),
      issue('4:3', 'NotAllowed', 'clusters.two', 'names more than one way to reach the cluster', oneWay),
      issue('5:3', 'NotAllowed', 'clusters.both', 'names more than one way to reach the cluster', oneWay),
      issue('6:3', 'NotAllowed', 'clusters.stray', 'context is only valid with kubeconfig', oneWay),
      issue('7:8', 'WrongType', 'clusters.odd', 'the number 1 where a mapping is needed', { found: 1 }),
    ],
  ],
  [
    'EKS settings elsewhere, and invalid AWS values',
    `clusters:
  file: {kubeconfig: f, region: eu-west-1, proxy: "http://p:1"}
  alone: {eks: a, external_id: abc}
  wrong: {eks: a, region: europe, role: admin, proxy: "http://u:p@p:1"}
  ours: {eks: a, role: "arn:aws:iam::444455556666:role/x"}
  theirs: {eks: a, role: "arn:aws:iam::111122223333:role/flotilla-1"}
harness: {simulated: true}
aws: {cluster_roles: ["arn:aws:iam::111122223333:role/flotilla-*"]}`,
    [
      issue('2:25', 'NotAllowed', 'clusters.file.region', 'region is only valid with eks', {
        hint: 'a kubeconfig contains all of that',
      }),
      issue('2:44', 'NotAllowed', 'clusters.file.proxy', 'proxy is only valid with eks', {
        hint: 'a kubeconfig names its own proxy, as proxy-url',
      }),
      issue('3:19', 'NotAllowed', 'clusters.alone.external_id', 'external_id is only valid with role'),
      issue('4:27', 'BadFormat', 'clusters.wrong.region', '"europe" is not an AWS region, like eu-west-1', {
        found: 'europe',
      }),
      issue(
        '4:41',
        'BadFormat',
        'clusters.wrong.role',
        '"admin" is not the ARN of a role, like arn:aws:iam::111122223333:role/flotilla',
        { found: 'admin' },
      ),
      issue(
        '4:55',
        'BadFormat',
        'clusters.wrong.proxy',
        '"http://u:***@p:1" is not the address of a proxy without user and password, like http://proxy.example.com:3128',
        { found: 'http://u:***@p:1' },
      ),
      issue(
        '5:24',
        'NotAllowed',
        'clusters.ours.role',
        'is not in aws.cluster_roles, so no function may assume it; known: arn:aws:iam::111122223333:role/flotilla-*',
        { hint: 'add it to aws.cluster_roles and deploy the stage again' },
      ),
    ],
  ],
  [
    'a Harness without its account',
    'clusters: {eu: {simulated: true}}\nharness: {org: o}',
    ['account', 'project', 'api_key'].map((field) =>
      issue('2:10', 'Missing', `harness.${field}`, 'is missing', orSimulated),
    ),
  ],
  [
    'infrastructures that lead nowhere',
    `${simulated}infrastructures: {a: {cluster: eo}, b: {cluster: moonbase}, c: {cluster: ""}, d: {cluster: 1}, e: 1}`,
    [
      issue('3:32', 'UnknownCluster', 'infrastructures.a.cluster', 'there is no such cluster; known: eu', {
        hint: 'did you mean eu?',
        allowed: ['eu'],
      }),
      issue('3:50', 'UnknownCluster', 'infrastructures.b.cluster', 'there is no such cluster; known: eu', {
        allowed: ['eu'],
      }),
      issue('3:74', 'OutOfRange', 'infrastructures.c.cluster', 'is empty; at least 1 character is needed', {
        found: '',
      }),
      issue('3:92', 'WrongType', 'infrastructures.d.cluster', asText, quotedOne),
      issue('3:99', 'WrongType', 'infrastructures.e', 'the number 1 where a mapping is needed', { found: 1 }),
    ],
  ],
  [
    'missing places of an environment',
    `clusters: {us: {simulated: true}, eu: {simulated: true}}
harness: {simulated: true}
infrastructures: {eu: {cluster: us}, dev: {cluster: eu}}
environments: {prod: {infrastructures: [eu, dve, "\${SET}", "", 1]}, dev: {infrastructures: 1}}
public_variables: [SET]`,
    [
      issue(
        '4:45',
        'UnknownInfrastructure',
        'environments.prod.infrastructures[2]',
        'there is no infrastructure "dve"; known: dev, eu, us',
        { hint: 'did you mean dev?', allowed: ['dev', 'eu', 'us'] },
      ),
      issue(
        '4:50',
        'UnknownInfrastructure',
        'environments.prod.infrastructures[3]',
        'there is no infrastructure "${SET}"; known: dev, eu, us',
        { allowed: ['dev', 'eu', 'us'] },
      ),
      issue('4:60', 'OutOfRange', 'environments.prod.infrastructures[4]', 'is empty; at least 1 character is needed', {
        found: '',
      }),
      issue('4:64', 'WrongType', 'environments.prod.infrastructures[5]', asText, quotedOne),
      issue('4:92', 'WrongType', 'environments.dev.infrastructures', 'the number 1 where a list is needed', {
        found: 1,
        hint: 'write ["1"]',
      }),
    ],
  ],
  ['unreadable services', `${simulated}services: 7`, [issue('3:11', 'WrongType', 'services', noService)]],
  ['services without a file name', `${simulated}services: ""`, [issue('3:11', 'WrongType', 'services', noService)]],
  [
    'services in a missing file',
    `${simulated}services: none.yaml`,
    [
      issue('3:11', 'FileUnreadable', 'services', 'this file cannot be read', {
        hint: 'a relative path counts from the folder of the configuration',
      }),
    ],
  ],
  [
    'services in something that is not a file',
    `${simulated}services: folder`,
    [issue('3:11', 'FileUnreadable', 'services', 'this file cannot be read: it is a folder')],
  ],
  [
    'a services file with a duplicate key',
    `${simulated}services: twice.yaml`,
    [
      issue('2:1', 'DuplicateKey', 'risk', 'this key is written twice in the same mapping', {
        hint: 'remove one of the two',
        file: 'twice.yaml',
      }),
    ],
  ],
  [
    'a services file with a list',
    `${simulated}services: list.yaml`,
    [issue('1:1', 'WrongType', '', 'a list where a mapping is needed', { file: 'list.yaml' })],
  ],
  [
    'a services file with missing variables',
    `${simulated}services: unset.yaml\npublic_variables: [NONE]`,
    [
      issue('2:17', 'VariableNotSet', 'risk.x.executor', 'the environment variable NONE is not set', {
        ...notUnset('NONE'),
        file: 'unset.yaml',
      }),
      issue('2:53', 'VariableNotSet', 'risk.x.harness.webhook_token', 'the environment variable GONE is not set', {
        ...notUnset('GONE'),
        file: 'unset.yaml',
      }),
    ],
  ],
  [
    'a service with everything wrong',
    `${simulated}services:
  risk:
    x: {namespace: 1, image: [], executor: jenkins, name: a, k8s_object_name: b}
    y: {kind: job, k8s_object_type: job, pipeline: p, harness: {pipeline: q}}
    z: {kind: 1, pipeline: p, harness: {trigger: t}}
    w: {kind: replicaset, executor: harness}
  rsik: {x: {}}
  moon: {x: 1}`,
    [
      issue('5:20', 'WrongType', 'services.risk.x.namespace', asText, quotedOne),
      issue('5:30', 'WrongType', 'services.risk.x.image', 'a list where a string is needed'),
      issue(
        '5:44',
        'UnknownExecutor',
        'services.risk.x.executor',
        'there is no executor "jenkins"; known: harness, kubernetes',
        {
          allowed: ['harness', 'kubernetes'],
        },
      ),
      issue('5:62', 'Duplicate', 'services.risk.x.k8s_object_name', 'says the same as name; write one of the two'),
      issue('6:20', 'Duplicate', 'services.risk.y.k8s_object_type', 'says the same as kind; write one of the two'),
      issue('6:42', 'Duplicate', 'services.risk.y.pipeline', 'says the same as harness.pipeline; write one of the two'),
      issue('7:15', 'WrongType', 'services.risk.z.kind', asText, quotedOne),
      issue('8:15', 'NotAllowed', 'services.risk.w.kind', `"replicaset" is not one of ${kinds.join(', ')}`, {
        found: 'replicaset',
        allowed: kinds,
      }),
      issue('9:3', 'UnknownPillar', 'services.rsik', `there is no pillar "rsik"; known: ${pillars.join(', ')}`, {
        hint: 'did you mean risk?',
        allowed: pillars,
      }),
      issue('10:3', 'UnknownPillar', 'services.moon', `there is no pillar "moon"; known: ${pillars.join(', ')}`, {
        allowed: pillars,
      }),
      issue('10:13', 'WrongType', 'services.moon.x', 'the number 1 where a mapping is needed', { found: 1 }),
    ],
  ],
  [
    'a section twice',
    `${simulated}harness: {simulated: true}`,
    [
      issue('3:1', 'DuplicateKey', 'harness', 'this key is written twice in the same mapping', {
        hint: 'remove one of the two',
      }),
    ],
  ],
  [
    'variables that are not set, or whose name is invalid',
    `clusters: {eu: {eks: "\${not a name}"}}
harness: {account: a, org: "\${NONE}", project: p, api_key: "\${GONE}"}
infrastructures: {dev: {cluster: "\${NONE}"}}
environments: {prod: {infrastructures: ["\${NONE}"]}}
public_variables: [NONE]`,
    [
      issue(
        '1:22',
        'VariableNotSet',
        'clusters.eu.eks',
        'the name in braces cannot be the name of an environment variable',
        { hint: 'for example HARNESS_API_KEY' },
      ),
      issue('2:28', 'VariableNotSet', 'harness.org', 'the environment variable NONE is not set', notUnset('NONE')),
      issue('2:60', 'VariableNotSet', 'harness.api_key', 'the environment variable GONE is not set', notUnset('GONE')),
      ...[
        ['3:34', 'infrastructures.dev.cluster'] as const,
        ['4:41', 'environments.prod.infrastructures[1]'] as const,
      ].map(([at, path]) =>
        issue(at, 'VariableNotSet', path, 'the environment variable NONE is not set', notUnset('NONE')),
      ),
    ],
  ],
  [
    'an invalid stage',
    `${simulated}aws: {stage: 1, more: 2}`,
    [issue('3:14', 'WrongType', 'aws.stage', asText, quotedOne)],
  ],
])('reports %s with its place, in full', (_, text, issues) => {
  expect(read(text)).toEqual({ issues });
});

test('names a services file that is not even YAML', () => {
  expect(read(`${simulated}services: broken.yaml`)).toEqual({
    issues: [expect.objectContaining({ code: 'YamlSyntax', file: 'broken.yaml' })],
  });
});

test('secrets may stay in plain text, in either file', () => {
  const text = 'harness: {account: a, org: o, project: p, api_key: "${GONE}"}\nclusters: {eu: {eks: e}}\n';
  const ofServices = { ...sources, readFile: () => 'risk: {x: {pipeline: p, harness: {webhook_token: "${GONE}"}}}' };
  const parsed = read(`${text}services: s.yaml`, { ...ofServices, secrets: 'later' });
  if ('issues' in parsed) throw new Error(JSON.stringify(parsed.issues));
  expect(parsed.configuration.connections.harness).toEqual({
    ...{ kind: 'real', base_url: 'https://app.harness.io', account: 'a', org: 'o', project: 'p', api_key: '${GONE}' },
    webhook_tokens: { 'risk/x': '${GONE}' },
  });
  expect(read(`${text}services: s.yaml`, ofServices)).toMatchObject({
    issues: [{ path: 'harness.api_key' }, { path: 'risk.x.harness.webhook_token', file: 's.yaml' }],
  });
});

test('warns about valid but doubtful settings', () => {
  const warned = (text: string) => {
    const parsed = read(`${simulated}${text}`);
    return 'issues' in parsed ? parsed.issues : [parsed.warnings, parsed.stage];
  };
  expect(warned('aws: {stage: dev}')).toEqual([
    ['There is no service mapping: service names will not be checked.'],
    'dev',
  ]);
  const each = kinds.filter((kind) => kind !== 'custom').map((kind) => `a-${kind}: {kind: ${kind}}`);
  const custom = 'c: {kind: custom, api_version: example.com/v1, resource: widgets}';
  expect(warned(`services: {risk: {${[...each, custom].join(', ')}, none: }}`)).toEqual([
    ['Batches with these services will be refused, because their kind cannot be verified yet: "risk/a-pod".'],
    undefined,
  ]);
  expect(
    warned('services: {risk: {x: {k8s_object_type: pod}, y: {k8s_object_type: Job}}, data: {z: {kind: Pod}}}'),
  ).toEqual([
    ['Batches with these services will be refused, because their kind cannot be verified yet: "risk/x", "data/z".'],
    undefined,
  ]);
  expect(warned('services: {risk: {x: {kind: job}}}')).toEqual([[], undefined]);
});

test('everything is simulated if each part is', () => {
  const parts = ['simulated: true', 'eks: e'];
  const all = parts.flatMap((one) =>
    parts.flatMap((other) =>
      ['simulated: true', 'account: a, org: o, project: p, api_key: k'].map((harness) => {
        const parsed = read(`clusters: {a: {${one}}, b: {${other}}}\nharness: {${harness}}`);
        return 'issues' in parsed ? parsed.issues : parsed.configuration.catalogue.simulated;
      }),
    ),
  );
  expect(all).toEqual([true, ...Array(7).fill(false)]);
});

test("a name in braces is a variable's, or is reported as invalid", () => {
  const hints = (names: readonly string[]) =>
    names.map((name) => {
      const parsed = read(
        `clusters: {eu: {eks: "\${${name}}"}}\nharness: {simulated: true}\npublic_variables: [A, _, a9, A_B]`,
      );
      return 'issues' in parsed ? parsed.issues.map(({ hint }) => hint) : [];
    });
  expect(hints(['A', '_', 'a9', 'A_B'])).toEqual(['A', '_', 'a9', 'A_B'].map((name) => [notUnset(name).hint]));
  expect(hints(['', '9A', 'A-B', ' A', 'A ', 'A\\n'])).toEqual(Array(6).fill(['for example HARNESS_API_KEY']));
});
