import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDocument } from 'yaml';
import { parseManifests } from '../../../lib/domain/manifests/parse-manifests.ts';
import { renderManifests } from '../../../lib/domain/manifests/render-manifests.ts';
import { identifierOf, mostIdentifiersTried } from '../../../lib/domain/requests/identifier.ts';
import { imageParts } from '../../../lib/domain/requests/image-parts.ts';
import { labelValue } from '../../../lib/domain/requests/label-value.ts';
import { objectStatus, recordedObjectStatus } from '../../../lib/domain/requests/object-status.ts';
import { amountOf, cpuPattern, memoryPattern } from '../../../lib/domain/requests/quantity.ts';
import { requestBatch } from '../../../lib/domain/requests/request-batch.ts';
import { htmlOf, requestManifests } from '../../../lib/domain/requests/request-manifests.ts';
import { namespaceProblem, requestPlace } from '../../../lib/domain/requests/request-place.ts';
import { requestStanding } from '../../../lib/domain/requests/request-status.ts';
import { metadata, ownCatalogue } from '../../usecases/requests/request-world.ts';

describe('an identifier', () => {
  test.each([
    ['My Web', 'team-a', 0.417, 0, 'my-web-team-a-417'],
    ['My Web', 'team-a', 0.999, 1, 'my-web-team-a-000'],
    ['a name that is much longer than that', 'n'.repeat(63), 0, 0, `a-name-that-is-much-longe-${'n'.repeat(25)}-000`],
    ['äöü', 'x', 0.5, 0, 'app-x-500'],
    ['__a__b__', 'x', 0.5, 20, 'a-b-x-5020'],
  ])('of %s in %s', (name, namespace, random, tried, expected) => {
    expect(identifierOf({ name, namespace }, { random, tried })).toBe(expected);
  });

  test('is a Kubernetes name, and differs at each try', () => {
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 50 }),
        fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/),
        random,
        (name, namespace, at) => {
          const all = Array.from({ length: mostIdentifiersTried }, (_, tried) =>
            identifierOf({ name, namespace }, { random: at, tried }),
          );
          expect(new Set(all).size).toBe(all.length);
          for (const one of all) expect(one).toMatch(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
        },
      ),
      { numRuns: 30 },
    );
  });
});

test.each([
  ['nginx', { repository: 'nginx', version: 'latest' }],
  ['nginx:1.27', { repository: 'nginx', version: '1.27' }],
  ['localhost:5000/nginx', { repository: 'localhost:5000/nginx', version: 'latest' }],
  [`r.test/a/b:1@sha256:${'0'.repeat(64)}`, { repository: 'r.test/a/b', version: `1@sha256:${'0'.repeat(64)}` }],
  [`a@sha256:${'0'.repeat(64)}`, { repository: 'a', version: `sha256:${'0'.repeat(64)}` }],
])('the parts of the image %s', (image, parts) => {
  expect(imageParts(image)).toEqual(parts);
});

test.each(['', ':1', 'a b', 'a:', 'a@sha256:1', 'a/', '/a', 'a:1:2', 'https://a', 'a:<x>'])(
  '%j is not an image',
  (image) => {
    expect(imageParts(image)).toBeUndefined();
  },
);

test.each([
  ['500m', '0.5'],
  ['64Mi', '67108864'],
  ['1G', '1000000000'],
  ['1.5Ki', '1536'],
])('%s equals %s', (one, other) => {
  expect(amountOf(one)).toBe(amountOf(other));
});

test.each(['', '-1', '1e3', '1mi', '0x1', ' 1', '1 ', '1Kb', 'm', 'Mi', '1.', '.5'])('%j is not a quantity', (text) => {
  expect([cpuPattern.test(text), memoryPattern.test(text)]).toEqual([false, false]);
});

test('any text has a label of its own', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      expect(labelValue(text)).toMatch(/^([A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?)?$/);
    }),
  );
  expect(labelValue('ann')).toBe('ann');
  expect(labelValue('ann@example.org')).toMatch(/^ann-example.org-[0-9a-f]{10}$/);
  expect(labelValue('a/b')).not.toBe(labelValue('a-b'));
});

const request = {
  ...{ request_id: 'r-1', identifier: 'my-web-team-a-417', number: 2, owner: 'ann@example.org' },
  ...{ name: 'My Web', namespace: 'team-a', image: 'nginx:1.27', ...metadata },
};
const where = { ...request, environment: 'dev', infrastructure: 'eu-1', pillar: 'requests' };

