import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubernetesCluster } from '../../../lib/adapters/cluster.ts';
import type { WorkloadKind } from '../../../lib/domain/plan/plan.ts';
import type { Judgement } from '../../../lib/domain/rollout/judgement.ts';
import { isRunning } from '../../../lib/domain/rollout/verdict.ts';
import { type SimulatedCluster, startSimulatedCluster } from '../../../lib/simulators/cluster/simulated-cluster.ts';
import { asDocker, baselineOf, clusterAt, followRollout, patch, setImage, workloadOf } from './follow-rollout.ts';

/** Adapter, rules and simulator together, over HTTP. Each test has a workload of its own. */

const kinds = ['deployment', 'statefulset', 'daemonset', 'job', 'cronjob'] as const;
const deployments = [
  'good',
  'noop',
  'missing',
  'crash',
  'oom',
  'invalid',
  'config',
  'notready',
  'unschedulable',
  'quota',
  'crashlog',
  'deadline',
];
const others = [
  'paused',
  'superseded',
  'undo',
  'rolledback',
  'zero',
  'chart',
  'wrong',
  'overtaken',
  'putback',
  'again',
];

let simulated: SimulatedCluster;
let cluster: KubernetesCluster;

beforeAll(async () => {
  const seed = [
    ...[...deployments, ...others].map((name) => ({
      kind: 'deployment' as const,
      name,
      replicas: name === 'zero' ? 0 : 2,
    })),
    ...kinds.flatMap((kind) => ['new', 'bad'].map((name) => ({ kind, name: `${kind}-${name}`, replicas: 2 }))),
  ];
  simulated = await startSimulatedCluster({
    tickMilliseconds: 20,
    podStartMilliseconds: 100,
    seed: seed.map((one) => ({ ...one, namespace: 'shared', image: `reg.local/${one.name}:1` })),
  });
  cluster = await clusterAt(simulated.url);
});

afterAll(() => simulated.close());

const deploymentPath = (name: string) => `/apis/apps/v1/namespaces/shared/deployments/${name}`;

async function roll(name: string, tag: string) {
  const workload = workloadOf('deployment', name);
  const baseline = await baselineOf(cluster, workload);
  await setImage(simulated.url, deploymentPath(name), `reg.local/${name}:${tag}`);
  return { workload, baseline, expected: asDocker(tag) };
}

/** Does it once, when the rollout is seen in progress. */
const inTheMiddle = (action: () => Promise<void>) => {
  let isDone = false;
  return async (reason: string): Promise<void> => {
    if (isDone || reason !== 'ReplicasNotUpdated') return;
    isDone = true;
    await action();
  };
};

describe.concurrent('a deployment that gets a new image', () => {
  it('is healthy when the new pods are ready and the old ones gone', async () => {
    const result = await followRollout(cluster, await roll('good', '2'));
    expect(result).toMatchObject({ verdict: 'healthy', reason: 'RolledOut' });
    expect(result.message).toBe('2 of 2 replicas are ready with reg.local/good:2');
    expect(result.warnings).toBeUndefined();
    // The machine's speed decides which steps are seen; the tables of the rules cover what each says.
    expect(result.reasons.length).toBeGreaterThan(1);
  });

  it.each([
    { name: 'missing', reason: 'ImagePullBackOff', kind: 'pod' },
    { name: 'invalid', reason: 'InvalidImageName', kind: 'pod' },
    { name: 'crash', reason: 'CrashLoopBackOff', kind: 'pod' },
    { name: 'oom', reason: 'OOMKilled', kind: 'pod' },
    { name: 'quota', reason: 'ReplicaFailure', kind: 'condition' },
  ])('$name fails as $reason, with evidence', async ({ name, reason, kind }) => {
    const result = await followRollout(cluster, await roll(name, `2-${name}`));
    expect(result).toMatchObject({ verdict: 'failing', reason });
    expect(result.evidence?.[0]).toMatchObject({ kind });
    expect(result.reasons).not.toContain('RolledOut');
  });

  it('carries the last log lines of what crashed', async () => {
    const result = await followRollout(cluster, await roll('crashlog', '2-crash'));
    expect(result.evidence?.[0]?.log).toContain('FATAL: cannot open database: connection refused');
    expect(result.evidence?.[0]?.message).toContain('exit code 1');
  });

  it.each([
    { name: 'notready', waits: 'NotReady' },
    { name: 'config', waits: 'CreateContainerConfigError' },
    { name: 'unschedulable', waits: 'Unschedulable' },
  ])('$name may recover: the observer waits, and the evidence says why', async ({ name, waits }) => {
    const until = ({ evidence }: Judgement) => evidence?.[0]?.reason === waits;
    const result = await followRollout(cluster, { ...(await roll(name, `2-${name}`)), until });
    expect(result.verdict).toBe('waiting');
    expect(result.evidence?.[0]).toMatchObject({ kind: 'pod', reason: waits });
  });

  it('fails at the progress deadline when it never becomes ready', async () => {
    await patch(simulated.url, deploymentPath('deadline'), { spec: { progressDeadlineSeconds: 1 } });
    const result = await followRollout(cluster, await roll('deadline', '2-notready'));
    expect(result).toMatchObject({ verdict: 'failing', reason: 'ProgressDeadlineExceeded' });
    const pod = result.evidence?.find(({ kind }) => kind === 'pod');
    expect(pod?.log).toContain('GET /ready 500: dependency not available');
  });
});

