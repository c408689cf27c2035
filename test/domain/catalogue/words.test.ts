import { describe, expect, test } from 'vitest';
import { parseConfiguration } from '../../../lib/domain/catalogue/parse-configuration.ts';

const base = { clusters: { eu: { simulated: true } }, harness: { simulated: true } };
const real = { account: 'a', org: 'o', project: 'p', api_key: 'k' };

/** What is wrong with a configuration as JSON: nothing, or each problem's path and message. */
const wrong = (written: object): readonly string[] => {
  const parsed = parseConfiguration(JSON.stringify({ ...base, ...written }), { env: {}, readFile: () => undefined });
  return 'issues' in parsed ? parsed.issues.map(({ path, message }) => `${path}: ${message}`) : [];
};

const inService = (field: string) => (value: unknown) => ({ services: { risk: { x: { [field]: value } } } });
const inPillar = (field: string) => (value: unknown) => ({ pillars: { risk: { harness: { [field]: value } } } });
const inHarness = (field: string) => (value: unknown) => ({ harness: { ...real, [field]: value } });
const inCluster = (field: string) => (value: unknown) => ({ clusters: { eu: { kubeconfig: 'f', [field]: value } } });

interface Grammar {
  readonly of: string;
  readonly put: (value: string) => object;
  readonly good: readonly string[];
  readonly bad: readonly string[];
  readonly rule: string;
}

const long = (count: number): string => 'a'.repeat(count);

const grammars: readonly Grammar[] = [
  {
    of: 'a pillar',
    put: (name) => ({ pillars: { [name]: {} } }),
    good: ['risk', '0', 'a_b-c9', long(64)],
    bad: ['Risk', '_a', '-a', 'a.b', 'a b', 'ärger', long(65), 'a\nb'],
    rule: 'this name needs lower-case letters, digits, `-` and `_`, at most 64',
  },
  {
    of: 'a cluster',
    put: (name) => ({ clusters: { [name]: { simulated: true } } }),
    good: ['eu', 'EU.west_1-a', '1', long(64)],
    bad: ['_eu', '.eu', '-eu', 'a/b', 'a b', long(65)],
    rule: 'this name needs letters, digits, `.`, `-` and `_`, at most 64',
  },
  {
    of: 'an infrastructure',
    put: (name) => ({ infrastructures: { [name]: { cluster: 'eu' } } }),
    good: ['k8s.dev', long(64)],
    bad: ['-x', 'a/b', long(65)],
    rule: 'this name needs letters, digits, `.`, `-` and `_`, at most 64',
  },
  {
    of: 'a namespace',
    put: inService('namespace'),
    good: ['a', '0', 'risk-9', `${long(62)}b`],
    bad: ['', '-a', 'a-', 'a.b', 'A', 'a_b', long(64)],
    rule: 'is not a Kubernetes namespace: lower-case letters, digits and `-`, at most 63',
  },
  {
    of: 'an object',
    put: inService('name'),
    good: ['a', '9', 'a.b-c', long(253)],
    bad: ['', '.a', 'a.', '-a', 'a-', 'A', 'a_b', long(254)],
    rule: 'is not a Kubernetes name: lower-case letters, digits, `.` and `-`, at most 253',
  },
  {
    of: 'an object in the original words',
    put: inService('k8s_object_name'),
    good: ['a.b'],
    bad: ['A'],
    rule: 'is not a Kubernetes name: lower-case letters, digits, `.` and `-`, at most 253',
  },
  {
    of: 'a container',
    put: inService('container'),
    good: ['app'],
    bad: ['App'],
    rule: 'is not a Kubernetes name: lower-case letters, digits, `.` and `-`, at most 253',
  },
  {
    of: 'a Harness identifier',
    put: inPillar('pipeline'),
    good: ['a', 'A_$-9', long(128)],
    bad: ['', 'a b', 'a/b', 'a.b', long(129)],
    rule: 'is not a Harness identifier: letters, digits, `_`, `-` and `$`',
  },
  ...['trigger', 'org', 'project'].map((field) => ({
    ...{ of: `a ${field}`, put: inPillar(field), good: ['a-b'], bad: ['a/b'] },
    rule: 'is not a Harness identifier: letters, digits, `_`, `-` and `$`',
  })),
  ...['account', 'org', 'project'].map((field) => ({
    ...{ of: `a ${field} of Harness`, put: inHarness(field), good: ['a-b'], bad: ['a/b'] },
    rule: 'is not a Harness identifier: letters, digits, `_`, `-` and `$`',
  })),
  {
    of: 'an image',
    put: inService('image'),
    good: ['app', 'reg/app', 'reg:5000/team/app', 'reg.example/a/b', 'a/b/c'],
    bad: ['app:1', 'reg/app:1', 'reg:x/app', 'a@sha256', 'a b', '', 'reg:/app', 'reg/a b', 'a:5000:5000/b', '/app:1'],
    rule: 'must be only the repository, without tag or digest: letters, digits and `. _ - /`',
  },
  {
    of: 'an address',
    put: inHarness('base_url'),
    good: ['http://localhost', 'https://a.example:8443/gateway/x', 'https://a/'],
    bad: [
      'a.example',
      'ftp://a',
      'https://',
      'https:///x',
      'https://u:p@a',
      'https://a?x',
      'https://a#x',
      'https://a /x',
      'xhttps://a',
      'https://a/x y',
      'https://a/x?y',
      'https://a/x@y',
    ],
    rule: 'is not an address like https://host/path',
  },
  {
    of: 'the address of a health check',
    put: inService('health_url'),
    good: ['https://a/x'],
    bad: ['a/x'],
    rule: 'is not an address like https://host/path',
  },
];

