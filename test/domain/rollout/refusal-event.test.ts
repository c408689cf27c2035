import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../lib/domain/json.ts';
import type { WorkloadKind } from '../../../lib/domain/plan/plan.ts';
import type { KubernetesObject, WorkloadView } from '../../../lib/domain/ports.ts';
import { metadata, podOf, template } from './kinds.ts';
import { judgeAll, shortOf, type Told } from './looks.ts';
import { secondsAgo, unready, viewOf } from './objects.ts';

const event = (uid: string, more: JsonObject = {}): KubernetesObject =>
  ({
    ...{ type: 'Warning', reason: 'FailedCreate', message: 'exceeded quota', lastTimestamp: secondsAgo(0) },
    involvedObject: { uid, name: 'app' },
    ...more,
  }) as unknown as KubernetesObject;

/** Pods of any kind, some seconds old. */
const pod = (seconds: number, labels: JsonObject = {}, more: JsonObject = {}): JsonObject => {
  const made = podOf({ phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }, labels);
  return { ...made, metadata: { ...(made.metadata as JsonObject), creationTimestamp: secondsAgo(seconds), ...more } };
};

/** One pod exists, two are requested. */
const short: Readonly<
  Record<'statefulset' | 'daemonset' | 'job', { readonly spec: JsonObject; readonly status: JsonObject }>
> = {
  statefulset: { spec: { replicas: 2 }, status: { replicas: 1, readyReplicas: 1, updateRevision: 'r2' } },
  daemonset: { spec: {}, status: { desiredNumberScheduled: 2, updatedNumberScheduled: 1, numberReady: 1 } },
  job: { spec: { parallelism: 2, completions: 2 }, status: { active: 0 } },
};
type Kind = keyof typeof short;

function viewed(kind: Kind, pods: readonly JsonObject[], events: readonly KubernetesObject[], more: JsonObject = {}) {
  const { spec, status } = short[kind];
  const object = {
    metadata,
    spec: { template, ...spec, ...more },
    status: { observedGeneration: 3, ...status },
  };
  return { workload: object, revisions: [], pods, events } as unknown as WorkloadView;
}

const told = (kind: WorkloadKind, view: WorkloadView, more: Told = {}) =>
  shortOf(
    kind,
    [
      [0, view],
      [1.9, view],
      [2, view],
    ],
    more,
  );
const failing = ['0 waiting ReplicaFailure', '1.9 waiting ReplicaFailure', '2 failing ReplicaFailure'];
const refused = [event('u1')];
const there = { statefulset: [pod(9)], daemonset: [pod(9)], job: [] };

describe.each(Object.keys(short) as readonly Kind[])('refused pods of a %s', (kind) => {
  it('make it fail two seconds later, by the event of their owner', () => {
    const view = viewed(kind, there[kind], refused);
    expect(told(kind, view)).toEqual(failing);
    expect(
      judgeAll(kind, [
        [0, view],
        [2, view],
      ]).at(-1),
    ).toMatchObject({
      message: 'pods of app are refused: exceeded quota',
      evidence: [{ kind: 'event', name: 'app', reason: 'FailedCreate', message: 'exceeded quota' }],
    });
  });

  it('have that event first in their evidence, despite later ones', () => {
    const later = event('p0', { reason: 'Unhealthy', lastTimestamp: secondsAgo(-1) });
    const [first] = judgeAll(kind, [[0, viewed(kind, there[kind], [later, ...refused])]]);
    expect(first?.evidence?.[0]?.reason).toBe('FailedCreate');
  });

  it.each<[what: string, pods: readonly JsonObject[], events: readonly KubernetesObject[]]>([
    ['all exist', [pod(9), pod(8)], refused],
    ['one was created since', [pod(0)], [event('u1', { lastTimestamp: secondsAgo(5) })]],
    ['one was created in the same second', [pod(0)], refused],
    ['the event is of another object', there[kind], [event('u2')]],
    ['the event says something else', there[kind], [event('u1', { reason: 'FailedDelete' })]],
  ])('do not, if %s', (_, pods, events) => {
    expect(told(kind, viewed(kind, pods, events))[2]).not.toMatch(/ReplicaFailure/);
  });

  it('do not, if it was before the attempt', () => {
    expect(told(kind, viewed(kind, there[kind], refused), { since: 1 })[2]).not.toMatch(/ReplicaFailure/);
    expect(told(kind, viewed(kind, there[kind], refused), { since: 0 })).toEqual(failing);
  });

  it('wait for one that is being deleted', () => {
    const leaving = pod(9, {}, { deletionTimestamp: 'x' });
    expect(told(kind, viewed(kind, [leaving], refused))[2]).toBe('2 waiting ReplicaFailure');
  });
});

describe('pods of a Job', () => {
  it('make room when they end by themselves', () => {
    expect(told('job', viewed('job', [pod(9)], refused))[2]).toBe('2 waiting ReplicaFailure');
  });

  it.each([{ suspend: true }, { completions: 0 }])('are not missing with %o', (more) => {
    expect(told('job', viewed('job', [], refused, more))[2]).not.toMatch(/ReplicaFailure/);
  });

  it('default to one', () => {
    expect(told('job', viewed('job', [], refused, { parallelism: null, completions: null }))).toEqual(failing);
  });

  it('default to parallelism without a number of completions', () => {
    expect(told('job', viewed('job', [], refused, { completions: null }))).toEqual(failing);
  });
});

