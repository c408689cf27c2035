import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { JsonObject } from '../../../lib/domain/json.ts';
import { maskedObject } from '../../../lib/domain/manifests/masked-object.ts';
import { objectDifference } from '../../../lib/domain/manifests/object-difference.ts';

describe('shows an object', () => {
  it.each<readonly [string, JsonObject, JsonObject]>([
    [
      'without the data of a Secret',
      { kind: 'Secret', type: 'Opaque', data: { tls: 'aGk=' }, stringData: { a: 'b' } },
      { kind: 'Secret', type: 'Opaque', data: { tls: '***' }, stringData: { a: '***' } },
    ],
    [
      'with its references to a Secret',
      { secretName: 'web-tls', secretKeyRef: { name: 'db', key: 'password' } },
      { secretName: 'web-tls', secretKeyRef: { name: 'db', key: 'password' } },
    ],
    [
      'without a password in a variable',
      {
        env: [
          { name: 'DB_PASSWORD', value: 'k7abc' },
          { name: 'MODE', value: 'fast' },
        ],
      },
      {
        env: [
          { name: 'DB_PASSWORD', value: '***' },
          { name: 'MODE', value: 'fast' },
        ],
      },
    ],
    [
      'with a value from elsewhere',
      { env: [{ name: 'DB_PASSWORD', value: '$(PASSWORD)' }] },
      { env: [{ name: 'DB_PASSWORD', value: '$(PASSWORD)' }] },
    ],
    [
      'without a password in a ConfigMap',
      { kind: 'ConfigMap', data: { 'db.password': 'k7abc', ini: 'user=a\npassword=k7abc\n' } },
      { kind: 'ConfigMap', data: { 'db.password': '***', ini: 'user=a\npassword=***\n' } },
    ],
    [
      'without a password in an argument',
      { args: ['--api-key', 'k7abc', '--token=k7abc', '--port', '80'] },
      { args: ['--api-key', '***', '--token=***', '--port', '80'] },
    ],
    [
      "without kubectl's copy of it",
      { metadata: { name: 'a', annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{"data":{}}' } } },
      { metadata: { name: 'a', annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '***' } } },
    ],
  ])('%s', (_, object, shown) => {
    expect(maskedObject(object)).toEqual(shown);
  });
});

describe('two states of an object', () => {
  const before = {
    metadata: { name: 'a', resourceVersion: '1', annotations: { 'flotilla.dev/batch': 'x', note: 'old' } },
    spec: {
      replicas: 1,
      template: {
        containers: [
          { name: 'web', image: 'a:1' },
          { name: 'proxy', image: 'p:1' },
        ],
        args: ['x', 'y'],
      },
    },
    status: { replicas: 1 },
  };
  const after = {
    metadata: { name: 'a', resourceVersion: '2', annotations: { 'flotilla.dev/batch': 'y', 'example.com/b': 'new' } },
    spec: {
      replicas: 1,
      template: {
        containers: [
          { name: 'proxy', image: 'p:1' },
          { name: 'web', image: 'a:2', tty: true },
        ],
        args: ['x', 'z', 'w'],
      },
    },
    status: { replicas: 2 },
  };

  it('differ in these fields', () => {
    expect(objectDifference(before, after)).toEqual([
      { path: 'metadata.annotations["example.com/b"]', after: 'new' },
      { path: 'metadata.annotations.note', before: 'old' },
      { path: 'spec.template.args[2]', before: 'y', after: 'z' },
      { path: 'spec.template.args[3]', after: 'w' },
      { path: 'spec.template.containers[web].image', before: 'a:1', after: 'a:2' },
      { path: 'spec.template.containers[web].tty', after: true },
    ]);
  });

  it.each<readonly [string, JsonObject, JsonObject]>([
    ['null and absent', { a: null }, {}],
    ['absent and an empty mapping', { a: { b: {} } }, { a: {} }],
    ['keys in another order', { a: { x: 1, y: 2 } }, { a: { y: 2, x: 1 } }],
  ])('are the same: %s', (_, one, other) => {
    expect(objectDifference(one, other)).toEqual([]);
  });
});

test('a state does not differ from itself, and two states differ in the same paths both ways', () => {
  const object = fc.dictionary(
    fc.constantFrom('spec', 'data', 'x'),
    fc.jsonValue({ maxDepth: 3 }),
  ) as fc.Arbitrary<JsonObject>;
  fc.assert(
    fc.property(object, object, (one, other) => {
      expect(objectDifference(one, one)).toEqual([]);
      const paths = (a: JsonObject, b: JsonObject) => objectDifference(a, b).map(({ path }) => path);
      expect(paths(one, other)).toEqual(paths(other, one));
    }),
  );
});
