import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { describeIssue } from '../../../lib/domain/batch/issues.ts';
import { objectTitle } from '../../../lib/domain/manifests/manifest-object.ts';
import { manifestLimits, parseManifests } from '../../../lib/domain/manifests/parse-manifests.ts';
import { fileComment } from '../../../lib/domain/manifests/split-manifests.ts';
import { objectsOf, shop } from './texts.ts';

const problems = (text: string): string[] =>
  parseManifests(text).issues.map(
    (issue) => `${describeIssue(issue)}${issue.object === undefined ? '' : ` in ${issue.object}`}`,
  );

const map = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n';

test('reads the documents of a text as objects, with the line of each', () => {
  expect(objectsOf(shop).map(({ object, line }) => `${line} ${objectTitle(object)}`)).toEqual([
    '1 Service web',
    '7 Deployment web',
    '23 Job migrate',
    '32 Namespace shop',
  ]);
});

test('distinguishes files, and counts lines in each', () => {
  const text = `${fileComment('k8s/a.yaml')}\n---\n${map}---\n${fileComment('k8s/b.json')}\n{\n\t"apiVersion": "v1",\n\t"kind": "ConfigMap",\n\t"metadata": {"name": "b", "labels": {"a": 1}}\n}\n`;
  expect(parseManifests(text).objects.map(({ file, line }) => [file, line])).toEqual([
    ['k8s/a.yaml', 2],
    ['k8s/b.json', 1],
  ]);
  expect(problems(text)).toEqual(['k8s/b.json:4:44 metadata.labels.a: 1 is not a string (write "1") in ConfigMap b']);
});

test('reads each member of a kubectl list as its own object', () => {
  const text =
    'apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: a}\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {}\n';
  expect(parseManifests(text).objects.map(({ line }) => line)).toEqual([4, 7]);
  expect(problems(text)).toEqual(['9:13 metadata.name: is missing (for example web) in ConfigMap (no name)']);
});

test('finds a problem inside an object by its path', () => {
  const deployment = objectsOf(shop)[1]!;
  expect(deployment.placeOf(['spec', 'template', 'spec', 'containers', 1, 'image'])).toEqual({ line: 21, column: 11 });
  expect(deployment.placeOf(['spec', 'replicas']).line).toBe(13);
});