describe.concurrent('what else can happen to a deployment', () => {
  it('says so when nothing had to change', async () => {
    const result = await followRollout(cluster, await roll('noop', '1'));
    expect(result).toMatchObject({ verdict: 'healthy', reason: 'AlreadyRunning' });
  });

  it('waits while the executor has not written the image yet', async () => {
    const workload = workloadOf('deployment', 'wrong');
    const baseline = await baselineOf(cluster, workload);
    const result = await followRollout(cluster, { workload, baseline, expected: asDocker('2'), until: () => true });
    expect(result).toMatchObject({ verdict: 'waiting', reason: 'ImageNotUpdated' });
  });

  it('is failing when it is paused halfway', async () => {
    await patch(simulated.url, deploymentPath('paused'), { spec: { paused: true } });
    const result = await followRollout(cluster, await roll('paused', '2'));
    expect(result).toMatchObject({ verdict: 'failing', reason: 'Paused' });
  });

  it('is superseded when somebody changes the image halfway', async () => {
    const rolling = await roll('superseded', '2-notready');
    const meanwhile = inTheMiddle(() =>
      setImage(simulated.url, deploymentPath('superseded'), 'reg.local/superseded:9'),
    );
    expect(await followRollout(cluster, { ...rolling, meanwhile })).toMatchObject({
      verdict: 'failing',
      reason: 'Superseded',
    });
  });

  it('is superseded when somebody puts the old image back', async () => {
    const rolling = await roll('rolledback', '2-notready');
    const meanwhile = inTheMiddle(() =>
      setImage(simulated.url, deploymentPath('rolledback'), 'reg.local/rolledback:1'),
    );
    expect(await followRollout(cluster, { ...rolling, meanwhile })).toMatchObject({
      verdict: 'failing',
      reason: 'Superseded',
    });
  });

  it.each([
    { name: 'overtaken', images: ['2', '9'], says: 'somebody else changed it' },
    { name: 'putback', images: ['2', '1'], says: 'it was put back' },
    { name: 'again', images: ['2', '9', '1'], says: 'it was put back' },
  ])('$name: it is superseded at the first look, where all happened before it', async ({ name, images, says }) => {
    const workload = workloadOf('deployment', name);
    const baseline = await baselineOf(cluster, workload);
    for (const [at, version] of images.entries()) {
      await setImage(simulated.url, deploymentPath(name), `reg.local/${name}:${version}`);
      await expect
        .poll(async () => (await baselineOf(cluster, workload)).revision_number)
        .toBe((baseline.revision_number ?? 0) + at + 1);
    }
    const result = await followRollout(cluster, { workload, baseline, expected: asDocker('2'), until: () => true });
    expect(result).toMatchObject({ verdict: 'failing', reason: 'Superseded', message: expect.stringContaining(says) });
  });

  it('is restored: the old image again is a new revision number, and is verified like any other', async () => {
    expect(await followRollout(cluster, await roll('undo', '2-crash'))).toMatchObject({ verdict: 'failing' });
    const undo = await roll('undo', '1');
    const result = await followRollout(cluster, undo);
    expect(result).toMatchObject({ verdict: 'healthy', reason: 'RolledOut' });
    const [view] = await cluster.read([undo.workload]);
    if (view === undefined) throw new Error('no view');
    expect(isRunning({ ...undo, view, now: Date.now() })).toBe(true);
    expect(isRunning({ ...undo, expected: asDocker('2-crash'), view, now: Date.now() })).toBe(false);
  });

  it('is healthy with a warning when no replica is wanted', async () => {
    const result = await followRollout(cluster, await roll('zero', '2'));
    expect(result).toMatchObject({ verdict: 'healthy', warnings: [expect.stringContaining('0 of 0 replicas')] });
  });

  it('records the image of a chart without comparing it', async () => {
    const rolling = await roll('chart', '2');
    const result = await followRollout(cluster, { ...rolling, expected: { version: '7.1.0', artifactType: 'helm' } });
    expect(result).toMatchObject({ verdict: 'healthy', warnings: [expect.stringContaining('reg.local/chart:2')] });
  });
});