describe.each(grammars.map((one) => [one.of, one] as const))('%s', (_, { put, good, bad, rule }) => {
  test.each(good)('may be %j', (value) => expect(wrong(put(value))).toEqual([]));
  test.each(bad)('may not be %j', (value) => {
    expect(wrong(put(value)).filter((one) => one.endsWith(rule))).toHaveLength(1);
  });
});

const many = (count: number): readonly string[] => Array.from({ length: count }, (_, at) => `v${at}`);

describe('a value', () => {
  test.each<[what: string, written: object, problem: string]>([
    [
      'of an unknown mode',
      inPillar('mode')('push'),
      'pillars.risk.harness.mode: "push" is not one of webhook, execute',
    ],
    [
      'with too many variables',
      inPillar('variables')(many(51)),
      'pillars.risk.harness.variables: the list has 51 entries; at most 50 are allowed',
    ],
    [
      'with an invalid variable',
      inPillar('variables')(['a b']),
      'pillars.risk.harness.variables[1]: "a b" is not a Harness identifier: letters, digits, `_`, `-` and `$`',
    ],
    [
      'with an empty token',
      inPillar('webhook_token')(''),
      'pillars.risk.harness.webhook_token: is empty; at least 1 character is needed',
    ],
    [
      'with a token too long',
      inPillar('webhook_token')(long(254)),
      'pillars.risk.harness.webhook_token: has 254 characters; at most 253 are allowed',
    ],
    ['with an empty key', inHarness('api_key')(''), 'harness.api_key: is empty; at least 1 character is needed'],
    [
      'with an empty file',
      { clusters: { eu: { kubeconfig: '' } } },
      'clusters.eu.kubeconfig: is empty; at least 1 character is needed',
    ],
    [
      'with an empty context',
      inCluster('context')(''),
      'clusters.eu.context: is empty; at least 1 character is needed',
    ],
    [
      'with an empty name on EKS',
      { clusters: { eu: { eks: '' } } },
      'clusters.eu.eks: is empty; at least 1 character is needed',
    ],
    ['with a limit of zero', inCluster('max_concurrency')(0), 'clusters.eu.max_concurrency: the number 0 is under 1'],
    [
      'with an unlimited limit',
      inHarness('max_concurrency')(10_001),
      'harness.max_concurrency: the number 10001 is over 10000',
    ],
    [
      'with half a limit',
      { pillars: { risk: { max_concurrency: 1.5 } } },
      'pillars.risk.max_concurrency: the number 1.5 is not a whole number',
    ],
    [
      'with an environment that is too long',
      { environments: { [long(65)]: {} } },
      `environments["${long(64)}…"]: this name has 65 characters; at most 64 are allowed`,
    ],
    [
      'with a service without a name',
      { services: { risk: { '': {} } } },
      'services.risk[""]: this name is empty; at least 1 character is needed',
    ],
    [
      'with a service whose name is too long',
      { services: { risk: { [long(129)]: {} } } },
      `services.risk["${long(64)}…"]: this name has 129 characters; at most 128 are allowed`,
    ],
    [
      'with an unknown kind',
      inService('kind')('replicaset'),
      'services.risk.x.kind: "replicaset" is not one of deployment, statefulset, daemonset, job, cronjob, pod, rollout, knative-service, certificate, custom',
    ],
    [
      'with a number for a kind',
      inService('kind')(7),
      'services.risk.x.kind: the number 7 where a string is needed; put it in quotes',
    ],
    [
      'with a number for a name',
      inService('name')(7),
      'services.risk.x.name: the number 7 where a string is needed; put it in quotes',
    ],
    [
      'with an empty executor',
      inService('executor')(''),
      'services.risk.x.executor: is empty; at least 1 character is needed',
    ],
    [
      'with an invalid namespace',
      { infrastructures: { a: { cluster: 'eu', namespace: 'X' } } },
      'infrastructures.a.namespace: "X" is not a Kubernetes namespace: lower-case letters, digits and `-`, at most 63',
    ],
    [
      'with two pipelines',
      { services: { risk: { x: { pipeline: 'a', harness: { pipeline: 'b' } } } } },
      'services.risk.x.pipeline: says the same as harness.pipeline; write one of the two',
    ],
    [
      'with two names',
      { services: { risk: { x: { name: 'a', k8s_object_name: 'b' } } } },
      'services.risk.x.k8s_object_name: says the same as name; write one of the two',
    ],
    ['with invalid services', { services: 7 }, 'services: is neither the path of a mapping file nor a mapping'],
    ['with services without a name', { services: '' }, 'services: is neither the path of a mapping file nor a mapping'],
  ])('refuses %s', (_, written, problem) => {
    expect(wrong(written)).toEqual([problem]);
  });

  test.each<[what: string, written: object]>([
    ['with the maximum number of variables', inPillar('variables')(many(50))],
    ['with a long token', inPillar('webhook_token')(long(253))],
    ['with the highest limit', inHarness('max_concurrency')(10_000)],
    ['with the lowest limit', inCluster('max_concurrency')(1)],
    ['with a long environment', { environments: { [long(64)]: { description: '' } } }],
    ['with a kind in any letter case', inService('kind')('StatefulSet')],
    ['with a kind in its original spelling', inService('k8s_object_type')('CronJob')],
    [
      'with sections that are empty',
      { pillars: null, environments: null, services: null, infrastructures: null, aws: null },
    ],
    ['with names alone', { pillars: { risk: null }, environments: { staging: null }, services: { risk: { x: null } } }],
  ])('accepts %s', (_, written) => {
    expect(wrong(written)).toEqual([]);
  });
});