describe('reports every problem at once', () => {
  it.each([
    ['no YAML', 'kind: [a\n---\nkind: {', ['1:9', '3:8']],
    ['nothing', '\n---\n# nothing\n---\n', ['1:1 has no objects']],
    ['a text', 'hello', ['1:1 is not a Kubernetes object; write a mapping with apiVersion, kind and metadata']],
    [
      'no kind',
      'metadata: {name: a}',
      ['1:1 apiVersion: is missing (for example apps/v1)', '1:1 kind: is missing (for example Deployment)'],
    ],
    [
      'no name',
      'apiVersion: v1\nkind: ConfigMap',
      ['1:1 metadata.name: is missing (for example web) in ConfigMap (no name)'],
    ],
    [
      'another name each time',
      'apiVersion: v1\nkind: Pod\nmetadata: {generateName: a-}',
      [
        '3:26 metadata.generateName: creates a new object at each deployment, which nothing could find again (give metadata.name) in Pod (no name)',
      ],
    ],
    ['names that lead elsewhere', `${map.replace('name: a', 'name: ../x, namespace: a/b')}`, ['3:18', '3:35']],
    ['a version that leads elsewhere', map.replace('v1', 'apps/v1/../x'), ['1:13']],
    [
      'duplicate keys',
      `${map}data: {a: x, a: z}`,
      ['4:14 data.a: this key is written twice in the same mapping (remove one of the two)'],
    ],
    [
      'duplicate objects',
      `${map}---\n${map}`,
      ['5:1 appears twice: first at line 1 (remove one of the two) in ConfigMap a'],
    ],
    [
      'duplicate objects of two versions',
      `${map.replace('v1', 'apps/v1')}---\n${map.replace('v1', 'apps/v1beta1')}`,
      ['5:1'],
    ],
    [
      'a boolean of YAML 1.1',
      `${map}data:\n  a: yes\n  b: "yes"\n  c: OFF`,
      [
        '5:6 data.a: yes is read as true by the Kubernetes tools (write true, or "yes" in quotes)',
        '7:6 data.c: OFF is read as false by the Kubernetes tools (write false, or "OFF" in quotes)',
      ],
    ],
    ['values that JSON does not have', `${map}a: .nan\nb: 12345678901234567890`, ['4:4', '5:4']],
    [
      'a hook that is not a Job',
      map.replace('name: a', 'name: a, annotations: {flotilla.dev/hook: during}'),
      ['3:54 metadata'],
    ],
    ['a tag', `${map}data: !!binary aGk=`, ['4:16']],
  ])('%s', (_, text, expected) => {
    const found = problems(text);
    expect(found).toHaveLength(expected.length);
    for (const [at, begin] of expected.entries()) expect(found[at]?.startsWith(begin), found[at]).toBe(true);
  });

  it('an object over 1 MiB', () => {
    expect(problems(`${map}data: {a: "${'x'.repeat(manifestLimits.objectBytes)}"}`)).toEqual([
      '1:1 has 1048654 bytes; an object may have 1 MiB in ConfigMap a',
    ]);
  });

  it('too many objects', () => {
    const text = Array.from({ length: manifestLimits.objects + 1 }, (_, at) =>
      map.replace('name: a', `name: a${at}`),
    ).join('---\n');
    expect(problems(text)).toEqual(['1:1 has 1001 objects; 1000 are allowed']);
  });

  it('too much text', () => {
    expect(problems('x'.repeat(manifestLimits.bytes + 1))).toEqual(['1:1 has 4194305 bytes; 4 MiB are allowed']);
  });

  it('an alias bomb', () => {
    const lines = Array.from({ length: 7 }, (_, at) => `  l${at + 1}: &l${at + 1} [${`*l${at},`.repeat(9)}]`);
    const text = `${map}data:\n  l0: &l0 [${'"lol",'.repeat(9)}]\n${lines.join('\n')}\n`;
    expect(problems(text)).toEqual(['1:1 too many values with all aliases and merge keys expanded']);
  });
});

describe('reads values as the Kubernetes tools do', () => {
  it.each([
    ['mode: 0644', { mode: 420 }],
    ['mode: 0o644', { mode: 420 }],
    ['a: &x {k: v}\nb: *x', { a: { k: 'v' }, b: { k: 'v' } }],
    ['a: &x {k: v}\nb: {<<: *x, l: w}', { a: { k: 'v' }, b: { k: 'v', l: 'w' } }],
    ['d: 2001-01-01', { d: '2001-01-01' }],
    ['text: |\n  ---x\n  yes', { text: '---x\nyes\n' }],
    ['n: null', { n: null }],
  ])('%s', (text, expected) => {
    expect(objectsOf(`${map}${text}`)[0]!.object).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'a' },
      ...expected,
    });
  });
});

const json = fc
  .jsonValue({ maxDepth: 3 })
  .filter((value) => !/"(?:__proto__|<<)":|[0-9]{16}/.test(JSON.stringify(value)));

test('reads any JSON back unchanged', () => {
  fc.assert(
    fc.property(fc.array(json, { minLength: 1, maxLength: 5 }), (values) => {
      const objects = values.map((value, at) => ({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: `a${at}` },
        data: JSON.parse(JSON.stringify(value)),
      }));
      const read = objectsOf(objects.map((object) => JSON.stringify(object)).join('\n---\n'));
      expect(read.map(({ object }) => object)).toEqual(objects);
    }),
  );
});

test('no text makes it throw', () => {
  const part = fc.constantFrom(
    '---',
    '\n',
    'kind: ',
    'List',
    'items:',
    '- ',
    '{',
    '}',
    '[',
    ']',
    '&a',
    '*a',
    '<<: ',
    '"',
    "'",
    '|',
    '# file: x',
    '\t',
    'metadata: ',
    'yes',
    '0644',
    '\u{FEFF}',
    '...',
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 30 }), (parts) => {
      const { issues, objects } = parseManifests(parts.join(''));
      expect(issues.length + objects.length).toBeGreaterThan(0);
    }),
  );
});