describe('manifests', () => {
  test('are the Deployment and what it shows', () => {
    const objects = requestManifests(request)
      .split('---\n')
      .map((text) => parseDocument(text).toJS());
    const labels = {
      ...{ app: 'my-web-team-a-417', name: labelValue('My Web'), identifier: 'my-web-team-a-417' },
      ...{ 'managed-by': 'flotilla', 'user-id': labelValue('ann@example.org') },
      ...{ 'request-id': 'r-1', 'deployment-request-id': 'my-web-team-a-417-2' },
    };
    expect(objects).toMatchObject([
      {
        kind: 'ConfigMap',
        metadata: { name: 'my-web-team-a-417-html', namespace: 'team-a', labels },
        data: { 'index.html': metadata.doc_html },
      },
      {
        kind: 'Deployment',
        metadata: { name: 'my-web-team-a-417', namespace: 'team-a', labels },
        spec: {
          replicas: 2,
          template: {
            spec: {
              containers: [
                {
                  ...{ name: 'app', image: 'nginx:1.27', ports: [{ containerPort: 80 }] },
                  resources: { requests: metadata.resource_limit.request, limits: metadata.resource_limit.limit },
                  volumeMounts: [{ readOnly: true }],
                },
              ],
            },
          },
        },
      },
    ]);
  });

  test('can be deployed', () => {
    const { objects, issues } = parseManifests(requestManifests(request));
    expect(issues).toEqual([]);
    const [item] = requestBatch({ ...request, type: 'CREATE', manifests: 'x' }, where).deployments;
    const owner = { target: 'dev/eu-1/requests/my-web-team-a-417', workload: 'w' };
    const marks = { ...owner, batch: 'b', attempt: 'b-0-1', fence: 1 };
    const rendered = renderManifests({ objects, workload: item!.workload!, version: '1.28', marks });
    expect(rendered).toMatchObject({
      objects: [
        { object: { kind: 'ConfigMap' } },
        { isWorkload: true, object: { spec: { template: { spec: { containers: [{ image: 'nginx:1.28' }] } } } } },
      ],
    });
  });

  test('read back as what they show', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 400 }), (doc_html) => {
        expect(htmlOf(requestManifests({ ...request, doc_html }))).toBe(doc_html);
      }),
    );
    for (const doc_html of ['---\n', 'a\r\nb', '  x', 'x  \n\n', '\t', '# no', '{{ x }}', 'null', '"', "'", '...\n']) {
      expect(htmlOf(requestManifests({ ...request, doc_html }))).toBe(doc_html);
    }
  });

  test('change the pods only if the pods must change', () => {
    const template = (more: object) =>
      parseDocument(requestManifests({ ...request, ...more }).split('---\n')[1]!).toJS().spec.template;
    expect(template({ request_id: 'r-2', number: 3, replica_count: 9 })).toEqual(template({}));
    expect(template({ doc_html: 'new' })).not.toEqual(template({}));
  });
});

test.each([
  ['CREATE', '1.27', undefined],
  ['UPDATE', '1.27', undefined],
  ['RECONCILE', '1.27', undefined],
  ['DELETE', '', 'delete'],
] as const)('%s is a batch of one', (type, version, action) => {
  const { deployments, ...batch } = requestBatch({ ...request, type, manifests: 'sha' }, where);
  expect(batch).toMatchObject({
    metadata: { name: `${type} my-web-team-a-417` },
    strategy: { on_failure: 'continue' },
  });
  expect(deployments).toHaveLength(1);
  expect(deployments[0]).toMatchObject({ docker_image_version: version, executor: 'kubernetes' });
  expect(deployments[0]?.action).toBe(action);
});

describe('a request', () => {
  const batch = (status: 'PENDING' | 'PROCESSING' | 'SUCCESS' | 'FAILED' | 'CANCELLED') => ({
    status,
    reason: 'R',
    message: 'It is.',
  });
  test.each([
    ['is not planned', 'PENDING', undefined, 'CREATED'],
    ['is planned', 'PROCESSING', undefined, 'CREATED'],
    ['is in progress', 'PROCESSING', 'PROCESSING', 'CREATED'],
    ['has ended, but its batch has not', 'PROCESSING', 'SUCCESS', 'SUCCESS'],
    ['has ended', 'SUCCESS', 'SUCCESS', 'SUCCESS'],
    ['has failed', 'FAILED', 'FAILED', 'FAILURE'],
    ['could not be planned', 'FAILED', undefined, 'FAILURE'],
    ['was cancelled', 'CANCELLED', 'CANCELLED', 'FAILURE'],
    ['has only its batch left', 'SUCCESS', undefined, 'SUCCESS'],
  ] as const)('that %s', (_, ofBatch, ofItem, status) => {
    const standing = requestStanding(batch(ofBatch), ofItem && batch(ofItem));
    expect(standing).toEqual({ status, ...(status === 'FAILURE' ? { failure_reason: 'R: It is.' } : {}) });
  });
});

