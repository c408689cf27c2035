import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../lib/domain/json.ts';
import type { WorkloadView } from '../../../lib/domain/ports.ts';
import { judgeAll, shortOf } from './looks.ts';
import { viewOf } from './objects.ts';

const quota = 'exceeded quota: shop';
const refused = (more: JsonObject = {}): JsonObject => ({
  ...{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: quota },
  ...more,
});

interface Shape {
  readonly owner?: JsonObject;
  readonly replicaSet?: JsonObject;
  readonly pods?: readonly JsonObject[];
  readonly spec?: JsonObject;
  readonly available?: number;
}

const surge = (maxSurge: number | string, maxUnavailable: number | string): JsonObject => ({
  strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } },
});

const pod = (name: string, more: JsonObject = {}, ready = 'True'): JsonObject => ({
  kind: 'Pod',
  metadata: { name, uid: name, labels: { 'pod-template-hash': 'hash1' }, ...more },
  status: { phase: 'Running', conditions: [{ type: 'Ready', status: ready }] },
});
const leaving = pod('leaving', { deletionTimestamp: 'x' });
const fresh = (ready: string) => pod('fresh', { labels: { 'pod-template-hash': 'hash2' } }, ready);

/** Two replicas are requested, and one of them could not be created. */
function shaped({ owner, replicaSet, pods = [], spec = surge(1, 0), available = 2 }: Shape): WorkloadView {
  const made = viewOf({
    spec,
    status: { updatedReplicas: 0, availableReplicas: available, ...(owner && { conditions: [owner] }) },
  });
  const revisions = made.revisions.map((one) => ({
    ...one,
    ...(replicaSet && { status: { conditions: [replicaSet] } }),
  }));
  return { ...made, revisions, pods: pods as WorkloadView['pods'] };
}

const looked = (...looks: readonly (readonly [number, Shape])[]) =>
  shortOf(
    'deployment',
    looks.map(([at, shape]) => [at, shaped(shape)] as const),
  );

describe('refused pods', () => {
  it.each<[what: string, shape: Shape, told: string]>([
    ['by the ReplicaSet', { replicaSet: refused() }, `pods of app-hash2 are refused: ${quota}`],
    ['by the Deployment', { owner: refused() }, `pods of app are refused: ${quota}`],
    ['by both', { owner: refused(), replicaSet: refused() }, `pods of app-hash2 are refused: ${quota}`],
    ['without a message', { replicaSet: refused({ message: 7 }) }, 'pods of app-hash2 are refused: FailedCreate'],
    [
      'without any reason',
      { replicaSet: refused({ message: 7, reason: 7 }) },
      'pods of app-hash2 are refused: FailedCreate',
    ],
  ])('%s make it fail two seconds later', (_, shape, message) => {
    const [, last] = judgeAll('deployment', [
      [0, shaped(shape)],
      [2, shaped(shape)],
    ]);
    expect(last).toMatchObject({ verdict: 'failing', reason: 'ReplicaFailure', message });
    expect(last?.evidence).toMatchObject([{ kind: 'condition', name: 'ReplicaFailure', message }]);
  });

  it('have the reason of the condition in their evidence', () => {
    const [first] = judgeAll('deployment', [[0, shaped({ replicaSet: refused({ reason: 'Denied' }) })]]);
    expect(first?.evidence?.[0]).toMatchObject({ kind: 'condition', reason: 'Denied' });
  });

  it('no longer refused are no signal', () => {
    const shape = { owner: refused({ status: 'False' }), replicaSet: refused({ status: 'False' }) };
    expect(looked([0, shape], [60, shape])[1]).toBe('60 waiting ReplicasNotUpdated');
  });

  it.each([
    ['Internal error occurred: failed calling webhook "x": connection refused', 60],
    ['etcdserver: request timed out', 60],
    ['admission webhook "x" denied the request: no', 2],
    ['violates PodSecurity "restricted:latest"', 2],
  ])('by %s have %d s', (message, seconds) => {
    const shape = { replicaSet: refused({ message }) };
    expect(looked([0, shape], [seconds - 0.001, shape], [seconds, shape]).map((one) => one.split(' ')[1])).toEqual([
      ...['waiting', 'waiting', 'failing'],
    ]);
  });
});

