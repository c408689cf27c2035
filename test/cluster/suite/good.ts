import type { Case, Verdict } from '../case.ts';
import { quota } from './objects.ts';

const verified: Verdict = { status: 'SUCCESS', reason: 'Verified' };

/** What must succeed: each kind, and each way to roll out. */
export const good: readonly Case[] = [
  { name: 'deployment', to: '2.0.0', expect: { ...verified, says: /2 of 2 replicas are ready/ } },
  { name: 'statefulset', kind: 'statefulset', to: '2.0.0', expect: { ...verified, says: /2 of 2 replicas/ } },
  { name: 'daemonset', kind: 'daemonset', to: '2.0.0', expect: { ...verified, says: /2 of 2 replicas/ } },
  { name: 'job', kind: 'job', to: '2.0.0', expect: { ...verified, says: /1 of 1 completions/ } },
  { name: 'cronjob', kind: 'cronjob', to: '2.0.0', expect: verified },
  { name: 'first-release', from: null, to: '1.0.0', expect: verified },
  { name: 'unchanged', to: '1.0.0', expect: { ...verified, says: /of the same revision as before/ } },
  { name: 'recreate', spec: { strategy: { type: 'Recreate' } }, to: '2.0.0', expect: verified },
  { name: 'min-ready-seconds', spec: { minReadySeconds: 3 }, to: '2.0.0', expect: { ...verified, after: 3 } },
  {
    name: 'init-container',
    pod: { initContainers: [{ name: 'migrate', image: 'registry.example/migrate:1.0.0' }] },
    to: '2.0.0',
    expect: verified,
  },
  {
    name: 'native-sidecar',
    pod: {
      initContainers: [
        {
          ...{ name: 'proxy', image: 'registry.example/proxy:1.0.0', restartPolicy: 'Always' },
          readinessProbe: { httpGet: { path: '/ready', port: 15_021 } },
        },
      ],
    },
    to: '2.0.0',
    expect: verified,
  },
  {
    name: 'job-with-sidecar',
    kind: 'job',
    pod: { initContainers: [{ name: 'proxy', image: 'registry.example/proxy:1.0.0', restartPolicy: 'Always' }] },
    to: '2.0.0',
    expect: verified,
  },
  { name: 'without-probe', container: { readinessProbe: null }, to: '2.0.0', expect: { ...verified, after: 9 } },
  { name: 'without-replicas', spec: { replicas: 0 }, to: '2.0.0', expect: { ...verified, warns: [/nothing runs/] } },
  {
    name: 'partition',
    kind: 'statefulset',
    spec: { updateStrategy: { rollingUpdate: { partition: 1 } } },
    to: '2.0.0',
    expect: { ...verified, says: /1 of 2 replicas/, warns: [/1 of 2 replicas stay on the old revision/] },
  },
  {
    name: 'parallel-statefulset',
    kind: 'statefulset',
    spec: { podManagementPolicy: 'Parallel', replicas: 3 },
    to: '2.0.0',
    expect: verified,
  },
  {
    name: 'autoscaled',
    spec: { minReadySeconds: 3 },
    to: '2.0.0',
    // What a HorizontalPodAutoscaler does: it sets the replicas, during the rollout too.
    meanwhile: async (scene) => {
      await scene.untilRunning('2.0.0');
      await scene.patch({ replicas: 4 });
    },
    expect: { ...verified, says: /4 of 4 replicas/ },
  },
  { name: 'busy-registry', to: '2.0.0-busy', expect: verified },
  { name: 'late-secret', to: '2.0.0-late', expect: { ...verified, after: 12 } },
  { name: 'late-database', to: '2.0.0-waits', expect: verified },
  {
    name: 'quota-while-old-leave',
    from: '1.0.0-lingers',
    objects: [quota({ pods: '2' })],
    spec: { strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } } },
    to: '2.0.0',
    expect: verified,
  },
  {
    name: 'tolerated-crashes',
    container: { readinessProbe: null },
    item: { steady_seconds: 2 },
    service: { crash_tolerance: 5 },
    to: '2.0.0-waits',
    expect: verified,
  },
  {
    name: 'steady-for-two-seconds',
    container: { readinessProbe: null },
    service: { steady_seconds: 2 },
    to: '2.0.0',
    expect: { ...verified, after: 1, within: 9 },
  },
  {
    name: 'job-with-ttl',
    kind: 'job',
    // Long enough to be seen on a busy machine.
    spec: { ttlSecondsAfterFinished: 4 },
    from: null,
    to: '2.0.0',
    meanwhile: (scene) =>
      scene.until(async () => (await scene.find(scene.path))?.status?.succeeded === 1).then(() => scene.untilGone()),
    expect: { ...verified, leaves: null },
  },
  {
    name: 'unblocked-statefulset',
    kind: 'statefulset',
    from: '1.0.0-crash',
    broken: true,
    before: (scene) => scene.untilWaiting('1.0.0-crash', 'CrashLoopBackOff'),
    item: { unblock: true },
    to: '2.0.0',
    expect: { ...verified, warns: [/holds up the rollout. It is deleted because unblock is set/] },
  },
  {
    name: 'resumed',
    before: (scene) => scene.patch({ paused: true }),
    to: '2.0.0',
    pipeline: async (scene, tag) => {
      await scene.deploy(tag);
      await scene.patch({ paused: false });
    },
    expect: verified,
  },
];
