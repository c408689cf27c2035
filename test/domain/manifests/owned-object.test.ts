import { expect, test } from 'vitest';
import type { JsonObject } from '../../../lib/domain/json.ts';
import { ownedObject } from '../../../lib/domain/manifests/owned-object.ts';

const live = (fieldsV1: JsonObject, rest: JsonObject): JsonObject => ({
  metadata: {
    managedFields: [
      { manager: 'flotilla', operation: 'Apply', fieldsV1 },
      { manager: 'x', operation: 'Update', fieldsV1: { 'f:spec': { 'f:theirs': {} } } },
    ],
  },
  ...rest,
});

test.each<[what: string, fields: JsonObject, rest: JsonObject, expected: JsonObject]>([
  ['fields', { 'f:spec': { 'f:replicas': {} } }, { spec: { replicas: 3, theirs: 1 } }, { spec: { replicas: 3 } }],
  [
    'members of a list whose key may have a default',
    { 'f:spec': { 'f:ports': { 'k:{"containerPort":8080,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {} } } } },
    { spec: { ports: [{ containerPort: 8080 }, { containerPort: 9090 }] } },
    { spec: { ports: [{ containerPort: 8080, protocol: 'TCP' }] } },
  ],
  [
    'values of a set',
    { 'f:spec': { 'f:finalizers': { 'v:"a"': {} } } },
    { spec: { finalizers: ['b', 'a'] } },
    { spec: { finalizers: ['a'] } },
  ],
  ['a value as a whole', { 'f:spec': { 'f:list': {} } }, { spec: { list: [1, 2] } }, { spec: { list: [1, 2] } }],
  ['nothing that is missing', { 'f:spec': { 'f:gone': {} } }, { spec: {} }, { spec: {} }],
])('which fields of an object are ours: %s', (_, fields, rest, expected) => {
  expect(ownedObject(live(fields, rest))).toEqual(expected);
});

test('nothing is ours in what we never applied', () => {
  expect(ownedObject({ metadata: {}, spec: {} })).toBeUndefined();
});
