import { describe, expect, test } from 'vitest';
import { parseBatch } from '../../../lib/domain/batch/parse-batch.ts';
import { parseConfiguration } from '../../../lib/domain/catalogue/parse-configuration.ts';
import type { FoundKind, FoundService } from '../../../lib/domain/init/found-service.ts';
import { foundService, isLeftOut, withOwnNames } from '../../../lib/domain/init/found-workload.ts';
import { writtenBatch, writtenConfiguration } from '../../../lib/domain/init/written-files.ts';
import type { JsonObject } from '../../../lib/domain/json.ts';

const images = (...all: readonly string[]): JsonObject => ({
  template: { spec: { containers: all.map((image, at) => ({ name: `c${at}`, image })) } },
});

const object = (spec: JsonObject, metadata: JsonObject = {}): JsonObject => ({
  metadata: { name: 'web', namespace: 'shop', ...metadata },
  spec,
});

const owns = (manager: string, container: string, ...fields: readonly string[]): JsonObject => ({
  manager,
  fieldsV1: {
    'f:spec': {
      'f:template': {
        'f:spec': {
          'f:containers': { [`k:{"name":"${container}"}`]: Object.fromEntries(fields.map((one) => [`f:${one}`, {}])) },
        },
      },
    },
  },
});

const found = (kind: FoundKind, one: JsonObject): FoundService => {
  const service = foundService(kind, one);
  if (isLeftOut(service)) throw new Error(service.why);
  return service;
};

describe('the pods of a workload', () => {
  test.each<[kind: FoundKind, status: JsonObject | undefined, isUnready: true | undefined]>([
    ['deployment', { replicas: 2, readyReplicas: 1, unavailableReplicas: 1 }, true],
    ['deployment', { replicas: 1, readyReplicas: 1 }, undefined],
    ['deployment', undefined, undefined],
    ['statefulset', { replicas: 1 }, true],
    ['statefulset', { replicas: 1, readyReplicas: 1 }, undefined],
    ['daemonset', { numberUnavailable: 1 }, true],
    ['daemonset', { numberReady: 1 }, undefined],
    ['cronjob', {}, undefined],
  ])('%s %j', (kind, status, isUnready) => {
    const spec = images('reg/web:1.2');
    // CronJobs have their template one level deeper.
    const one = object(kind === 'cronjob' ? { jobTemplate: { spec } } : spec);
    const workload = { ...one, ...(status === undefined ? {} : { status }) };
    expect(found(kind, workload).isUnready).toBe(isUnready);
  });
});

describe('a running workload', () => {
  test.each<[what: string, kind: FoundKind, object: JsonObject, expected: Partial<FoundService>]>([
    ['a tag', 'deployment', object(images('reg/web:1.2')), { image: 'reg/web', version: '1.2', others: [] }],
    [
      'a port of the registry',
      'deployment',
      object(images('reg:5000/web:1.2')),
      { image: 'reg:5000/web', version: '1.2' },
    ],
    ['no tag', 'deployment', object(images('reg:5000/web')), { image: 'reg:5000/web', version: 'latest' }],
    [
      'tag and digest',
      'statefulset',
      object(images(`reg/web:1@sha256:${'a'.repeat(64)}`)),
      { image: 'reg/web', version: `1@sha256:${'a'.repeat(64)}` },
    ],
    [
      'the container with its name',
      'daemonset',
      object({
        template: {
          spec: {
            containers: [
              { name: 'proxy', image: 'p:1' },
              { name: 'web', image: 'w:2' },
            ],
          },
        },
      }),
      { container: 'web', others: ['proxy'], image: 'w', version: '2' },
    ],
    [
      'a cron job',
      'cronjob',
      object({ jobTemplate: { spec: images('reg/sum:3') } }),
      { kind: 'cronjob', image: 'reg/sum', version: '3', isScaledToZero: false },
    ],
    ['scaled to 0', 'deployment', object({ ...images('w:1'), replicas: 0 }), { isScaledToZero: true }],
    [
      'a name with dots',
      'deployment',
      object(images('w:1'), { name: 'web.v2' }),
      { service: 'web-v2', name: 'web.v2' },
    ],
    [
      'who set its image, and nobody else',
      'deployment',
      object(images('w:1'), {
        managedFields: [
          owns('kubectl', 'c0', 'image'),
          owns('hpa', 'c0', 'resources'),
          owns('other', 'c9', 'image'),
          owns('ci', 'c0', 'image'),
        ],
      }),
      { managers: ['ci', 'kubectl'] },
    ],
    [
      'what else deploys it',
      'deployment',
      object(images('w:1'), { labels: { 'app.kubernetes.io/managed-by': 'Helm' } }),
      { managedBy: 'Helm' },
    ],
  ])('is a service: %s', (_, kind, one, expected) => {
    expect(found(kind, one)).toMatchObject(expected);
  });

  test.each<[JsonObject, string]>([
    [object(images('w:1'), { ownerReferences: [{ kind: 'Rollout', name: 'web' }] }), 'it belongs to Rollout web'],
    [object({}), 'it has no container with an image'],
    [object(images('w:-1')), 'the image w:-1 has no tag that can be deployed'],
  ])('is left out %#', (one, why) => {
    expect(foundService('deployment', one)).toEqual({ kind: 'deployment', namespace: 'shop', name: 'web', why });
  });

  test('two with the same name have their kind in it', () => {
    const two = (['deployment', 'statefulset'] as const).map((kind) => found(kind, object(images('w:1'))));
    const other = found('deployment', object(images('w:1'), { name: 'api' }));
    expect(withOwnNames([...two, other]).map(({ service }) => service)).toEqual([
      'web-deployment',
      'web-statefulset',
      'api',
    ]);
  });
});

