import { describe, expect, test } from 'vitest';
import type { ClusterEntry } from '../../../lib/domain/catalogue/catalogue.ts';
import {
  nameOfConnection,
  nameOfServer,
  namesOfClusters,
  sameClusters,
  sureNamesOfClusters,
} from '../../../lib/domain/catalogue/cluster-names.ts';
import { locksOfObject, mostLocks } from '../../../lib/domain/plan/lock-names.ts';
import type { ClusterRow } from '../../../lib/domain/record/cluster-row.ts';

const entry = (known_as?: string): ClusterEntry => ({
  simulated: known_as === undefined,
  ...(known_as === undefined ? {} : { known_as }),
});

const row = (cluster: string, names: readonly string[], ...identities: readonly string[]): ClusterRow => ({
  ...{ cluster, names, identities },
  ...{ fingerprint: 'any', at: 0 },
});

const clusters = { eu: entry('https://eu#1'), blue: entry('https://blue#1'), us: entry('eks:us'), play: entry() };
const namesOf = (rows: readonly ClusterRow[], of: Readonly<Record<string, ClusterEntry>> = clusters) => {
  const names = namesOfClusters({ clusters: of }, rows);
  return Object.fromEntries(Object.keys(of).map((cluster) => [cluster, names(cluster)]));
};

const unreached = { eu: ['https://eu#1'], blue: ['https://blue#1'], us: ['eks:us'], play: ['cluster:play'] };
const same = { ...unreached, eu: ['https://eu#1', 'https://blue#1'], blue: ['https://blue#1', 'https://eu#1'] };

describe('the names of a cluster in locks', () => {
  test.each([
    ['before it was ever reached: its configuration', [], unreached],
    ['one of two that are the same: the other is not known yet', [row('eu', ['https://eu#1'], 'uid:1')], unreached],
    ['both: the names of both', [row('eu', ['https://eu#1'], 'uid:1'), row('blue', ['https://blue#1'], 'uid:1')], same],
    [
      'everything that identifies it: for EKS the ARN and the UID',
      [row('eu', ['https://eu#1'], 'arn:eu', 'uid:1'), row('blue', ['https://blue#1'], 'uid:1')],
      same,
    ],
    [
      'if the UID may not be read, two ways to one address are one cluster',
      [row('eu', ['https://eu#1'], 'https://blue#1')],
      same,
    ],
    ['separate clusters', [row('eu', ['https://eu#1'], 'uid:1'), row('blue', ['https://blue#1'], 'uid:2')], unreached],
    [
      'after a change of its configuration, and before it is reached: the old name too',
      [row('eu', ['https://old#1'], 'uid:1')],
      { ...unreached, eu: ['https://eu#1', 'https://old#1'] },
    ],
    [
      'one that left the configuration, and was the same',
      [row('eu', ['https://eu#1'], 'uid:1'), row('gone', ['https://gone#1'], 'uid:1')],
      { ...unreached, eu: ['https://eu#1', 'https://gone#1'] },
    ],
    [
      'three that are one, because two share different names with it',
      [
        row('eu', ['https://eu#1'], 'arn:1'),
        row('blue', ['https://blue#1'], 'uid:1'),
        row('us', ['eks:us'], 'arn:1', 'uid:1'),
      ],
      {
        ...unreached,
        eu: ['https://eu#1', 'eks:us', 'https://blue#1'],
        blue: ['https://blue#1', 'eks:us', 'https://eu#1'],
        us: ['eks:us', 'https://blue#1', 'https://eu#1'],
      },
    ],
  ] as const)('%s', (_, rows, names) => expect(namesOf(rows)).toEqual(names));

  test('plans made before and after two names were known to be one cluster share a lock', () => {
    const before = namesOf([row('eu', ['https://eu#1'], 'uid:1')]);
    const after = namesOf([row('eu', ['https://eu#1'], 'uid:1'), row('blue', ['https://blue#1'], 'uid:1')]);
    for (const early of ['eu', 'blue']) {
      for (const late of ['eu', 'blue']) {
        expect(after[late]!.filter((name) => before[early]!.includes(name))).not.toEqual([]);
      }
    }
  });

  test('a cluster with very many names still shares some with all of them', () => {
    const many = Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`c${at}`, entry(`https://${at}#1`)]));
    const names = namesOf(
      Object.keys(many).map((cluster) => row(cluster, [many[cluster]!.known_as!], 'uid:1')),
      many,
    );
    for (const one of Object.values(names)) {
      expect(one.length).toBe(mostLocks - 1);
      for (const other of Object.values(names)) expect(one.some((name) => other.includes(name))).toBe(true);
    }
  });
});

