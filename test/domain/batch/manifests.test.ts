import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { describeIssue } from '../../../lib/domain/batch/issues.ts';
import { parseBatch } from '../../../lib/domain/batch/parse-batch.ts';
import { writeBatch } from '../../../lib/domain/batch/write-batch.ts';
import type { Catalogue, KubernetesPolicy, ServiceEntry } from '../../../lib/domain/catalogue/catalogue.ts';
import { planBatch } from '../../../lib/domain/plan/plan-batch.ts';
import type { Strategy, Traffic } from '../../../lib/domain/strategy/strategy.ts';
import { shop } from '../manifests/texts.ts';
import { batchOf, issuesOf, simulated } from './reading.ts';

const policy: KubernetesPolicy = { cluster_scoped: ['Namespace'] };
const entry: ServiceEntry = { kind: 'deployment', name: 'web', namespace: 'shop', container: 'web' };

/** Leaves out what two deployments would share. */
const own = shop.slice(0, shop.lastIndexOf('---'));

/** A catalogue with one service and the rules of its environment. */
const catalogueOf = (service: Partial<ServiceEntry> = {}, allowed: KubernetesPolicy = policy): Catalogue => ({
  ...simulated,
  services: { shared: { web: { ...entry, ...service }, api: { kind: 'deployment', name: 'api' } } },
  environments: { staging: { kubernetes: allowed } },
});

const head = `version: v1.0
defaults: { environment_id: staging, infrastructure_id: cluster-eu-1, docker_artifact_type: docker, executor: kubernetes }
deployments:
  - pillar: shared
    service_name: web
    docker_image_version: "2.4.0"
`;

const inBlock = (text: string, mark = '|'): string =>
  `${head}    manifests: ${mark}\n${text.replace(/^(?=.)/gm, '      ')}`;
const problems = (text: string, catalogue = catalogueOf()): string[] => issuesOf(text, catalogue).map(describeIssue);

const movedBy = (traffic: Traffic): Strategy => ({
  ...{ kind: 'canary', traffic, steps: [100], step_seconds: 1, checks: [], proceed: 'person', proven_seconds: 1 },
});

test.each<[string, Traffic, string, string[]]>([
  [
    'the Service is not among the objects',
    { by: 'service', service: 'other' },
    '',
    ['there is no Service other in its manifests'],
  ],
  ['the Service selects no pods', { by: 'service', service: 'web' }, '', ['the Service web has no selector']],
  ['nothing is needed, because pods share the traffic', { by: 'replicas' }, '', []],
  ['it takes no steps', { by: 'service', service: 'other' }, '    at_once: true\n', []],
])('the plan checks the traffic of its steps: %s', (_, traffic, more, told) => {
  const text = `${inBlock(shop)}\n${more}`;
  const parsed = parseBatch(text, catalogueOf({ kubernetes: { strategy: movedBy(traffic) } }));
  const issues = 'issues' in parsed ? parsed.issues.map(describeIssue) : [];
  expect(issues).toEqual(told.map((one) => expect.stringContaining(one)));
});