describe('an object', () => {
  const progressing = (status: string) => ({ conditions: [{ type: 'Progressing', status }] });
  test.each([
    [
      'is being deleted',
      { metadata: { deletionTimestamp: 'now' }, spec: { replicas: 1 }, status: { readyReplicas: 1 } },
      'DELETED',
    ],
    ['is ready', { spec: { replicas: 2 }, status: { readyReplicas: 2, ...progressing('True') } }, 'CREATED'],
    ['is partly ready', { spec: { replicas: 2 }, status: { readyReplicas: 1, ...progressing('True') } }, 'UPDATING'],
    ['is stuck', { spec: { replicas: 2 }, status: { readyReplicas: 1, ...progressing('False') } }, 'INITIATED'],
    ['is new', { spec: {} }, 'INITIATED'],
    ['has no numbers', { spec: {}, status: { readyReplicas: 1 } }, 'CREATED'],
    [
      'was scaled to zero',
      { metadata: { generation: 2 }, spec: { replicas: 0 }, status: { observedGeneration: 2 } },
      'CREATED',
    ],
    [
      'is getting there',
      { metadata: { generation: 2 }, spec: { replicas: 0 }, status: { observedGeneration: 1, replicas: 1 } },
      'INITIATED',
    ],
  ])('that %s', (_, object, status) => {
    expect(objectStatus(object)).toBe(status);
  });

  const health = { healthy: true, reason: 'Healthy', at: 1 };
  const before = { state: 'verified', batch_id: 'b', index: 0, since: 1 } as const;
  test.each([
    [undefined, 'INITIATED'],
    [{ state: 'changing' }, 'INITIATED'],
    [{ state: 'changing', before }, 'UPDATING'],
    [{ state: 'changing', before: { ...before, state: 'deleted' } }, 'INITIATED'],
    [{ state: 'verified' }, 'CREATED'],
    [{ state: 'restored' }, 'CREATED'],
    [{ state: 'failed' }, 'INITIATED'],
    [{ state: 'unknown', health }, 'CREATED'],
    [{ state: 'deleted', health }, 'DELETED'],
  ] as const)('with %j recorded', (now, status) => {
    expect(recordedObjectStatus(now)).toBe(status);
  });
});

describe('where requests go', () => {
  const real = { simulated: false, account: 'acme' };
  const two = { ...ownCatalogue.clusters, 'us-1': { simulated: true } };
  test.each([
    ['the only place', {}, { environment: 'dev', infrastructure: 'eu-1', pillar: 'requests' }],
    [
      'the named place',
      { clusters: two, requests: { environment: 'prod', infrastructure: 'us-1', pillar: 'web' } },
      { environment: 'prod', infrastructure: 'us-1', pillar: 'web' },
    ],
    [
      'the place that its environment allows',
      { clusters: two, environments: { dev: { infrastructures: ['us-1'] } } },
      { environment: 'dev', infrastructure: 'us-1', pillar: 'requests' },
    ],
    [
      'next to pipelines only on request',
      { harness: real, requests: {} },
      { environment: 'dev', infrastructure: 'eu-1', pillar: 'requests' },
    ],
    ['nowhere next to pipelines', { harness: real }, undefined],
    ['nowhere with several environments', { environments: { dev: {}, prod: {} } }, undefined],
    ['nowhere without one', { environments: undefined }, undefined],
    ['nowhere with several clusters', { clusters: two }, undefined],
  ])('%s', (_, more, place) => {
    // biome-ignore lint/suspicious/noExplicitAny: what is absent is undefined here
    expect(requestPlace({ ...ownCatalogue, ...more } as any)).toEqual(
      place ?? { problem: expect.stringContaining('requests: {') },
    );
  });

  test.each([
    ['team-a', {}, undefined],
    ['kube-system', {}, 'belongs to Kubernetes itself'],
    ['team-a', { namespaces: ['team-a'] }, undefined],
    ['team-b', { namespaces: ['team-a'] }, 'is not one of the allowed namespaces: team-a'],
  ])('the namespace %s if %j', (namespace, requests, problem) => {
    expect(namespaceProblem({ ...ownCatalogue, requests }, namespace)).toBe(problem);
  });
});
