import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../lib/domain/json.ts';
import type { WorkloadView } from '../../../lib/domain/ports.ts';
import { metadata, podOf, template } from './kinds.ts';
import { judgeAll, shortOf } from './looks.ts';

/** What does not move by itself, and what is not there yet: the observations over time. */

const set = (status: JsonObject, spec: JsonObject, pods: readonly JsonObject[] = []): WorkloadView => ({
  workload: {
    metadata,
    spec: { replicas: 3, template, ...spec },
    status: {
      observedGeneration: 3,
      replicas: 3,
      readyReplicas: 3,
      updatedReplicas: 0,
      currentRevision: 'a',
      updateRevision: 'b',
      ...status,
    },
  },
  revisions: [],
  pods,
});

const onDelete = { updateStrategy: { type: 'OnDelete' } };
const ready = { conditions: [{ type: 'Ready', status: 'True' }] };
const leaving = { metadata: { name: 'app-2', labels: { 'controller-revision-hash': 'a' }, deletionTimestamp: 'x' } };

describe('an update that needs somebody to delete pods', () => {
  it('fails after ten seconds, with what to do', () => {
    const looks = [0, 9, 10].map((at) => [at, set({}, onDelete)] as const);
    expect(shortOf('statefulset', looks)).toEqual(['0 waiting OnDelete', '9 waiting OnDelete', '10 failing OnDelete']);
    expect(judgeAll('statefulset', looks).at(-1)?.message).toBe(
      '0 of 3 pods have the new revision, and no more will: the update strategy is OnDelete. ' +
        'Delete the pods of app, or set the strategy to RollingUpdate, then deploy again',
    );
  });

  it('of a DaemonSet too', () => {
    const view = (updated: number): WorkloadView => ({
      workload: {
        metadata,
        spec: { template, ...onDelete },
        status: {
          observedGeneration: 3,
          desiredNumberScheduled: 2,
          updatedNumberScheduled: updated,
          numberReady: 2,
          numberAvailable: 2,
        },
      },
      revisions: [],
      pods: [],
    });
    expect(
      shortOf('daemonset', [
        [0, view(1)],
        [10, view(1)],
      ]),
    ).toEqual(['0 waiting OnDelete', '10 failing OnDelete']);
    expect(
      shortOf('daemonset', [
        [0, view(1)],
        [10, view(2)],
      ]),
    ).toEqual(['0 waiting OnDelete', '10 healthy RolledOut']);
  });

  it('succeeds if the pods have the new revision', () => {
    expect(shortOf('statefulset', [[0, set({ updatedReplicas: 3 }, onDelete)]])).toEqual(['0 healthy RolledOut']);
  });

  it('moves while a pod is being deleted, while its successor starts, and with each new pod', () => {
    const coming = podOf({}, { 'controller-revision-hash': 'b' });
    const here = podOf(ready, { 'controller-revision-hash': 'b' });
    const looks = [
      [0, set({}, onDelete)],
      [8, set({}, onDelete, [leaving])],
      [16, set({}, onDelete, [coming])],
      [24, set({ updatedReplicas: 1 }, onDelete, [here])],
      [33, set({ updatedReplicas: 1 }, onDelete, [here])],
      [34, set({ updatedReplicas: 1 }, onDelete, [here])],
    ] as const;
    expect(shortOf('statefulset', looks)).toEqual([
      '0 waiting OnDelete',
      '8 waiting ReplicasNotUpdated',
      '16 waiting ReplicasNotUpdated',
      '24 waiting OnDelete',
      '33 waiting OnDelete',
      '34 failing OnDelete',
    ]);
  });
});

describe('a partition that holds back all replicas', () => {
  const held = (partition: number) => ({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition } } });

  it('blocks the whole update, and fails', () => {
    const looks = [0, 10].map((at) => [at, set({}, held(3))] as const);
    expect(shortOf('statefulset', looks)).toEqual(['0 waiting PartitionHoldsAll', '10 failing PartitionHoldsAll']);
  });

  it('may be lowered meanwhile', () => {
    const looks = [
      [0, set({}, held(3))],
      [10, set({}, held(2))],
      [11, set({ updatedReplicas: 1 }, held(2))],
    ] as const;
    expect(shortOf('statefulset', looks)).toEqual([
      '0 waiting PartitionHoldsAll',
      '10 waiting ReplicasNotUpdated',
      '11 healthy RolledOut',
    ]);
  });
});

describe('a suspended Job', () => {
  const job = (spec: JsonObject, labels: JsonObject = {}): WorkloadView => ({
    workload: { metadata: { ...metadata, labels }, spec: { template, ...spec }, status: {} },
    revisions: [],
    pods: [],
  });

  it('fails after ten seconds, with what to do', () => {
    const looks = [0, 10].map((at) => [at, job({ suspend: true })] as const);
    expect(shortOf('job', looks)).toEqual(['0 waiting Suspended', '10 failing Suspended']);
    expect(judgeAll('job', looks).at(-1)?.message).toBe(
      'the job app is suspended, so nothing runs; resume it, then deploy again',
    );
  });

  it.each([
    ['may be resumed', job({ suspend: false })],
    ['waits for room in its queue', job({ suspend: true }, { 'kueue.x-k8s.io/queue-name': 'batch' })],
  ])('%s', (_, later) => {
    expect(
      shortOf('job', [
        [0, later],
        [60, later],
      ]),
    ).toEqual(['0 waiting JobRunning', '60 waiting JobRunning']);
  });
});

