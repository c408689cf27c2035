import type { Case } from '../case.ts';

const automatic = { rollback_strategy: 'automatic' };

/** What Flotilla does about a failure, and what it leaves alone because it belongs to somebody else. */
export const others: readonly Case[] = [
  {
    name: 'restored',
    to: '2.0.0-missing',
    metadata: automatic,
    expect: {
      status: 'FAILED',
      reason: 'RestoredPreviousRelease',
      because: /ImagePullBackOff/,
      leaves: '1.0.0',
      kubectl: 'complete',
    },
  },
  {
    name: 'restored-daemonset',
    kind: 'daemonset',
    to: '2.0.0-missing',
    metadata: automatic,
    expect: { status: 'FAILED', reason: 'RestoredPreviousRelease', leaves: '1.0.0', kubectl: 'complete' },
  },
  {
    name: 'job-is-not-restored',
    kind: 'job',
    spec: { backoffLimit: 0 },
    to: '2.0.0-crash',
    metadata: automatic,
    expect: { status: 'FAILED', reason: 'JobFailed' },
  },
  {
    name: 'superseded',
    to: '2.0.0-notready',
    metadata: automatic,
    meanwhile: async (scene) => {
      await scene.untilRunning('2.0.0-notready');
      await scene.deploy('3.0.0');
    },
    expect: { status: 'FAILED', reason: 'Superseded', leaves: '3.0.0', within: 15, kubectl: 'either' },
  },
  ...(['deployment', 'statefulset', 'daemonset'] as const).map((kind): Case => {
    const name = `hotfix-replaced-${kind}`;
    return {
      ...{ name, kind, to: '2.0.0' },
      pipeline: async (scene, tag) => {
        await scene.deploy('1.0.1');
        await scene.untilRunning('1.0.1');
        await scene.deploy(tag);
      },
      expect: { status: 'SUCCESS', reason: 'Verified', warns: [/:1\.0\.1 was there in between and was replaced/] },
    };
  }),
  {
    name: 'superseded-in-flight',
    to: '2.0.0-notready',
    metadata: automatic,
    pipeline: async (scene, tag) => {
      await scene.deploy(tag);
      await scene.untilRunning(tag);
      await scene.deploy('3.0.0');
      await scene.untilRunning('3.0.0', 2);
    },
    expect: { status: 'FAILED', reason: 'Superseded', leaves: '3.0.0', within: 15, kubectl: 'either' },
  },
  {
    name: 'put-back-in-flight',
    to: '2.0.0-notready',
    metadata: automatic,
    pipeline: async (scene, tag) => {
      await scene.deploy(tag);
      await scene.untilRunning(tag);
      await scene.deploy('1.0.0');
      await scene.until(async () => (await scene.podsOf(tag)).length === 0);
    },
    expect: { status: 'FAILED', reason: 'Superseded', leaves: '1.0.0', within: 15, kubectl: 'either' },
  },
];