it('a refusal for another cause starts again', () => {
  const busy = { replicaSet: refused({ message: 'failed calling webhook "x": timeout' }) };
  const full = { replicaSet: refused() };
  expect(looked([0, busy], [59, full], [60.9, full], [61, full])).toEqual([
    ...['0 waiting ReplicaFailure', '59 waiting ReplicaFailure', '60.9 waiting ReplicaFailure'],
    '61 failing ReplicaFailure',
  ]);
});

describe('pods that may make room', () => {
  const replicaSet = refused();
  it.each<[what: string, shape: Shape, waits: boolean]>([
    ['are being deleted', { pods: [leaving] }, true],
    ['do not exist', { pods: [] }, false],
    ['are old ones, and one may be missing', { pods: [pod('a'), pod('b')], spec: surge(0, 1) }, true],
    ['are old ones, and none may be missing', { pods: [pod('a'), pod('b')], spec: surge(1, 0) }, false],
    ['are at the minimum', { pods: [pod('a')], spec: surge(0, 1), available: 1 }, false],
    ['are old ones, and half may be missing', { pods: [pod('a'), pod('b')], spec: surge('50%', '50%') }, true],
    ['are old ones, and a share below one', { pods: [pod('a'), pod('b')], spec: surge('25%', '25%') }, false],
    ['are old ones, with the default strategy', { pods: [pod('a'), pod('b')], spec: {} }, false],
    ['are old ones, and both shares are zero', { pods: [pod('a'), pod('b')], spec: surge('0%', '10%') }, true],
    ['are all deleted first', { pods: [pod('a')], spec: { strategy: { type: 'Recreate' } }, available: 0 }, true],
    ['wait for new ones that start', { pods: [pod('a'), fresh('False')] }, true],
    ['have new ones next to them that serve', { pods: [pod('a'), fresh('True')], available: 3 }, true],
    ['have new ones next to them, and no more than needed', { pods: [pod('a'), fresh('True')] }, false],
    ['are at the minimum, by a share', { pods: [pod('a')], spec: surge(0, '99%'), available: 1 }, false],
    ['are new ones only', { pods: [fresh('False')] }, false],
    ['have ended', { pods: [{ ...pod('a'), status: { phase: 'Failed' } }], spec: surge(0, 1) }, false],
  ])('%s', (_, shape, waits) => {
    const all = { replicaSet, ...shape };
    const last = looked([0, all], [500, all]).at(-1);
    expect(last).toBe(waits ? '500 waiting ReplicaFailure' : '500 failing ReplicaFailure');
  });

  it('are gone: the controller retries after the time it has waited so far', () => {
    const away = { replicaSet, pods: [leaving] };
    const gone = { replicaSet };
    expect(looked([0, away], [90, gone], [189.999, gone], [190, gone])).toEqual([
      '0 waiting ReplicaFailure',
      '90 waiting ReplicaFailure',
      '189.999 waiting ReplicaFailure',
      '190 failing ReplicaFailure',
    ]);
    const [, second] = judgeAll('deployment', [
      [0, shaped(away)],
      [90, shaped(gone)],
    ]);
    expect(second?.message).toContain('pods have left since, and the controller retries within 100 s');
  });

  it('are gone after the controller waited longer than we looked', () => {
    const since = refused({ lastTransitionTime: '2026-05-01T11:59:00Z' });
    const looks = [
      [0, { replicaSet: since, pods: [leaving] }],
      [30, { replicaSet: since }],
    ] as const;
    expect(looked(...looks, [129, { replicaSet: since }])[2]).toBe('129 waiting ReplicaFailure');
    expect(looked(...looks, [130, { replicaSet: since }])[2]).toBe('130 failing ReplicaFailure');
  });

  it('go again, one after the other: each has its time', () => {
    const away = { replicaSet, pods: [leaving] };
    const gone = { replicaSet };
    expect(looked([0, away], [10, gone], [29, away], [100, gone], [209, gone], [210, gone]).slice(4)).toEqual([
      '209 waiting ReplicaFailure',
      '210 failing ReplicaFailure',
    ]);
  });

  it('are gone after a long time: the controller never pauses longer than 1,000 s', () => {
    const away = { replicaSet, pods: [leaving] };
    const gone = { replicaSet };
    expect(looked([0, away], [5_000, gone], [6_010, gone])[2]).toBe('6010 failing ReplicaFailure');
  });
});

