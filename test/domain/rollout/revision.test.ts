import { describe, expect, it, test } from 'vitest';
import type { JsonObject } from '../../../lib/domain/json.ts';
import type { Workload, WorkloadKind } from '../../../lib/domain/plan/plan.ts';
import type { WorkloadView } from '../../../lib/domain/ports.ts';
import { isSameRevision, mainContainer, revisionOf } from '../../../lib/domain/rollout/baseline.ts';
import { imagesOf, podSpecOf } from '../../../lib/domain/rollout/pod-template.ts';
import { currentReplicaSet, newestRevision, podsOfNewRevision } from '../../../lib/domain/rollout/revision.ts';
import { deployment } from './objects.ts';

const ownedBy = (uid: string) => ({ ownerReferences: [{ uid }] });
const numbered = (number: string) => ({ annotations: { 'deployment.kubernetes.io/revision': number } });
const of = (kind: WorkloadKind): Workload => ({ ...deployment, kind });

const replicaSet = (name: string, number: string, owner = 'w', labels: JsonObject = { 'pod-template-hash': name }) => ({
  metadata: { name, ...numbered(number), ...ownedBy(owner), labels },
});
const controllerRevision = (
  name: string,
  revision: number,
  owner = 'w',
  labels: JsonObject = { 'controller-revision-hash': `h-${name}` },
) => ({
  metadata: { name, labels, ...ownedBy(owner) },
  revision,
});

const owner = { metadata: { uid: 'w', ...numbered('2') } };

test('the new ReplicaSet of a Deployment is its own one with its number', () => {
  const others = [replicaSet('a', '1'), replicaSet('b', '2', 'x')];
  const nameOf = (object: JsonObject | undefined) => (object?.metadata as JsonObject | undefined)?.name;
  expect(nameOf(currentReplicaSet(owner, [...others, replicaSet('c', '2')]))).toBe('c');
  expect(currentReplicaSet(owner, others)).toBeUndefined();
  expect(currentReplicaSet({ metadata: { uid: 'w' } }, [{ metadata: ownedBy('w') }])).toBeUndefined();
});

test('the newest ControllerRevision of an owner has the highest number, in any order', () => {
  const all = [
    controllerRevision('a', 2),
    controllerRevision('b', 3),
    controllerRevision('c', 1),
    controllerRevision('d', 9, 'x'),
  ];
  expect([all, all.toReversed()].map((some) => newestRevision(owner, some))).toEqual([all[1], all[1]]);
  expect(newestRevision(owner, [])).toBeUndefined();
  const unnumbered = controllerRevision('a', 0);
  expect(newestRevision(owner, [unnumbered])).toBe(unnumbered);
  const twins = [controllerRevision('a', 2), controllerRevision('b', 2)];
  expect(newestRevision(owner, twins)).toBe(twins[0]);
});

const pod = (name: string, labels: JsonObject = {}, more: JsonObject = {}): JsonObject => ({
  metadata: { name, uid: name, labels, ...more },
});

const pods = [
  pod('new', { 'pod-template-hash': 'n', 'controller-revision-hash': 'n' }, ownedBy('w')),
  pod('old', { 'pod-template-hash': 'o', 'controller-revision-hash': 'o' }, ownedBy('x')),
  pod(
    'going',
    { 'pod-template-hash': 'n', 'controller-revision-hash': 'n' },
    { ...ownedBy('w'), deletionTimestamp: 't' },
  ),
  pod('bare'),
];

const withHash = { 'controller-revision-hash': 'n' };