describe('the generated files', () => {
  const access = { kubeconfig: './kube: config', context: 'on # kind' };
  const place = { name: 'on # kind', from: 'what runs', cluster: 'kind', environment: 'no', access };
  const services = withOwnNames([
    found('deployment', object(images('reg/web:1.10'), { managedFields: [owns('kubectl: edit', 'c0', 'image')] })),
    found('statefulset', object(images('reg:5000/db', 'side:1'), { name: '0.db', namespace: '1e3' })),
    found('deployment', object({ ...images('w:1'), replicas: 0 }, { name: 'off', namespace: 'yes' })),
  ]);

  test('read as a configuration that deploys without Harness, and as a batch of what runs', () => {
    const parsed = parseConfiguration(writtenConfiguration(place, services), { readFile: () => undefined, env: {} });
    if ('issues' in parsed) throw new Error(JSON.stringify(parsed.issues));
    const { catalogue, connections } = parsed.configuration;
    expect(catalogue.harness).toBeUndefined();
    expect(connections.clusters).toEqual({
      kind: { kind: 'kubeconfig', kubeconfig: './kube: config', context: 'on # kind' },
    });
    expect(catalogue.environments?.no?.kubernetes).toEqual({ take_over: ['kubectl: edit'] });
    expect(catalogue.services).toEqual({
      shop: { web: { kind: 'deployment', name: 'web', namespace: 'shop', image: 'reg/web' } },
      '1e3': { '0-db': { kind: 'statefulset', name: '0.db', namespace: '1e3', container: 'c0', image: 'reg:5000/db' } },
      yes: { off: { kind: 'deployment', name: 'off', namespace: 'yes', image: 'w' } },
    });
    const batch = parseBatch(writtenBatch(place, services), catalogue);
    if (!('batch' in batch)) throw new Error(JSON.stringify(batch.issues));
    const told = batch.batch.deployments.map(({ key, docker_image_version: version, executor, environment_id }) =>
      [key, version, executor, environment_id].join(' '),
    );
    expect(told).toEqual(['shop/web 1.10 kubernetes no', '1e3/0-db latest kubernetes no']);
  });

  test('the batch marks versions that may never have run', () => {
    const [web, ...others] = services;
    const lines = writtenBatch(place, [{ ...web!, isUnready: true }, ...others]).split('\n');
    const at = lines.indexOf('  # Not all of its pods are ready: check that this version runs.');
    expect(lines[at + 1]).toContain('service_name: web');
    expect(lines.filter((line) => line.includes('pods are ready'))).toHaveLength(1);
  });
});
