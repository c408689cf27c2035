import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../lib/domain/json.ts';
import { judge, podOf } from './kinds.ts';
import { shortOf } from './looks.ts';
import { secondsAgo, unready, viewOf } from './objects.ts';

const broken = { name: 'app', ready: false, restartCount: 7, state: { waiting: { reason: 'InvalidImageName' } } };
const gone = (phase: string): JsonObject => ({ ...unready(broken), phase, reason: 'Evicted' });

describe('a pod that has ended and is replaced', () => {
  it.each(['Failed', 'Succeeded'])('in phase %s does not affect the rollout', (phase) => {
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

  it.each(['Pending', 'Running', 'Unknown'])('differs from one in phase %s', (phase) => {
    const view = viewOf({ replicas: 1, status: { readyReplicas: 0 }, podStatus: gone(phase) });
    expect(judge('deployment', view).reason).toBe('InvalidImageName');
  });
});

describe('an unknown host of a registry', () => {
  const containers = (version: string, side: string): readonly JsonObject[] => [
    { name: 'app', image: `reg/app:${version}` },
    { name: 'side', image: side },
  ];
  const waits = { name: 'side', image: 'other.example/side:2', ready: false, restartCount: 0 };
  const state = { waiting: { reason: 'ErrImagePull', message: 'lookup other.example: no such host' } };

  it.each([
    ['other.example/side:1', 'RegistryUnavailable'],
    ['reg/side:1', 'ImagePullBackOff'],
  ])('after %s is %s', (before, reason) => {
    const view = viewOf({
      ...{ containers: containers('2', 'other.example/side:2'), status: { readyReplicas: 0 } },
      podStatus: { ...unready({}), containerStatuses: [{ ...waits, state }] },
    });
    const baseline = viewOf({ revision: 1, containers: containers('1', before) });
    expect(judge('deployment', view, baseline).reason).toBe(reason);
  });
});

describe('a container that ended too often', () => {
  const ended = { restartCount: 3, state: { running: {} }, lastState: { terminated: { exitCode: 1 } } };
  const view = (created: JsonObject) =>
    viewOf({
      ...{ replicas: 1, status: { readyReplicas: 0 }, podStatus: unready(ended) },
      podMetadata: { labels: { 'pod-template-hash': 'hash2' }, ...created },
    });

  it.each([
    ['before the attempt, in a pod that is older', { creationTimestamp: secondsAgo(3) }, '0 waiting ReplicasNotReady'],
    ['in a pod of the second in which it began', { creationTimestamp: secondsAgo(2) }, '0 failing CrashLoopBackOff'],
    ['in a pod that is newer', { creationTimestamp: secondsAgo(1) }, '0 failing CrashLoopBackOff'],
    ['in a pod of unknown age', {}, '0 failing CrashLoopBackOff'],
  ])('%s', (_, created, told) => {
    expect(shortOf('deployment', [[0, view(created)]], { since: -1.5 })).toEqual([told]);
  });
});
