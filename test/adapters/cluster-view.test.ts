import { expect, test } from 'vitest';
import { isWanted, listingsOf } from '../../lib/adapters/cluster-view.ts';
import type { Workload } from '../../lib/domain/plan/plan.ts';

/** What is kept of a list. The observer's memory depends on it. */

const workload = (kind: Workload['kind'], namespace: string): Workload => ({
  kind,
  namespace,
  name: `${kind}-${namespace}`,
});

test('keeps the objects of a list that have its kind and namespace and were asked for', () => {
  const kinds = ['deployment', 'cronjob', 'job', 'pod', 'statefulset'] as const;
  const workloads = ['one', 'two'].flatMap((namespace) => kinds.map((kind) => workload(kind, namespace)));
  const listings = listingsOf(workloads).flat();
  const names = listings.map(({ key, names }): [string, string[]] => [key, [...names]]);
  const expected = (namespace: string): [string, string[]][] => [
    [`${namespace}/deployments`, [`deployment-${namespace}`]],
    [`${namespace}/replicasets`, []],
    [`${namespace}/cronjobs`, [`cronjob-${namespace}`]],
    [`${namespace}/jobs`, [`job-${namespace}`]],
    [`${namespace}/statefulsets`, [`statefulset-${namespace}`]],
    [`${namespace}/controllerrevisions`, []],
    [`${namespace}/pods`, [`pod-${namespace}`]],
  ];
  expect(names.toSorted()).toEqual([...expected('one'), ...expected('two')].toSorted());
});

test.each([
  ['asked for by name', { name: 'web', uid: 'x' }, true],
  ['owned by what is kept', { name: 'web-1', uid: 'x', ownerReferences: [{ uid: 'a' }, { uid: 'kept' }] }, true],
  ['owned by something else', { name: 'web-1', uid: 'x', ownerReferences: [{ uid: 'a' }] }, false],
  ['nobody’s', { name: 'web-1', uid: 'x' }, false],
])('%s', (_, metadata, expected) => {
  const object = { kind: 'Pod', metadata } as unknown as Parameters<typeof isWanted>[0];
  expect(isWanted(object, new Set(['web']), new Set(['kept']))).toBe(expected);
});
