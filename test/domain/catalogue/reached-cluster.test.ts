import { describe, expect, test } from 'vitest';
import { namesOfClusters } from '../../../lib/domain/catalogue/cluster-names.ts';
import { isKnown, noteReached } from '../../../lib/domain/catalogue/reached-cluster.ts';
import { mostLocks } from '../../../lib/domain/plan/lock-names.ts';
import type { ClusterRow } from '../../../lib/domain/record/cluster-row.ts';

const hour = 3_600_000;

/** What is kept of a cluster that was reached in these ways, in this order. */
const reachedBy = (...ways: readonly (readonly [name: string, ...identities: string[]])[]): ClusterRow =>
  ways.reduce<ClusterRow | undefined>(
    (before, [name, ...identities], at) =>
      noteReached(before, { cluster: 'eu', name, fingerprint: `${name} way` }, { identities, at }),
    undefined,
  )!;

/** The names of `eu`, next to `blue`, another name that leads to the cluster with the UID 1. */
const namesOf = (row: ClusterRow): readonly string[] => {
  const blue = { cluster: 'blue', fingerprint: 'any', names: ['blue'], identities: ['kube-system:1'], at: 0 };
  const clusters = { eu: { simulated: false, known_as: row.names[0]! }, blue: { simulated: false, known_as: 'blue' } };
  return namesOfClusters({ clusters }, [row, blue])('eu');
};

describe('the names of a cluster after its name leads another way', () => {
  test.each([
    ['to the same', ['a', 'kube-system:1'], ['b', 'kube-system:1'], ['b', 'blue', 'a']],
    ['to the same, known only by its address', ['a', 'https://a'], ['b', 'https://a'], ['b', 'a']],
    ['to another', ['a', 'kube-system:1', 'https://a'], ['b', 'kube-system:2', 'https://a'], ['b']],
    ['to another in EKS', ['a', 'arn:1', 'https://a'], ['b', 'arn:2', 'https://b'], ['b']],
    [
      'to one that does not identify itself: it may be the same',
      ['a', 'kube-system:1'],
      ['b', 'https://b'],
      ['b', 'blue', 'a'],
    ],
    ['from one that did not identify itself', ['a', 'https://a'], ['b', 'kube-system:1'], ['b', 'blue', 'a']],
  ] as const)('%s', (_, before, after, names) => expect(namesOf(reachedBy(before, after))).toEqual(names));

  test('twice, first to one that did not identify itself: each way is judged by itself', () => {
    const row = reachedBy(['a', 'kube-system:1'], ['b', 'https://b'], ['c', 'kube-system:2']);
    expect(row).toMatchObject({ names: ['c'], earlier: [{ names: ['b'] }] });
    expect(namesOf(row)).toEqual(['c', 'b']);
  });

  test('and back: it is surely the same', () => {
    const row = reachedBy(['a', 'https://a'], ['b', 'https://b'], ['a', 'https://a']);
    expect(row).toMatchObject({ names: ['a'], earlier: [{ names: ['b'] }] });
  });

  test('very often: some names are kept', () => {
    const row = reachedBy(...Array.from({ length: 30 }, (_, at) => [`a${at}`, `https://a${at}`] as const));
    expect(namesOf(row)).toHaveLength(mostLocks - 1);
    const same = reachedBy(...Array.from({ length: 30 }, (_, at) => [`a${at}`, 'https://a'] as const));
    expect(same.names).toHaveLength(mostLocks - 1);
  });
});

describe('the same way, asked again', () => {
  test.each([
    ['it can be identified', ['https://a'], ['kube-system:1', 'https://a'], ['kube-system:1', 'https://a']],
    ['it can no longer be identified', ['kube-system:1', 'https://a'], ['https://a'], ['https://a', 'kube-system:1']],
    ['it was rebuilt', ['kube-system:2', 'https://a'], ['kube-system:1', 'https://a'], ['kube-system:1', 'https://a']],
    ['it says nothing of what it said', ['arn:1'], ['https://a'], ['https://a', 'arn:1']],
  ] as const)('%s', (_, before, after, identities) => {
    const row = reachedBy(['a', ...before], ['a', ...after]);
    expect(row).toMatchObject({ identities, names: ['a'], at: 1 });
    expect(row.earlier).toBeUndefined();
  });
});

describe('the identity', () => {
  const row = (...identities: readonly string[]): ClusterRow => ({ ...reachedBy(['a', ...identities]), at: 0 });
  test.each([
    ['is a UID', row('kube-system:1'), 'a way', 100 * hour, true],
    ['is not asked for during the hour after a failure', row('arn:1', 'https://a'), 'a way', hour - 1, true],
    ['is asked for after that', row('arn:1', 'https://a'), 'a way', hour, false],
    ['is asked for when the way changes', row('kube-system:1'), 'b way', 0, false],
  ] as const)('%s', (_, known, fingerprint, now, expected) => {
    expect(isKnown(known, { cluster: 'eu', name: 'a', fingerprint }, now)).toBe(expected);
  });
});
