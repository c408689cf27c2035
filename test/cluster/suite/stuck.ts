import { setTimeout as sleep } from 'node:timers/promises';
import type { Case, Verdict } from '../case.ts';

const failed = (reason: string): Verdict => ({ status: 'FAILED', reason, within: 20 });

/** What cannot move by itself: Flotilla must report it soon, with what to do. */
export const stuck: readonly Case[] = [
  { name: 'paused', before: (scene) => scene.patch({ paused: true }), to: '2.0.0', expect: failed('Paused') },
  {
    name: 'paused-midway',
    to: '2.0.0-notready',
    meanwhile: async (scene) => {
      await scene.untilRunning('2.0.0-notready');
      await scene.patch({ paused: true });
    },
    expect: failed('Paused'),
  },
  {
    name: 'on-delete-statefulset',
    kind: 'statefulset',
    spec: { updateStrategy: { type: 'OnDelete' } },
    to: '2.0.0',
    expect: failed('OnDelete'),
  },
  {
    name: 'on-delete-daemonset',
    kind: 'daemonset',
    spec: { updateStrategy: { type: 'OnDelete' } },
    to: '2.0.0',
    expect: failed('OnDelete'),
  },
  {
    name: 'partition-of-all',
    kind: 'statefulset',
    spec: { updateStrategy: { rollingUpdate: { partition: 2 } } },
    to: '2.0.0',
    // kubectl counts zero of zero pods.
    expect: { ...failed('PartitionHoldsAll'), kubectl: 'complete' },
  },
  { name: 'suspended-job', kind: 'job', from: null, spec: { suspend: true }, to: '2.0.0', expect: failed('Suspended') },
  {
    name: 'deleted',
    to: '2.0.0-notready',
    meanwhile: async (scene) => {
      await scene.untilRunning('2.0.0-notready');
      // The verifier has seen it by then.
      await sleep(5_000);
      await scene.remove();
    },
    expect: { status: 'FAILED', reason: 'WorkloadDeleted', within: 60, leaves: null },
  },
  {
    name: 'blocked-statefulset',
    kind: 'statefulset',
    from: '1.0.0-crash',
    broken: true,
    before: (scene) => scene.untilWaiting('1.0.0-crash', 'CrashLoopBackOff'),
    to: '2.0.0',
    expect: { ...failed('BlockedByOldPod'), evidence: ['blocked-statefulset-0', 'FATAL: cannot open database'] },
  },
];