describe('certain names of a cluster, so that two deployments on it make a batch an error', () => {
  const blue = row('blue', ['https://blue#1'], 'uid:1');
  test.each([
    ['two reached as the configuration says', [row('eu', ['https://eu#1'], 'uid:1'), blue], same],
    ['one that led there before its configuration changed', [row('eu', ['https://old#1'], 'uid:1'), blue], unreached],
    ['one whose earlier name reaches another', [row('eu', ['https://eu#1', 'https://blue#1'], 'uid:2')], unreached],
    [
      'one that cannot be distinguished from another',
      [
        { ...row('eu', ['https://eu#1'], 'uid:2'), earlier: [{ names: ['https://old#1'], identities: ['uid:1'] }] },
        blue,
      ],
      unreached,
    ],
    ['one that left the configuration', [row('gone', ['https://eu#1', 'https://blue#1'], 'uid:1')], unreached],
  ])('%s', (_, rows, names) => {
    const sure = sureNamesOfClusters({ clusters }, rows);
    expect(Object.fromEntries(Object.keys(clusters).map((cluster) => [cluster, sure(cluster)]))).toEqual(names);
  });
});

describe('what the configuration calls the same cluster', () => {
  const blue = row('blue', ['https://blue#1'], 'uid:1');
  test.each([
    ['nothing else', [], ['eu']],
    ['another name that was reached', [row('eu', ['https://eu#1'], 'uid:1'), blue], ['eu', 'blue']],
    ['an earlier name for the same way', [row('gone', ['https://eu#1'], 'uid:1')], ['eu', 'gone']],
    ['one that may be the same is left out', [row('eu', ['https://old#1'], 'uid:1'), blue], ['eu']],
  ])('%s', (_, rows, names) => expect(sameClusters({ clusters }, rows)('eu')).toEqual(names));

  test('some of very many, including itself', () => {
    const many = Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`c${at}`, entry('https://eu#1')]));
    const names = sameClusters({ clusters: many }, [])('c19');
    expect([names[0], names.length]).toEqual(['c19', mostLocks - 1]);
  });
});

test('the lock of an object names cluster, namespace, kind and name', () => {
  const workload = { namespace: 'risk', kind: 'deployment', name: 'limit-check' } as const;
  expect(locksOfObject(workload, ['https://eu#1', 'eks:eu'])).toEqual([
    '/eks:eu/risk/deployment/limit-check',
    '/https://eu#1/risk/deployment/limit-check',
  ]);
});

test('another authority makes another address', () => {
  expect(nameOfServer('https://10.0.0.1:6443/', 'A')).toMatch(/^https:\/\/10\.0\.0\.1:6443#[0-9a-f]{16}$/);
  expect(nameOfServer('https://me:secret@eu/k8s/c1?token=secret', 'A')).toMatch(/^https:\/\/eu\/k8s\/c1#[0-9a-f]{16}$/);
  expect(nameOfServer('https://10.0.0.1:6443', 'A')).not.toBe(nameOfServer('https://10.0.0.1:6443', 'B'));
});

describe('what a connection says about its cluster', () => {
  const role = 'arn:aws:iam::444455556666:role/x';
  test.each([
    [{ kind: 'eks', eks: 'pay' }, 'eks:pay'],
    [{ kind: 'eks', eks: 'pay', proxy: 'http://p:1' }, 'eks:pay'],
    [{ kind: 'eks', eks: 'pay', region: 'us-east-2' }, 'eks::us-east-2:pay'],
    [{ kind: 'eks', eks: 'pay', role }, 'eks:444455556666::pay'],
    [{ kind: 'eks', eks: 'pay', role, region: 'us-east-2', external_id: 'e' }, 'eks:444455556666:us-east-2:pay'],
    [{ kind: 'simulated' }, undefined],
  ] as const)('%j: %s', (connection, name) => expect(nameOfConnection(connection)).toBe(name));
});
