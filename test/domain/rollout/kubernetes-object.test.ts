import { expect, it, test } from 'vitest';
import type { Json } from '../../../lib/domain/json.ts';
import {
  conditionOf,
  desiredReplicas,
  isDeleting,
  isOwnedBy,
  labelOf,
  listAt,
  nameOf,
  numberAt,
  objectAt,
  stringAt,
  valueAt,
} from '../../../lib/domain/rollout/kubernetes-object.ts';

const holder = {
  text: 'a',
  count: 3,
  flag: false,
  none: null,
  list: [{ a: 1 }, 'b', null, [2]],
  within: { deep: 'c' },
};

it.each<[read: (name: string) => unknown, values: readonly unknown[]]>([
  [(name) => valueAt(holder, name), ['a', 3, false, undefined, holder.list, holder.within, undefined, undefined]],
  [(name) => stringAt(holder, name), ['a', ...Array(7).fill(undefined)]],
  [(name) => numberAt(holder, name), [0, 3, 0, 0, 0, 0, 0, 0]],
  [(name) => listAt(holder, name), [[], [], [], [], [{ a: 1 }], [], [], []]],
  [(name) => objectAt(holder, name), [{}, {}, {}, {}, {}, holder.within, {}, {}]],
])('a missing value, or one of another type, is the zero value: %s', (read, values) => {
  const names = ['text', 'count', 'flag', 'none', 'list', 'within', 'absent', 'constructor'];
  expect(names.map(read)).toEqual(values);
});

test('a path through something that is not an object finds nothing', () => {
  expect(valueAt(holder, 'within', 'deep')).toBe('c');
  const others: readonly (Json | undefined)[] = [undefined, null, 'text', 7, [{ length: 1 }]];
  for (const other of others) expect(valueAt(other, 'length')).toBeUndefined();
});

test('reads names, labels, owners and conditions', () => {
  const object = {
    metadata: { name: 'p', labels: { app: 'x' }, ownerReferences: [{ uid: 'o1' }, { uid: 'o2' }] },
    status: { conditions: [{ type: 'Ready', status: 'False' }, { type: 'Other' }] },
  };
  expect([nameOf(object), nameOf({})]).toEqual(['p', '(no name)']);
  expect([labelOf(object, 'app'), labelOf(object, 'other')]).toEqual(['x', undefined]);
  expect(['o1', 'o2', 'o3', undefined].map((uid) => isOwnedBy(object, uid))).toEqual([true, true, false, false]);
  expect(isOwnedBy({ metadata: { ownerReferences: [{}] } }, undefined)).toBe(false);
  expect(conditionOf(object, 'Ready')).toEqual({ type: 'Ready', status: 'False' });
  expect(conditionOf(object, 'Absent')).toBeUndefined();
  expect([isDeleting(object), isDeleting({ metadata: { deletionTimestamp: 'x' } })]).toEqual([false, true]);
});

test('the API server defaults to one replica', () => {
  expect([{}, { spec: { replicas: 0 } }, { spec: { replicas: 4 } }].map(desiredReplicas)).toEqual([1, 0, 4]);
});
