import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../lib/domain/json.ts';
import type { WorkloadView } from '../../../lib/domain/ports.ts';
import { judge, lines } from './kinds.ts';
import { toldOf, unready, viewOf, waitingFor } from './objects.ts';

const short = { readyReplicas: 1, availableReplicas: 1 };
const condition = (type: string, status: string, more: JsonObject = {}) => ({
  conditions: [{ type, status, ...more }],
});
const exceeded = condition('Progressing', 'False', { reason: 'ProgressDeadlineExceeded', message: 'timed out' });
const creating = unready(waitingFor('ContainerCreating'));

describe('a Deployment', () => {
  it.each<[what: string, WorkloadView, told: string]>([
    [
      'new',
      viewOf({ observed: 0, generation: 0 }),
      'waiting, GenerationNotObserved: the controller has seen generation 0; generation 0 is the current one',
    ],
    [
      'of the first generation',
      viewOf({ generation: 1 }),
      'healthy, RolledOut: 2 of 2 replicas are ready with reg/app:2',
    ],
    [
      'with pods that are not ready',
      viewOf({ status: short, podStatus: creating, replicas: 2 }),
      lines(
        'waiting, ReplicasNotReady: 1 of 2 replicas are ready',
        '- pod app-hash2-0/app, ContainerCreating: about ContainerCreating',
        '- pod app-hash2-1/app, ContainerCreating: about ContainerCreating',
      ),
    ],
    [
      'not available',
      viewOf({ status: condition('Available', 'False', { message: 'too few' }) }),
      'waiting, DeploymentNotAvailable: too few',
    ],
    [
      'not available, without a message',
      viewOf({ status: condition('Available', 'Unknown') }),
      'waiting, DeploymentNotAvailable: the condition Available is not True',
    ],
    [
      'available',
      viewOf({ status: condition('Available', 'True') }),
      'healthy, RolledOut: 2 of 2 replicas are ready with reg/app:2',
    ],
    [
      'past its deadline',
      viewOf({ replicas: 1, status: { readyReplicas: 0, ...exceeded }, podStatus: creating }),
      lines(
        'failing, ProgressDeadlineExceeded: timed out',
        '- condition Progressing, ProgressDeadlineExceeded: timed out',
        '- pod app-hash2-0/app, ContainerCreating: about ContainerCreating',
      ),
    ],
    [
      'past its deadline, without a message',
      viewOf({ status: { ...short, ...condition('Progressing', 'False', { reason: 'ProgressDeadlineExceeded' }) } }),
      lines(
        'failing, ProgressDeadlineExceeded: the deployment exceeded its progress deadline',
        '- condition Progressing, ProgressDeadlineExceeded: the deployment exceeded its progress deadline',
      ),
    ],
    [
      'progressing',
      viewOf({ status: { ...short, ...condition('Progressing', 'True', { reason: 'ReplicaSetUpdated' }) } }),
      'waiting, ReplicasNotReady: 1 of 2 replicas are ready',
    ],
    [
      'done after its deadline',
      viewOf({ status: exceeded }),
      'healthy, RolledOut: 2 of 2 replicas are ready with reg/app:2',
    ],
    [
      'paused past its deadline',
      viewOf({ spec: { paused: true }, status: { ...short, ...exceeded } }),
      'failing, Paused: the deployment is paused halfway: 1 of 2 replicas are ready; resume it, then deploy again',
    ],
  ])('%s', (_, view, told) => {
    expect(toldOf(judge('deployment', view))).toBe(told);
  });

  it('that existed before and is unchanged keeps its warnings', () => {
    const same = viewOf({ spec: { paused: true } });
    expect(toldOf(judge('deployment', same, same))).toBe(
      lines(
        'healthy, AlreadyRunning: 2 of 2 replicas are ready with reg/app:2, of the same revision as before',
        '! the deployment is paused: the next change will not roll out',
      ),
    );
    const none = viewOf({ replicas: 0, spec: { paused: true } });
    expect(judge('deployment', none, none).warnings).toEqual([
      'nothing runs: app has 0 of 0 replicas',
      'the deployment is paused: the next change will not roll out',
    ]);
  });
});