describe('manifests of an item', () => {
  it('are a block scalar: the batch has the name of the text, and the text is stored', () => {
    const parsed = parseBatch(inBlock(shop), catalogueOf());
    if ('issues' in parsed) throw new Error(JSON.stringify(parsed.issues));
    const [deployment] = parsed.batch.deployments;
    const sha256 = deployment!.manifests!.sha256!;
    expect(deployment).toMatchObject({
      executor: 'kubernetes',
      manifests: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
    expect([...parsed.manifests.keys()]).toEqual([sha256]);
    expect(parsed.manifests.get(sha256)).toMatchObject({ text: shop });
    expect(JSON.stringify(parsed.batch)).not.toContain('apiVersion');
  });

  it.each([
    ['{s3: "s3://bucket/web.yaml"}', { s3: 's3://bucket/web.yaml' }],
    ['{git: https://git.example/shop, ref: main}', { git: 'https://git.example/shop', ref: 'main' }],
    [
      '{git: https://git.example/shop, ref: v1, path: deploy/web}',
      { git: 'https://git.example/shop', ref: 'v1', path: 'deploy/web' },
    ],
  ])('are elsewhere: %s', (written, from) => {
    const { deployments } = batchOf(`${head}    manifests: ${written}\n`, catalogueOf());
    expect(deployments[0]!.manifests).toEqual({ from });
  });

  it('default to the manifests of the service, and the item wins', () => {
    const catalogue = catalogueOf({ kubernetes: { manifests: { text: shop }, prune: true } });
    const own = batchOf(inBlock(shop.replace('port: 80', 'port: 81')), catalogue).deployments[0]!.manifests;
    const usual = batchOf(head, catalogue).deployments[0]!.manifests;
    expect(usual).toMatchObject({ sha256: expect.any(String) });
    expect(own).not.toEqual(usual);
  });

  it('are part of the plan', () => {
    const hashOf = (text: string) => planBatch(batchOf(text, catalogueOf()), catalogueOf()).plan_hash;
    expect(hashOf(inBlock(shop))).toBe(hashOf(inBlock(shop)));
    expect(hashOf(inBlock(shop))).not.toBe(hashOf(inBlock(shop.replace('port: 80', 'port: 81'))));
    expect(hashOf(inBlock(shop))).not.toBe(hashOf(head));
  });
});

describe('warns about an image that the configuration replaces', () => {
  const by = 'the container web gets the configured image registry.example/shop/web instead of';
  it.each([
    [
      'of another registry',
      'other.example/shop/web',
      [`line 26 Deployment web spec.template.spec.containers[1].image: ${by} other.example/shop/web`],
    ],
    ['the same, written differently', 'registry.example/shop/web@sha256:0', []],
    ['none written', '', []],
  ])('%s', (_, written, expected) => {
    const image = 'image: registry.example/shop/web:old\n        - name: proxy';
    const text = shop.replace(image, `${written === '' ? 'args: []' : `image: ${written}`}\n        - name: proxy`);
    const parsed = parseBatch(inBlock(text), catalogueOf({ image: 'registry.example/shop/web' }));
    if ('issues' in parsed) throw new Error(JSON.stringify(parsed.issues));
    const told = parsed.warnings.filter((one) => one.includes('the configured image'));
    expect(told.map((one) => one.replace(/ \(.*\)$/, ''))).toEqual(expected.map((one) => `shared/web: ${one}`));
  });
});

describe('where the catalogue does not say what a service is', () => {
  const { services: _, ...rest } = catalogueOf();
  const open: Catalogue = rest;
  const other = shop
    .replace('  name: web\n', '  name: shop-web\n')
    .replace('    spec:\n      containers:', '    spec:\n      containers:');
  const oneContainer = (text: string) => text.replace(/ {8}- name: proxy\n.*\n/, '');

  it.each([
    ['the object with its name', shop, 'web'],
    ['the only one', other, 'shop-web'],
  ])('it is %s', (_what, text, name) => {
    const { deployments } = batchOf(inBlock(oneContainer(text)), open);
    expect(deployments[0]!.workload).toEqual({ kind: 'deployment', name, namespace: 'shared' });
    expect(planBatch(batchOf(inBlock(oneContainer(text)), open), open).deployments[0]!.workload.name).toBe(name);
  });

  it.each([
    [
      'several',
      `${other}---\n${other.split('---\n')[1]!.replace('shop-web', 'shop-api')}`,
      /it is not clear which of them is the service web: Deployment shop-web, Deployment shop-api/,
    ],
    [
      'none',
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n',
      /contain no object whose rollout can be verified/,
    ],
  ])('it is an error with %s', (_what, text, message) => {
    expect(problems(inBlock(text), open)).toEqual([expect.stringMatching(message)]);
  });

  it('its namespace comes from the infrastructure, else it is the one that the environment allows', () => {
    const place = 'metadata: {name: web, namespace: kube-system}';
    const text = `apiVersion: apps/v1
kind: Deployment
${place}
spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: a, image: r.example/a}]}}}
---
apiVersion: v1
kind: ConfigMap
${place}
`;
    const refused = /the namespace kube-system is not the service namespace shared, and staging does not allow it/;
    expect(problems(inBlock(text), open)).toEqual([expect.stringMatching(refused), expect.stringMatching(refused)]);
    const allowed: Catalogue = { ...open, environments: { staging: { kubernetes: { namespaces: ['kube-system'] } } } };
    expect(batchOf(inBlock(text), allowed).deployments[0]!.workload?.namespace).toBe('kube-system');
  });
});

describe('refuses a batch, with the place of each problem', () => {
  it.each<readonly [string, string, readonly (string | RegExp)[]]>([
    [
      'in a block scalar, by the line of the batch',
      inBlock(`${shop}---\nkind: ConfigMap\nmetadata: {}\n`),
      [
        '43:7 deployments[1].manifests["ConfigMap (no name): apiVersion"]: is missing (for example apps/v1)',
        '44:17 deployments[1].manifests["ConfigMap (no name): metadata.name"]: is missing (for example web)',
      ],
    ],
    [
      'in a folded or quoted text, by the line of the text',
      `${head}    manifests: "kind: [a"`,
      [/^7:16 deployments\[1\]\.manifests\["line 1"\]: a `\[` is not closed/],
    ],
    [
      'in a file, by file and line',
      `${head}    manifests: ${JSON.stringify('# file: k8s/a.yaml\nkind: ConfigMap\nmetadata: {name: a}\n')}`,
      [/^7:16 .*: k8s\/a\.yaml:1: is missing \(for example apps\/v1\)$/],
    ],
    [
      'a path works on the command line',
      `${head}    manifests: {path: k8s/}`,
      [/^7:16 deployments\[1\]\.manifests: path only works on the command line/],
    ],
    ['an object instead of its text', `${head}    manifests: {kind: Deployment}`, [/write `manifests: \|` above it/]],
    ['a list', `${head}    manifests: [a]`, [/neither text nor a source/]],
    ['nothing', `${head}    manifests:\n`, [/neither text nor a source/]],
    ['an empty text', `${head}    manifests: ""\n`, [/has no objects/]],
    ['no source', `${head}    manifests: {url: x}`, [/names no source/]],
    [
      'an invalid source',
      `${head}    manifests: {git: "http://u:p@git.example/x", path: ../y}`,
      [/manifests\.ref: is missing/, /is not a repository/, /is not a path/],
    ],
    ['no HTTPS', `${head}    manifests: {git: "http://git.example/x", ref: main}`, [/is not a repository/]],
    [
      'on Harness',
      `${head}    executor: harness\n    manifests: ${JSON.stringify(shop)}`,
      [/needs the executor kubernetes, but this deployment uses harness/],
    ],
    [
      'in a delete',
      `${head.replace('    docker_image_version: "2.4.0"\n', '    action: delete\n')}    manifests: ${JSON.stringify(shop)}`,
      [/a delete applies no manifests/],
    ],
    [
      'without the service',
      inBlock(shop.replace('  name: web\n', '  name: other\n')),
      [/the deployment shop\/web is not among the objects/],
    ],
    [
      'without its container',
      inBlock(shop.replace('- name: web', '- name: app')),
      [/^19:7 .*\["Deployment shop\/web: spec"\]: has no container web; it has app/],
    ],
    [
      'in another namespace',
      inBlock(
        shop.replace(
          'kind: Service\nmetadata: {name: web}',
          'kind: Service\nmetadata: {name: web, namespace: kube-system}',
        ),
      ),
      [
        /^10:29 .*the namespace kube-system is not the service namespace shop, and staging does not allow it \(environments: \{ staging: \{ kubernetes: \{ namespaces: \[kube-system\]/,
      ],
    ],
    [
      'without a namespace',
      inBlock(`${shop}---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: a}\n`),
      [/a ClusterRole has no namespace, and staging does not allow it/],
    ],
    [
      'Secret data in plain text',
      inBlock(`${shop}---\napiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: {k: aGk=}\nstringData: {l: x}\n`),
      [/\.manifests\["Secret a: data"\]: has Secret data in plain text/, /stringData/],
    ],
    [
      'two items with the same object',
      `${head}    manifests: &m ${JSON.stringify(shop)}\n  - {pillar: shared, service_name: api, docker_image_version: "1", manifests: *m}\n`,
      [
        /the deployment shared\/api is not among/,
        /Namespace shop.*is also applied by shared\/web of this batch; an object belongs to one deployment/,
      ],
    ],
    [
      'reports what is wrong in readable manifests together with those it cannot read',
      inBlock(
        `${shop}---\nkind: [a\n---\nkind: ConfigMap\nmetadata: {namespace: edge}\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: {k: aGk=}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: b}\nspec: {containers: [{name: a, image: r.example/a:1, securityContext: {fsGroup: 1}}]}\n`,
      ),
      [
        /^43:15 .*: a `\[` is not closed/,
        /^45:7 .*\["ConfigMap edge\/\(no name\): apiVersion"\]: is missing/,
        /^46:17 .*metadata.name"\]: is missing/,
        /^51:7 .*\["Secret a: data"\]: has Secret data in plain text/,
        /^56:[0-9]+ .*\[security-context-place\]/,
      ],
    ],
    [
      'checks rules that need no version when the version has nowhere to go',
      inBlock(shop.replace('- name: web', '- name: app')),
      [/has no container web/],
    ],
    [
      'a chart',
      head.replace('"2.4.0"', '"2.4.0"\n    docker_artifact_type: helm'),
      [
        /^7:27 deployments\[1\]\.docker_artifact_type: a helm chart must be rendered, but the executor kubernetes applies manifests as written/,
      ],
    ],
    [
      'a chart through the defaults',
      head.replace('docker_artifact_type: docker', 'docker_artifact_type: helm'),
      [/^6:27 deployments\[1\]\.docker_image_version: a helm chart must be rendered/],
    ],
  ])('%s', (_, text, expected) => {
    const found = problems(text);
    expect(found, found.join('\n')).toHaveLength(expected.length);
    for (const [at, one] of expected.entries()) {
      if (typeof one === 'string') expect(found[at]).toBe(one);
      else expect(found[at]).toMatch(one);
    }
  });

  it('a chart can be deleted, because deleting renders nothing', () => {
    const text = head.replace('docker_image_version: "2.4.0"', 'action: delete\n    docker_artifact_type: helm');
    expect(batchOf(text, catalogueOf()).deployments[0]).toMatchObject({ action: 'delete' });
  });

  it('accepts a Secret without data', () => {
    const { deployments } = batchOf(
      inBlock(`${shop}---\napiVersion: v1\nkind: Secret\nmetadata: {name: a}\ntype: Opaque\n`),
      catalogueOf(),
    );
    expect(deployments).toHaveLength(1);
  });

  it('accepts what the environment allows', () => {
    const text = inBlock(
      shop.replace('kind: Service\nmetadata: {name: web}', 'kind: Service\nmetadata: {name: web, namespace: edge}'),
    );
    expect(batchOf(text, catalogueOf({}, { ...policy, namespaces: ['edge'] })).deployments).toHaveLength(1);
  });

  it('reads a text that thousands of items share once, and limits what they apply together', () => {
    const many = own.replace(
      'apiVersion',
      `${Array.from(
        { length: 500 },
        (_, at) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a${at}}\n---\n`,
      ).join('')}apiVersion`,
    );
    const items = Array.from(
      { length: 150 },
      (_, at) => `  - {pillar: shared, service_name: s${at}, docker_image_version: "1", manifests: *m}\n`,
    );
    const services = Object.fromEntries(
      ['web', ...items.map((_, at) => `s${at}`)].map((name, at) => [name, { ...entry, namespace: `n${at}` }]),
    );
    const catalogue = { ...catalogueOf({}, { ...policy, namespaces: ['shop'] }), services: { shared: services } };
    const text = `${head}    manifests: &m ${JSON.stringify(many)}\n${items.join('')}`;
    expect(problems(text, catalogue)).toEqual([
      expect.stringMatching(/has more than 50000 objects, including earlier items/),
    ]);
  });
});

test('a batch with manifests, written out, reads as the same batch', () => {
  const catalogue: Catalogue = {
    ...catalogueOf(),
    services: {
      shared: { web: entry, api: { ...entry, namespace: 'edge' }, old: { kind: 'deployment', name: 'old' } },
    },
  };
  const texts = [own, own.replace('port: 80', 'port: 81'), own.replace('name: shop}', 'name: shöp"\\u2028}')].map(
    (text) => text.replace('shöp"\\u2028', 'shop'),
  );
  const manifests = fc.constantFrom<object | undefined>(
    ...texts.map((text) => ({ text })),
    { s3: 's3://bucket/a' },
    { git: 'https://git.example/a', ref: 'main' },
    undefined,
  );
  fc.assert(
    fc.property(fc.tuple(manifests, manifests, manifests), (drawn) => {
      const items = drawn.map((one, at) => ({
        ...{
          pillar: 'shared',
          service_name: ['web', 'api', 'old'][at],
          docker_image_version: '1',
          executor: 'kubernetes',
        },
        ...(one === undefined || (at === 2 && 'text' in one) ? {} : { manifests: 'text' in one ? one.text : one }),
      }));
      const text = JSON.stringify({
        version: 'v1.0',
        defaults: { environment_id: 'staging', infrastructure_id: 'cluster-eu-1', docker_artifact_type: 'docker' },
        deployments: items,
      });
      const parsed = parseBatch(text, catalogue);
      if ('issues' in parsed) throw new Error(JSON.stringify(parsed.issues));
      const known = new Map([...parsed.manifests].map(([sha256, one]) => [sha256, one.text]));
      const again = parseBatch(writeBatch({ ...parsed.batch, comments: [], texts: known }), catalogue);
      if ('issues' in again) throw new Error(JSON.stringify(again.issues));
      const withoutLines = (of: typeof parsed) => of.batch.deployments.map(({ line: _, ...one }) => one);
      expect(withoutLines(again)).toEqual(withoutLines(parsed));
      expect([...again.manifests.keys()].sort()).toEqual([...parsed.manifests.keys()].sort());
    }),
  );
});

test('the plan knows the pauses of an Argo Rollout', () => {
  const rollout = `apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  strategy: {canary: {steps: [{pause: {duration: 5m}}, {pause: {}}, {pause: {duration: 30}}]}}
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: "registry.example/web:1"}]}}
`;
  const catalogue = catalogueOf({ kind: 'rollout' });
  const [planned] = planBatch(batchOf(inBlock(rollout), catalogue), catalogue).deployments;
  expect(planned?.executor.settings.manifests).toMatchObject({ pause_seconds: 330 });
});
