import { describe, expect, it, test } from 'vitest';
import type { JsonObject } from '../../../lib/domain/json.ts';
import { imageOnly } from '../../../lib/domain/manifests/image-only.ts';
import { inKindOrder } from '../../../lib/domain/manifests/kind-order.ts';
import { objectTitle } from '../../../lib/domain/manifests/manifest-object.ts';
import { type Marks, ownerLabel } from '../../../lib/domain/manifests/marks.ts';
import { type RenderedManifests, renderManifests } from '../../../lib/domain/manifests/render-manifests.ts';
import { setImage } from '../../../lib/domain/manifests/set-image.ts';
import type { Workload } from '../../../lib/domain/plan/plan.ts';
import { podSpecOf } from '../../../lib/domain/rollout/pod-template.ts';
import { objectsOf, shop, web } from './texts.ts';

const target = 'prod/eu-1/shop/web';
const owner = { target, workload: 'shop/deployment/web' };
const marks: Marks = { ...owner, batch: '01J', attempt: '01J-0-1', fence: 1_700_000_000_000 };
const workload: Workload = { ...web, image: 'registry.example/shop/web' };

const render = (text: string, more: Partial<Workload> = {}, version = '2.4.0'): RenderedManifests => {
  const rendered = renderManifests({ objects: objectsOf(text), workload: { ...workload, ...more }, version, marks });
  if ('issues' in rendered) throw new Error(rendered.issues.map(({ message }) => message).join('\n'));
  return rendered;
};

const imagesIn = (object: JsonObject) =>
  (podSpecOf(web, object).containers as JsonObject[]).map(({ name, image }) => `${name} ${image}`);

test('sorts objects by what they need, with hooks separate', () => {
  const { objects, before, after } = render(shop);
  expect(objects.map(({ object }) => objectTitle(object))).toEqual([
    'Namespace shop',
    'Service shop/web',
    'Deployment shop/web',
  ]);
  expect(before.map(({ object }) => objectTitle(object))).toEqual(['Job shop/migrate']);
  expect(after).toEqual([]);
});

test('sets the version of the workload only, and keeps everything else', () => {
  const main = render(shop).objects.find(({ isWorkload }) => isWorkload)!;
  expect(imagesIn(main.object)).toEqual(['web registry.example/shop/web:2.4.0', 'proxy registry.example/proxy:1']);
  expect(main.line).toBe(7);
});

test('marks the metadata of every object, and nothing below it', () => {
  const { objects, before } = render(shop);
  for (const { object } of [...objects, ...before]) {
    const metadata = object.metadata as Record<string, JsonObject>;
    expect(metadata.labels).toMatchObject({
      'app.kubernetes.io/managed-by': 'flotilla',
      'flotilla.dev/target': ownerLabel(owner),
    });
    expect(metadata.annotations).toMatchObject({
      'flotilla.dev/target': target,
      'flotilla.dev/workload': 'shop/deployment/web',
      'flotilla.dev/batch': '01J',
      'flotilla.dev/attempt': '01J-0-1',
      'flotilla.dev/fence': '1700000000000',
    });
    expect(JSON.stringify(object.spec ?? {})).not.toContain('flotilla.dev');
  }
  expect(ownerLabel(owner)).toMatch(/^[0-9a-f]{40}$/);
});

test('leaves out what a server wrote', () => {
  const text = shop.replace(
    '  labels: {app: web}',
    '  resourceVersion: "7"\n  uid: x\n  creationTimestamp: null\n  managedFields: []\n  annotations: {kubectl.kubernetes.io/last-applied-configuration: "{}"}',
  );
  const main = render(`${text}`).objects.find(({ isWorkload }) => isWorkload)!;
  expect(Object.keys(main.object.metadata as JsonObject).sort()).toEqual([
    'annotations',
    'labels',
    'name',
    'namespace',
  ]);
  expect(JSON.stringify(main.object)).not.toContain('last-applied');
});

test('gives a kind no namespace if the server says so', () => {
  const text = `${shop}---\napiVersion: example.com/v1\nkind: Fleet\nmetadata: {name: f}\n`;
  const isNamespaced = (_: string, kind: string) => !['Fleet', 'Namespace'].includes(kind);
  const rendered = renderManifests({ objects: objectsOf(text), workload, version: '1', marks, isNamespaced });
  expect('objects' in rendered && rendered.objects.map(({ object }) => objectTitle(object))).toContain('Fleet f');
});

describe('refuses manifests', () => {
  it.each([
    [
      'without the service',
      shop,
      { name: 'api' },
      'the deployment shop/api is not among the objects: Service web, Deployment web, Job migrate, Namespace shop',
    ],
    [
      'in another namespace',
      shop.replace('  name: web\n', '  name: web\n  namespace: other\n'),
      {},
      'the deployment shop/web is not among the objects: Service web, Deployment other/web, Job migrate, Namespace shop',
    ],
    [
      'without the container',
      shop,
      { container: 'app', image: 'registry.example/else' },
      'has no container app; it has web (registry.example/shop/web:old), proxy (registry.example/proxy:1)',
    ],
    [
      'with a duplicate object once its namespace is known',
      `${shop}---\napiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}`,
      {},
      'appears twice: first at line 1',
    ],
  ])('%s', (_, text, more, message) => {
    const rendered = renderManifests({
      objects: objectsOf(text),
      workload: { ...workload, ...more },
      version: '1',
      marks,
    });
    expect(rendered).toMatchObject({ issues: [{ message }] });
  });
});

