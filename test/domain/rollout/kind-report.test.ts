import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../lib/domain/json.ts';
import { judge, podOf } from './kinds.ts';
import { unready, viewOf } from './objects.ts';

const broken = { name: 'app', ready: false, restartCount: 7, state: { waiting: { reason: 'InvalidImageName' } } };
const gone = (phase: string): JsonObject => ({ ...unready(broken), phase, reason: 'Evicted' });

describe('a pod that has ended and is replaced', () => {
  it.each(['Failed', 'Succeeded'])('in phase %s says nothing of the rollout', (phase) => {
    const view = viewOf({ replicas: 1 });
    const labels = { 'pod-template-hash': 'hash2' };
    const judged = judge('deployment', { ...view, pods: [podOf(gone(phase), labels), ...view.pods] });
    expect([judged.verdict, judged.evidence]).toEqual(['healthy', undefined]);
    const pending = viewOf({ replicas: 1, status: { readyReplicas: 0 }, podStatus: gone(phase) });
    expect(judge('deployment', pending)).toMatchObject({
      verdict: 'waiting',
      reason: 'ReplicasNotReady',
      evidence: [],
    });
  });

  it.each(['Pending', 'Running', 'Unknown'])('is another thing than one in phase %s', (phase) => {
    const view = viewOf({ replicas: 1, status: { readyReplicas: 0 }, podStatus: gone(phase) });
    expect(judge('deployment', view).reason).toBe('InvalidImageName');
  });
});