describe('pods of a DaemonSet that start next to the old ones', () => {
  const update = (maxSurge: number | string) => ({ updateStrategy: { rollingUpdate: { maxSurge } } });
  const hash = (name: string) => ({ 'controller-revision-hash': name });
  const revisions = [{ metadata: { name: 'new', labels: hash('new'), ownerReferences: [{ uid: 'u1' }] }, revision: 2 }];
  const last = (maxSurge: number | string, ...pods: readonly JsonObject[]) =>
    told('daemonset', {
      ...viewed('daemonset', [pod(9, hash('old')), pod(9, hash('old')), ...pods], refused, update(maxSurge)),
      revisions,
    } as unknown as WorkloadView).at(-1);

  it.each([1, '50%'])('are missing while the old ones exist, with a surge of %s', (maxSurge) => {
    expect(last(maxSurge)).toBe('2 failing ReplicaFailure');
    expect(last(maxSurge, pod(8, hash('new')))).toBe('2 failing ReplicaFailure');
  });

  it.each([0, '0%'])('are none with a surge of %s', (maxSurge) => {
    expect(last(maxSurge)).not.toMatch(/ReplicaFailure/);
  });

  it('make room when an existing one becomes ready', () => {
    const young = { ...pod(8, hash('new')), status: { phase: 'Running' } };
    expect(last(1, young)).toBe('2 waiting ReplicaFailure');
  });
});

describe('a Deployment', () => {
  const missing = viewOf({ status: { updatedReplicas: 0, readyReplicas: 0 } });
  const view = (more: JsonObject, pods: WorkloadView['pods'] = []): WorkloadView => ({
    ...missing,
    revisions: missing.revisions.map((one) => ({ ...one, spec: { replicas: 2 }, ...more })),
    events: [event('rs2')],
    pods,
  });

  it('fails by the event of its ReplicaSet', () => {
    expect(told('deployment', view({}))).toEqual(failing);
    expect(told('deployment', view({}, viewOf().pods))[2]).not.toMatch(/ReplicaFailure/);
  });

  it('learns from an event that an earlier refusal is current', () => {
    const conditions = [{ type: 'ReplicaFailure', status: 'True', lastTransitionTime: secondsAgo(60) }];
    const old = view({ status: { conditions } });
    expect(told('deployment', old, { before: old, since: -1 })).toEqual(failing);
    expect(told('deployment', { ...old, events: [] }, { before: old, since: -1 })[2]).toBe('2 waiting ReplicaFailure');
  });
});

describe('an Argo Rollout', () => {
  const labels = (hash: string) => ({ 'rollouts-pod-template-hash': hash });
  const view = (pods: readonly JsonObject[]): WorkloadView => ({
    workload: {
      ...{ kind: 'Rollout', metadata, spec: { replicas: 2, template } },
      status: { observedGeneration: '3', currentPodHash: 'h2', replicas: 2, updatedReplicas: 0 },
    } as unknown as KubernetesObject,
    revisions: [
      { kind: 'ReplicaSet', metadata: { name: 'app-h2', uid: 'rs2', labels: labels('h2') }, spec: { replicas: 1 } },
    ] as unknown as WorkloadView['revisions'],
    pods: pods as WorkloadView['pods'],
    events: [event('rs2')],
  });

  it('fails by the event of its ReplicaSet, and waits while an earlier pod exists', () => {
    expect(told('rollout', view([]))).toEqual(failing);
    expect(told('rollout', view([pod(9, labels('h1'))]))[2]).toBe('2 waiting ReplicaFailure');
  });
});

describe('a failing probe', () => {
  const readiness = event('p2-0', {
    reason: 'Unhealthy',
    message: 'Readiness probe failed: HTTP probe failed with statuscode: 503',
  });
  const started = unready({ state: { running: { startedAt: secondsAgo(60) } } });
  const exceeded = {
    conditions: [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: 'too late' }],
  };
  const named = 'pod app-hash2-0: Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 503';

  it('is named with its answer while waiting, and at the deadline', () => {
    const status = { readyReplicas: 1, availableReplicas: 1 };
    const waits = { ...viewOf({ status, podStatus: started }), events: [readiness] };
    const late = { ...viewOf({ status: { ...status, ...exceeded }, podStatus: started }), events: [readiness] };
    const [first, last] = judgeAll('deployment', [
      [0, waits],
      [1, late],
    ]);
    expect(first?.message).toBe(`1 of 2 replicas are ready; ${named}`);
    expect(last?.message).toBe(`too late; ${named}`);
    expect(last?.evidence?.map(({ kind, reason }) => `${kind} ${reason}`)).toEqual([
      ...['condition ProgressDeadlineExceeded', 'pod NotReady', 'pod NotReady', 'event Unhealthy'],
    ]);
  });

  it('is named if it ends its container', () => {
    const liveness = event('p2-0', {
      ...{ reason: 'Unhealthy', message: 'Liveness probe failed: timeout' },
      involvedObject: { uid: 'p2-0', name: 'app-hash2-0', fieldPath: 'spec.containers{app}' },
    });
    const killed = unready({
      ...{ restartCount: 2, state: { waiting: { reason: 'CrashLoopBackOff' } } },
      lastState: { terminated: { exitCode: 137, reason: 'Error' } },
    });
    const judged = (events: readonly KubernetesObject[]) =>
      judgeAll('deployment', [
        [0, { ...viewOf({ replicas: 1, status: { readyReplicas: 0 }, podStatus: killed }), events }],
      ])[0];
    expect(judged([liveness])?.message).toBe(
      'pod app-hash2-0, container app: CrashLoopBackOff: exit code 137, 2 restarts; Liveness probe failed: timeout',
    );
    const ofOther = { ...liveness, involvedObject: { uid: 'p2-0', name: 'x', fieldPath: 'spec.containers{side}' } };
    expect(judged([ofOther])?.message).not.toContain('Liveness');
    expect(judged([{ ...liveness, reason: 'Killing' }])?.message).not.toContain('Liveness');
  });
});