describe('pods that were gone before the first look', () => {
  const before = viewOf({ revision: 1, image: 'reg/app:1' });
  const began = '2026-05-01T11:59:40Z';
  const older = (replicas?: number, number = 1, owner = 'd1'): JsonObject => ({
    kind: 'ReplicaSet',
    metadata: {
      ...{ name: `older${number}`, ownerReferences: [{ uid: owner }] },
      annotations: { 'deployment.kubernetes.io/revision': String(number) },
    },
    ...(replicas !== undefined && { spec: { replicas } }),
  });
  const lookAt = (revisions: readonly JsonObject[], condition: JsonObject, pods: readonly JsonObject[] = []) => {
    const spec = pods.length < 2 ? surge(0, 1) : surge(1, 0);
    const view = shaped({ replicaSet: condition, pods, spec, available: pods.length });
    return { ...view, revisions: [...revisions, ...view.revisions] } as WorkloadView;
  };
  const timed = refused({ lastTransitionTime: began });

  it.each<[what: string, view: WorkloadView, seconds: number, told?: { readonly before?: WorkloadView }]>([
    ['one of two, which the controller has known for 20 s', lookAt([older(1)], timed, [pod('a')]), 30],
    ['all of them', lookAt([older(0)], timed), 30],
    ['all of them, with several revisions', lookAt([older(0, 0), older(1)], timed), 30],
    ['all of them, at an unknown time', lookAt([older(0)], refused()), 10],
    ['none: they keep all', lookAt([older(2)], timed, [pod('a'), pod('b')]), 2],
    ['none: with several revisions they keep all', lookAt([older(1, 0), older(1)], timed, [pod('a')]), 2],
    ['none: there were none', lookAt([], timed), 2],
    ['none: the number of replicas is unknown', lookAt([older()], timed), 2],
    ["none: they are another owner's", lookAt([older(0, 1, 'd2')], timed), 2],
    ['some, and the refusal is not by a quota', lookAt([older(0)], { ...timed, message: 'denied the request: no' }), 2],
    [
      'some, and a webhook does not answer',
      lookAt([older(0)], { ...timed, message: 'failed calling webhook "quota": timeout' }),
      60,
    ],
    ['none: the workload is new', lookAt([older(0)], timed), 2, {}],
  ])('%s', (_, view, seconds, told = { before }) => {
    const looks = [0, seconds - 0.001, seconds].map((at) => [at, view] as const);
    expect(shortOf('deployment', looks, told)).toEqual([
      ...['0 waiting ReplicaFailure', `${seconds - 0.001} waiting ReplicaFailure`],
      `${seconds} failing ReplicaFailure`,
    ]);
  });

  it('are awaited', () => {
    const [one] = judgeAll('deployment', [[0, lookAt([older(0)], timed)]], { before });
    expect(one?.message).toContain('pods have left since, and the controller retries within 30 s');
  });
});

describe('an earlier refusal', () => {
  const before = shaped({ replicaSet: refused({ lastTransitionTime: '2026-05-01T11:50:00Z' }) });
  const again = shaped({ replicaSet: refused({ lastTransitionTime: '2026-05-01T12:00:01Z' }) });

  it('that was not withdrawn gets the longest pause of the controller', () => {
    const looks = [
      [0, before],
      [1_009, before],
      [1_010, before],
    ] as const;
    expect(shortOf('deployment', looks, { before })).toEqual([
      '0 waiting ReplicaFailure',
      '1009 waiting ReplicaFailure',
      '1010 failing ReplicaFailure',
    ]);
  });

  it('says nothing when no pod is missing any more', () => {
    const whole = { ...before, pods: [fresh('True'), fresh('True')] as WorkloadView['pods'] };
    expect(shortOf('deployment', [[0, whole]], { before })).toEqual(['0 waiting ReplicasNotUpdated']);
  });

  it('differs from the current one', () => {
    expect(
      shortOf(
        'deployment',
        [
          [0, again],
          [2, again],
        ],
        { before },
      )[1],
    ).toBe('2 failing ReplicaFailure');
  });

  it('of an older ReplicaSet does not count for the new one', () => {
    const made = shaped({ owner: refused() });
    const older = { kind: 'ReplicaSet', metadata: { name: 'older', uid: 'rs1' }, status: { conditions: [refused()] } };
    const view = { ...made, revisions: [...made.revisions, older] };
    expect(
      shortOf('deployment', [
        [0, view],
        [600, view],
      ])[1],
    ).toBe('600 waiting ReplicasNotUpdated');
  });
});
