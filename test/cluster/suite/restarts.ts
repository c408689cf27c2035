import type { Case } from '../case.ts';

/**
 * The API server goes down during the rollout and comes back: every resumed watch gets a 410, because its version is
 * too old.
 */
export const restarts: readonly Case[] = [
  {
    name: 'restarted',
    last: true,
    spec: { minReadySeconds: 8 },
    to: '2.0.0',
    meanwhile: async (scene) => {
      await scene.untilRunning('2.0.0');
      await scene.restart();
    },
    expect: { status: 'SUCCESS', reason: 'Verified', after: 8 },
  },
  {
    name: 'failing-over-a-restart',
    last: true,
    spec: { progressDeadlineSeconds: 12 },
    to: '2.0.0-notready',
    expect: { status: 'FAILED', reason: 'ProgressDeadlineExceeded', after: 10, evidence: ['Readiness probe failed'] },
  },
];