describe('which revision it is, and which pods belong to it', () => {
  it.each<
    [what: string, WorkloadKind, Omit<WorkloadView, 'pods'>, revision: string | undefined, pods: readonly string[]]
  >([
    ['a Deployment', 'deployment', { workload: owner, revisions: [replicaSet('n', '2')] }, '2/n', ['new']],
    ['a Deployment without its ReplicaSet', 'deployment', { workload: owner, revisions: [] }, '2', []],
    [
      'a Deployment whose ReplicaSet has no hash',
      'deployment',
      { workload: owner, revisions: [replicaSet('n', '2', 'w', {})] },
      '2',
      [],
    ],
    [
      'a Deployment without a number',
      'deployment',
      { workload: { metadata: { uid: 'w' } }, revisions: [replicaSet('n', '2')] },
      undefined,
      [],
    ],
    ['a StatefulSet', 'statefulset', { workload: { status: { updateRevision: 'n' } }, revisions: [] }, 'n', ['new']],
    ['a StatefulSet without a revision', 'statefulset', { workload: {}, revisions: [] }, undefined, []],
    [
      'a DaemonSet',
      'daemonset',
      { workload: owner, revisions: [controllerRevision('r', 1, 'w', withHash)] },
      'r',
      ['new'],
    ],
    ['a DaemonSet without revisions', 'daemonset', { workload: owner, revisions: [] }, undefined, []],
    [
      'a DaemonSet whose revision has no hash',
      'daemonset',
      { workload: owner, revisions: [controllerRevision('r', 1, 'w', {})] },
      'r',
      [],
    ],
    ['a Job', 'job', { workload: owner, revisions: [] }, 'w', ['new']],
    ['a CronJob', 'cronjob', { workload: { metadata: { generation: 4, uid: 'w' } }, revisions: [] }, '4', []],
    ['a Pod', 'pod', { workload: { metadata: { uid: 'old' } }, revisions: [] }, 'old', ['old']],
    ...(['deployment', 'job', 'pod'] as const).map((kind): [string, WorkloadKind, { revisions: [] }, undefined, []] => [
      `no ${kind}`,
      kind,
      { revisions: [] },
      undefined,
      [],
    ]),
  ])('%s', (_, kind, seen, revision, names) => {
    const view = { ...seen, pods };
    expect(revisionOf(of(kind), view)).toBe(revision);
    expect(podsOfNewRevision(of(kind), view).map(({ metadata }) => (metadata as JsonObject).name)).toEqual(names);
  });
});

test('two looks saw the same if object and revision are the same, and known', () => {
  const one = { exists: true, uid: 'u', revision: '2/n' };
  expect(isSameRevision(one, { ...one, image: 'x' })).toBe(true);
  expect(isSameRevision(one, { ...one, revision: '3/n' })).toBe(false);
  expect(isSameRevision(one, { ...one, uid: 'v' })).toBe(false);
  expect(isSameRevision({ exists: true, uid: 'u' }, { exists: true, uid: 'u' })).toBe(false);
});

test('the pod spec is in another place for every kind', () => {
  const spec = (name: string) => ({ containers: [{ name, image: `${name}:1` }] });
  const object = {
    spec: {
      ...spec('own'),
      template: { spec: spec('template') },
      jobTemplate: { spec: { template: { spec: spec('job') } } },
    },
  };
  const names = (['pod', 'cronjob', 'deployment', 'job'] as const).map((kind) => mainContainer(of(kind), object)?.name);
  expect(names).toEqual(['own', 'job', 'template', 'template']);
  expect(podSpecOf(of('job'), {})).toEqual({});
});

describe('the container of the service', () => {
  const workload = (...containers: readonly JsonObject[]) => ({
    spec: { template: { spec: { containers, initContainers: [{ name: 'init', image: 'reg/init:1' }] } } },
  });
  const a = { name: 'a', image: 'reg/a:1' };
  const b = { name: 'b', image: 'reg/b:1' };
  const alsoB = { name: 'c', image: 'reg/b:2' };

  it.each<[what: string, of: Partial<Workload>, containers: readonly JsonObject[], found: unknown]>([
    ['the only one', {}, [a], a],
    ['the only one, whatever its image', { image: 'reg/b' }, [a], a],
    ['the named one', { container: 'b' }, [a, b], b],
    ['the named one, which is missing', { container: 'x' }, [a], undefined],
    ['the only one of the repository', { image: 'reg/b' }, [a, b], b],
    ['one of two of the repository', { image: 'reg/b' }, [a, b, alsoB], undefined],
    ['one of two', {}, [a, b], undefined],
    ['one without a name', {}, [{}], { name: '', image: '' }],
    ['none', {}, [], undefined],
  ])('%s', (_, more, containers, found) => {
    expect(mainContainer({ ...deployment, ...more }, workload(...containers))).toEqual(found);
  });

  it("is found by another repository than the catalogue's", () => {
    expect(mainContainer({ ...deployment, image: 'reg/a' }, workload(a, b), 'reg/b')).toEqual(b);
  });

  it('is one of the images, as is each of the init containers', () => {
    expect(imagesOf(deployment, workload(a, {}))).toEqual({ init: 'reg/init:1', a: 'reg/a:1', '': '' });
  });
});