describe('a new object that wants no pods', () => {
  const none = { readyReplicas: 0, replicas: 0, currentRevision: 'b' };
  const zero = set(none, { replicas: 0 });

  it('must stay so for fifteen seconds', () => {
    const looks = [0, 14, 15].map((at) => [at, zero] as const);
    expect(shortOf('statefulset', looks)).toEqual([
      '0 waiting NothingAsked',
      '14 waiting NothingAsked',
      '15 healthy RolledOut',
    ]);
    expect(judgeAll('statefulset', looks).at(-1)?.warnings).toEqual(['nothing runs: app has 0 of 0 replicas']);
  });

  it('starts again if it wanted some in between', () => {
    const some = set({ ...none, updatedReplicas: 0 }, { replicas: 1 });
    expect(
      shortOf('statefulset', [
        [0, zero],
        [8, some],
        [16, zero],
        [31, zero],
      ]),
    ).toEqual([
      '0 waiting NothingAsked',
      '8 waiting ReplicasNotUpdated',
      '16 waiting NothingAsked',
      '31 healthy RolledOut',
    ]);
  });

  it('succeeds at once if the object is old', () => {
    expect(shortOf('statefulset', [[0, zero]], { before: set(none, { replicas: 0 }) })).toEqual([
      '0 healthy AlreadyRunning',
    ]);
  });
});

describe('nodes of a DaemonSet without a ready pod', () => {
  const nodes = (
    status: JsonObject,
    maxUnavailable: number | string = 1,
    pods: readonly JsonObject[] = [],
  ): WorkloadView => ({
    workload: {
      metadata,
      spec: { template, updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable } } },
      status: { observedGeneration: 3, desiredNumberScheduled: 6, updatedNumberScheduled: 6, ...status },
    },
    revisions: ['old', 'new'].map((name, index) => ({
      metadata: { name, labels: { 'controller-revision-hash': name }, ownerReferences: [{ uid: 'u1' }] },
      revision: index + 1,
    })),
    pods,
  });
  const five = { numberReady: 5, numberAvailable: 5 };
  const of = (hash: string, status: JsonObject) => podOf(status, { 'controller-revision-hash': hash });
  const minute = (view: WorkloadView) => [0, 59, 60].map((at) => [at, view] as const);

  it('are a warning after a minute, if maxUnavailable allows them', () => {
    const looks = minute(nodes(five));
    expect(shortOf('daemonset', looks)).toEqual([
      '0 waiting ReplicasNotReady',
      '59 waiting ReplicasNotReady',
      '60 healthy RolledOut',
    ]);
    const last = judgeAll('daemonset', looks).at(-1);
    expect(last?.message).toBe('5 of 6 replicas are ready with reg/app:2');
    expect(last?.warnings).toEqual([
      '1 of 6 nodes have no ready pod of the new revision for more than 60 s, which maxUnavailable allows; look at these nodes',
    ]);
  });

  it('are not allowed if the kubelet of one says that the program is not ready', () => {
    const others = Array.from({ length: 5 }, () => of('new', ready));
    const last = (status: JsonObject) => minute(nodes(five, 1, [...others, of('new', status)]));
    const runs = { containerStatuses: [{ name: 'app', ready: false, state: { running: {} } }] };
    const stale = { containerStatuses: [{ name: 'app', ready: true, state: { running: {} } }] };
    const starts = { containerStatuses: [{ name: 'app', ready: false, state: { waiting: {} } }] };
    expect(shortOf('daemonset', last(runs)).at(-1)).toBe('60 waiting ReplicasNotReady');
    expect(shortOf('daemonset', last({ ...runs, phase: 'Failed' })).at(-1)).toBe('60 healthy RolledOut');
    expect(shortOf('daemonset', last(stale)).at(-1)).toBe('60 healthy RolledOut');
    expect(shortOf('daemonset', last(starts)).at(-1)).toBe('60 healthy RolledOut');
  });

  it('start the minute again when their number changes', () => {
    const four = { numberReady: 4, numberAvailable: 4 };
    const looks = [
      [0, nodes(four, 2)],
      [30, nodes(five, 2)],
      [60, nodes(five, 2)],
      [90, nodes(five, 2)],
    ] as const;
    expect(shortOf('daemonset', looks).at(-1)).toBe('90 healthy RolledOut');
    expect(shortOf('daemonset', looks)).toHaveLength(4);
  });

  it.each<[what: string, WorkloadView]>([
    ['more than maxUnavailable', nodes({ numberReady: 4, numberAvailable: 4 })],
    ['more than a share of them, rounded up', nodes({ numberReady: 3, numberAvailable: 3 }, '30%')],
    ['none allowed', nodes(five, 0)],
    [
      'a pod of an older revision serves there',
      nodes({ updatedNumberScheduled: 5, numberReady: 6, numberAvailable: 6 }),
    ],
    [
      'the ready one is of an older revision',
      nodes({ desiredNumberScheduled: 2, updatedNumberScheduled: 1, numberReady: 1, numberAvailable: 1 }),
    ],
    [
      'the ready one turns out to be of an older revision',
      nodes({ desiredNumberScheduled: 2, updatedNumberScheduled: 1, numberReady: 1, numberAvailable: 1 }, 1, [
        of('old', ready),
        of('new', {}),
      ]),
    ],
    ['none is ready', nodes({ desiredNumberScheduled: 1, updatedNumberScheduled: 1 })],
  ])('keep waiting: %s', (_, view) => {
    expect(shortOf('daemonset', minute(view)).filter((one) => !one.includes('waiting'))).toEqual([]);
  });

  it('within a share that is rounded up', () => {
    expect(shortOf('daemonset', minute(nodes({ numberReady: 4, numberAvailable: 4 }, '20%'))).at(-1)).toBe(
      '60 healthy RolledOut',
    );
  });
});