describe('the other kinds', () => {
  const deploy = async (kind: WorkloadKind, name: string, tag: string) => {
    const workload = workloadOf(kind, name);
    const baseline = await baselineOf(cluster, workload);
    const seed = [{ kind, name, namespace: 'shared', image: `reg.local/${name}:${tag}`, replicas: 2 }];
    const response = await fetch(`${simulated.url}/simulator/deploy`, { method: 'POST', body: JSON.stringify(seed) });
    expect(response.status).toBe(200);
    return { workload, baseline, expected: asDocker(tag) };
  };

  it.each([
    { kind: 'statefulset' as const, reason: 'RolledOut' },
    { kind: 'daemonset' as const, reason: 'RolledOut' },
    { kind: 'job' as const, reason: 'JobComplete' },
    { kind: 'cronjob' as const, reason: 'CronJobUpdated' },
  ])('$kind with a good image is $reason', async ({ kind, reason }) => {
    const result = await followRollout(cluster, await deploy(kind, `${kind}-new`, '2'));
    expect(result).toMatchObject({ verdict: 'healthy', reason });
  });

  it.each([
    { kind: 'statefulset' as const, tag: '2-crash', reason: 'CrashLoopBackOff', log: true },
    { kind: 'daemonset' as const, tag: '2-missing', reason: 'ImagePullBackOff', log: false },
    { kind: 'job' as const, tag: '2-crash', reason: 'JobFailed', log: true },
    { kind: 'job' as const, tag: '3-missing', reason: 'ImagePullBackOff', log: false },
  ])('$kind with $tag fails as $reason', async ({ kind, tag, reason, log }) => {
    const result = await followRollout(cluster, await deploy(kind, `${kind}-bad`, tag));
    expect(result).toMatchObject({ verdict: 'failing', reason });
    expect(result.evidence?.some((one) => (one.log ?? []).length > 0)).toBe(log);
  });

  it('shows what blocks a StatefulSet that was put back while its last pod was broken', async () => {
    const result = await followRollout(cluster, await deploy('statefulset', 'statefulset-bad', '1'));
    expect(result).toMatchObject({ verdict: 'failing', reason: 'BlockedByOldPod' });
    expect(result.message).toContain('statefulset-bad-1');
    await fetch(`${simulated.url}/api/v1/namespaces/shared/pods/statefulset-bad-1`, { method: 'DELETE' });
    const workload = workloadOf('statefulset', 'statefulset-bad');
    const baseline = await baselineOf(cluster, workload);
    const healed = await followRollout(cluster, { workload, baseline, expected: asDocker('1') });
    expect(healed.verdict).toBe('healthy');
  });

  it('warns about a suspended cronjob', async () => {
    await patch(simulated.url, '/apis/batch/v1/namespaces/shared/cronjobs/cronjob-bad', { spec: { suspend: true } });
    const result = await followRollout(cluster, await deploy('cronjob', 'cronjob-bad', '2'));
    expect(result).toMatchObject({ verdict: 'healthy', warnings: ['the cronjob is suspended: it will not run'] });
  });
});
