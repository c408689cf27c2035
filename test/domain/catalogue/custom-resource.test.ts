import { expect, test } from 'vitest';
import { wantedRules } from '../../../lib/domain/catalogue/cluster-rights.ts';
import { parseConfiguration } from '../../../lib/domain/catalogue/parse-configuration.ts';
import { resolveWorkload } from '../../../lib/domain/catalogue/resolve.ts';
import { describeObject } from '../../../lib/domain/plan/describe-deployment.ts';
import { objectOf } from '../../../lib/domain/plan/lock-names.ts';

/** Services that are objects of any API. */

const read = (services: string) =>
  parseConfiguration(
    `clusters: {eu: {simulated: true}}\nharness: {simulated: true}\nservices:\n  data:\n    topic: ${services}\n`,
    { env: {}, readFile: () => undefined },
  );

const kafka = 'kind: custom, api_version: kafka.strimzi.io/v1beta2, resource: kafkatopics';

test('say which resource it is, and how to judge it', () => {
  const parsed = read(`{${kafka}, healthy_when: 'object.status.phase == "Up"', failing_when: object.status.failed}`);
  if ('issues' in parsed) throw new Error(JSON.stringify(parsed.issues));
  const { catalogue } = parsed.configuration;
  const workload = resolveWorkload(catalogue, { pillar: 'data', service_name: 'topic', infrastructure_id: 'eu' });
  expect(workload).toEqual({
    ...{ kind: 'custom', name: 'topic', namespace: 'data' },
    resource: {
      ...{ api_version: 'kafka.strimzi.io/v1beta2', plural: 'kafkatopics' },
      ...{ healthy_when: 'object.status.phase == "Up"', failing_when: 'object.status.failed' },
    },
  });
  expect(describeObject({ workload, cluster: 'eu' })).toBe('kafkatopics.kafka.strimzi.io data/topic on eu');
  expect(objectOf('eu', workload)).toBe('eu/data/kafkatopics.kafka.strimzi.io/topic');
  expect(objectOf('eu', { ...workload, resource: { api_version: 'v1', plural: 'pods' } })).toBe('eu/data/pods/topic');
  expect(wantedRules(catalogue).at(-1)).toEqual({
    ...{ group: 'kafka.strimzi.io', resources: ['kafkatopics'], verbs: ['list', 'watch'] },
  });
});

test('two different resources may have one name', () => {
  const other = 'kind: custom, api_version: example.com/v1, resource: widgets, name: topic';
  expect(read(`{${kafka}}\n    other: {${other}}`)).not.toHaveProperty('issues');
  expect(read(`{${kafka}}\n    other: {${kafka}, name: topic}`)).toMatchObject({ issues: [{ code: 'Duplicate' }] });
});

test.each<[service: string, issues: readonly (readonly [at: string, path: string, message: string, hint?: string])[]]>([
  [
    '{kind: custom}',
    ['api_version', 'resource'].map((name) => [
      ...['5:12', name, 'is missing: the kind custom needs it'],
      'for example api_version: example.com/v1 and resource: widgets; kubectl api-resources lists them',
    ]) as never,
  ],
  [
    '{kind: job, resource: widgets}',
    [
      [
        ...(['5:24', 'resource', 'is only valid with the kind custom; for the other kinds it is known'] as const),
        'write kind: custom, or remove it',
      ],
    ],
  ],
  [
    `{${kafka}, healthy_when: 'object.status.phase =='}`,
    [
      [
        ...(['5:103', 'healthy_when'] as const),
        'is not a CEL expression over object: Unexpected token: EOF, at character 23',
        'for example object.status.phase == "Running"',
      ],
    ],
  ],
  [
    '{kind: custom, api_version: "v1; drop", resource: widgets}',
    [['5:40', 'api_version', '"v1; drop" is not the version of an API, like example.com/v1']],
  ],
  [
    '{kind: custom, api_version: v1, resource: ../pods}',
    [['5:54', 'resource', '"../pods" is not the plural name of a resource, like widgets']],
  ],
])('refuses %s', (service, issues) => {
  const parsed = read(service);
  const told = ('issues' in parsed ? parsed.issues : []).map(({ line, column, path, message, hint }) => [
    ...[`${line}:${column}`, path.replace('services.data.topic.', ''), message],
    ...(hint === undefined ? [] : [hint]),
  ]);
  expect(told).toEqual(issues);
});
