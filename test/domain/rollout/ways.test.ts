import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../lib/domain/json.ts';
import type { WorkloadView } from '../../../lib/domain/ports.ts';
import { judgeAll, shortOf } from './looks.ts';
import { secondsAgo, viewOf } from './objects.ts';

/** How a Deployment gets from one state to the next, with the findings on the way. */

const before = viewOf({ image: 'reg/app:1', revision: 1, generation: 1 });
const counts = (replicas: number, updated: number, ready: number): JsonObject => ({
  ...{ replicas, updatedReplicas: updated, readyReplicas: ready, availableReplicas: ready },
});
const none: JsonObject = { replicas: null, updatedReplicas: null, readyReplicas: null, availableReplicas: null };
const withoutPods = (view: WorkloadView): WorkloadView => ({ ...view, pods: [] });
const initialising = {
  phase: 'Pending',
  conditions: [{ type: 'Ready', status: 'False' }],
  initContainerStatuses: [{ name: 'setup', ready: false, state: { running: { startedAt: secondsAgo(0) } } }],
  containerStatuses: [
    { name: 'app', ready: false, restartCount: 0, state: { waiting: { reason: 'PodInitializing' } } },
  ],
};

describe('a Deployment', () => {
  it.each<[what: string, looks: Parameters<typeof shortOf>[1], told: readonly string[], first?: WorkloadView]>([
    [
      'that recreates its pods has none for a moment',
      [
        [0, viewOf({ spec: { strategy: { type: 'Recreate' } }, status: { ...none, replicas: 2 } })],
        [20, withoutPods(viewOf({ spec: { strategy: { type: 'Recreate' } }, status: none }))],
        [90, withoutPods(viewOf({ spec: { strategy: { type: 'Recreate' } }, status: none }))],
        [95, viewOf({})],
      ],
      [
        '0 waiting ReplicasNotUpdated',
        '20 waiting ReplicasNotUpdated',
        '90 waiting ReplicasNotUpdated',
        '95 healthy RolledOut',
      ],
    ],
    [
      'that an autoscaler scales up during the rollout must reach the new size',
      [
        [0, viewOf({ status: counts(2, 2, 1) })],
        [5, viewOf({ replicas: 4, generation: 3, observed: 2, status: counts(2, 2, 2) })],
        [6, viewOf({ replicas: 4, generation: 3, status: counts(4, 4, 2) })],
        [9, viewOf({ replicas: 4, generation: 3 })],
      ],
      [
        ...['0 waiting ReplicasNotReady', '5 waiting GenerationNotObserved', '6 waiting ReplicasNotReady'],
        '9 healthy RolledOut',
      ],
    ],
    [
      'that an autoscaler scales down during the rollout needs only the new size',
      [
        [0, viewOf({ replicas: 4, status: counts(4, 4, 1) })],
        [5, viewOf({ replicas: 1, generation: 3, status: counts(3, 3, 1) })],
        [6, viewOf({ replicas: 1, generation: 3 })],
      ],
      ['0 waiting ReplicasNotReady', '5 waiting ReplicasNotAvailable', '6 healthy RolledOut'],
    ],
    [
      'that is only scaled has nothing new, and is awaited',
      [
        [0, viewOf({ replicas: 3, generation: 3, status: counts(3, 3, 2) })],
        [3, viewOf({ replicas: 3, generation: 3 })],
      ],
      ['0 waiting ReplicasNotReady', '3 healthy AlreadyRunning'],
      viewOf({}),
    ],
    [
      'with minReadySeconds is available later than it is ready',
      [
        [0, viewOf({ spec: { minReadySeconds: 30, replicas: 2 }, status: { availableReplicas: 0 } })],
        [29, viewOf({ spec: { minReadySeconds: 30, replicas: 2 }, status: { availableReplicas: 1 } })],
        [30, viewOf({ spec: { minReadySeconds: 30, replicas: 2 } })],
      ],
      ['0 waiting ReplicasNotAvailable', '29 waiting ReplicasNotAvailable', '30 healthy RolledOut'],
    ],
    [
      'whose init containers run is on its way',
      [
        [0, viewOf({ status: counts(2, 2, 0), podStatus: initialising })],
        [60, viewOf({ status: counts(2, 2, 0), podStatus: initialising })],
        [61, viewOf({})],
      ],
      ['0 waiting ReplicasNotReady', '60 waiting ReplicasNotReady', '61 healthy RolledOut'],
    ],
  ])('%s', (_, looks, told, first = before) => {
    expect(shortOf('deployment', looks, { before: first })).toEqual(told);
  });

  it('counts the current pods in its success', () => {
    expect(judgeAll('deployment', [[0, viewOf({ replicas: 4 })]], { before }).at(-1)?.message).toBe(
      '4 of 4 replicas are ready with reg/app:2',
    );
  });
});