const podOf = (...containers: readonly JsonObject[]): JsonObject => ({ spec: { template: { spec: { containers } } } });
const a = { name: 'a', image: 'r.example/a:1' };
const b = { name: 'b', image: 'r.example/b@sha256:x' };
const digest = `sha256:${'a'.repeat(64)}`;

describe('the version goes', () => {
  it.each<readonly [string, JsonObject, Partial<Workload>, string, readonly string[]]>([
    [
      'into the container with the image',
      podOf(a, b),
      { image: 'r.example/b' },
      '2',
      ['r.example/a:1', 'r.example/b:2'],
    ],
    ['into the one that is named', podOf(a, b), { container: 'b' }, '2', ['r.example/a:1', 'r.example/b:2']],
    [
      'into the one that is named, with the image in the catalogue',
      podOf(a, b),
      { container: 'b', image: 'r.example/c' },
      '2',
      ['r.example/a:1', 'r.example/c:2'],
    ],
    ['into the only one', podOf(a), {}, digest, [`r.example/a@${digest}`]],
    [
      'into the only one, with the image in the catalogue',
      podOf({ name: 'a' }),
      { image: 'r.example:5000/a' },
      `2@${digest}`,
      [`r.example:5000/a:2@${digest}`],
    ],
    [
      'as the manifest spells it',
      podOf({ name: 'a', image: 'nginx' }),
      { image: 'docker.io/library/nginx' },
      '2',
      ['nginx:2'],
    ],
  ])('%s', (_, object, more, version, images) => {
    const set = setImage(object, { workload: { ...web, ...more }, version });
    expect('object' in set && podSpecOf(web, set.object).containers).toMatchObject(images.map((image) => ({ image })));
  });

  it.each<readonly [string, JsonObject, Partial<Workload>, RegExp]>([
    ['several containers and no name', podOf(a, b), {}, /several containers/],
    [
      'no container with the image',
      podOf(a, b),
      { image: 'r.example/c' },
      /no container with the image r\.example\/c; it has a \(r/,
    ],
    ['a container without an image', podOf({ name: 'a' }), {}, /has no image/],
    ['no containers', podOf(), {}, /no container for the version/],
  ])('nowhere: %s', (_, object, more, problem) => {
    expect(setImage(object, { workload: { ...web, ...more }, version: '2' })).toMatchObject({
      problem: expect.stringMatching(problem),
    });
  });

  it.each(['cronjob', 'pod', 'job', 'statefulset'] as const)('into a %s', (kind) => {
    const spec = { containers: [a] };
    const object: JsonObject = {
      cronjob: { spec: { jobTemplate: { spec: { template: { spec } } } } },
      pod: { spec },
      job: podOf(a),
      statefulset: podOf(a),
    }[kind];
    const set = setImage(object, { workload: { ...web, kind }, version: '2' });
    expect('object' in set && podSpecOf({ kind }, set.object)).toEqual({
      containers: [{ ...a, image: 'r.example/a:2' }],
    });
  });

  it('nowhere in objects that have no image', () => {
    expect(setImage({ spec: {} }, { workload: { ...web, kind: 'certificate' }, version: '2' })).toEqual({
      object: { spec: {} },
      containers: [],
    });
  });
});

describe('the image alone', () => {
  const live = objectsOf(shop)[1]!.object;

  it('is applied with the identity and our marks, and nothing else', () => {
    const made = imageOnly({ live, workload, version: '2', marks });
    expect(made).toEqual({
      object: {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: {
          name: 'web',
          namespace: 'shop',
          labels: { 'flotilla.dev/target': ownerLabel(owner) },
          annotations: expect.anything(),
        },
        spec: { template: { spec: { containers: [{ name: 'web', image: 'registry.example/shop/web:2' }] } } },
      },
    });
  });

  it('is applied with all containers for kinds with atomic lists', () => {
    const rollout = { ...live, apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout' };
    const made = imageOnly({ live: rollout, workload: { ...workload, kind: 'rollout' }, version: '2', marks });
    expect('object' in made && imagesIn(made.object)).toEqual([
      'web registry.example/shop/web:2',
      'proxy registry.example/proxy:1',
    ]);
  });

  it('has a problem if the container is unknown', () => {
    expect(imageOnly({ live, workload: web, version: '2', marks })).toMatchObject({
      problem: expect.stringContaining('several containers'),
    });
  });
});

test('unknown kinds come after those they may need, and before webhooks and policies', () => {
  const kinds = [
    'ValidatingWebhookConfiguration',
    'Widget',
    'Deployment',
    'Namespace',
    'CustomResourceDefinition',
    'ConfigMap',
  ];
  expect(inKindOrder(kinds.map((kind) => ({ object: { kind } }))).map(({ object }) => object.kind)).toEqual([
    'Namespace',
    'ConfigMap',
    'CustomResourceDefinition',
    'Deployment',
    'Widget',
    'ValidatingWebhookConfiguration',
  ]);
});
