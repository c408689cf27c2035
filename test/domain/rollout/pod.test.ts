import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../lib/domain/json.ts';
import { judge, lines, metadata, podOf, template } from './kinds.ts';
import { secondsAgo, toldOf, unready } from './objects.ts';

const ready = { conditions: [{ type: 'Ready', status: 'True' }] };
const crashed = {
  ...unready({ restartCount: 2, lastState: { terminated: { exitCode: 1, finishedAt: secondsAgo(60) } } }),
  phase: 'Running',
};
const waits = { name: 'app', state: { waiting: { reason: 'ContainerCreating', message: 'soon' } } };
const seenOf = (object: JsonObject) => ({ workload: object, revisions: [], pods: [object] });

describe('a Pod', () => {
  it.each<[status: JsonObject, told: string]>([
    [{ phase: 'Running', ...ready }, 'healthy, RolledOut: 1 of 1 replicas are ready with reg/app:2'],
    [{ phase: 'Succeeded' }, 'healthy, RolledOut: 1 of 1 replicas are ready with reg/app:2'],
    [{ phase: 'Running' }, 'waiting, PodNotReady: the pod is Running and not ready'],
    [
      { phase: 'Running', conditions: [{ type: 'Ready', status: 'False' }] },
      'waiting, PodNotReady: the pod is Running and not ready',
    ],
    [{ phase: 'Pending', ...ready }, 'waiting, PodNotReady: the pod is Pending and not ready'],
    [
      { containerStatuses: [waits] },
      lines('waiting, PodNotReady: the pod is Pending and not ready', '- pod app-0/app, ContainerCreating: soon'),
    ],
    [
      { phase: 'Failed', reason: 'Evicted', message: 'low on memory', containerStatuses: [waits] },
      lines(
        'failing, PodFailed: the pod ended in phase Failed: low on memory',
        '- pod app-0, Evicted: the pod ended in phase Failed: low on memory',
        '- pod app-0/app, ContainerCreating: soon',
      ),
    ],
    [
      { phase: 'Failed', reason: 'Evicted' },
      lines(
        'failing, PodFailed: the pod ended in phase Failed: Evicted',
        '- pod app-0, Evicted: the pod ended in phase Failed: Evicted',
      ),
    ],
    [
      { phase: 'Failed' },
      lines(
        'failing, PodFailed: the pod ended in phase Failed: Failed',
        '- pod app-0, Failed: the pod ended in phase Failed: Failed',
      ),
    ],
  ])('with %o', (status, told) => {
    expect(toldOf(judge('pod', seenOf(podOf(status))))).toBe(told);
  });

  it.each([
    [undefined, 'failing, CrashLoopBackOff'],
    ['OnFailure', 'failing, CrashLoopBackOff'],
    ['Never', 'waiting, PodNotReady'],
  ])('that crashed, with restartPolicy %s: %s', (restartPolicy, told) => {
    const object = { ...podOf(crashed), spec: { ...template.spec, ...(restartPolicy && { restartPolicy }) } };
    const { verdict, reason } = judge('pod', seenOf(object));
    expect(`${verdict}, ${reason}`).toBe(told);
  });

  it('that crashed before does not fail the deployment', () => {
    const same = seenOf(podOf(crashed));
    expect(judge('pod', same, same)).toMatchObject({ verdict: 'waiting', reason: 'PodNotReady' });
  });

  it('that was ready before is unchanged', () => {
    const same = seenOf(podOf({ phase: 'Running', ...ready }));
    expect(judge('pod', same, same).reason).toBe('AlreadyRunning');
  });

  it('that is being deleted is awaited again', () => {
    const status = { phase: 'Running', ...ready };
    const object = { metadata: { ...metadata, deletionTimestamp: 'x' }, spec: template.spec, status };
    const before = seenOf({ ...object, metadata });
    expect(toldOf(judge('pod', { ...seenOf(object), pods: [] }, before))).toBe(
      'waiting, Terminating: pod shared/app is being deleted; a new one is awaited',
    );
  });
});
