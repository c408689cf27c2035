import { describe, expect, onTestFinished, test } from 'vitest';
import { KubernetesCluster, kubeConfigFrom } from '../../../lib/adapters/cluster.ts';
import { rightsLines } from '../../../lib/cli/budget-lines.ts';
import { warnOfDeployer } from '../../../lib/domain/catalogue/noted-rights.ts';
import { FlotillaError } from '../../../lib/domain/errors.ts';
import type { Cluster } from '../../../lib/domain/ports.ts';
import type { ClusterRow } from '../../../lib/domain/record/cluster-row.ts';
import { keys } from '../../../lib/domain/record/keys.ts';
import { type HeaderRow, rowOf } from '../../../lib/domain/record/rows.ts';
import { startSimulatedCluster } from '../../../lib/simulators/cluster/simulated-cluster.ts';
import { writePlan } from '../../../lib/usecases/plan/plan-store.ts';
import { previewPlan } from '../../../lib/usecases/plan/preview-plan.ts';
import { readHealth } from '../../../lib/usecases/read-health.ts';
import { captureBaseline } from '../../../lib/usecases/rollout/capture-baseline.ts';
import { reviewDeployer, reviewRightsAnew } from '../../../lib/usecases/schedule/cluster-rights.ts';
import { planned, releaseYaml, submitted } from '../batch/api-world.ts';
import { aboutToStart } from '../deployment/about-to-start.ts';

/** A deployment that is about to start on a simulated cluster that does not grant all rights. */
const sceneWithout = async (...taken: readonly string[]) => {
  const simulated = await startSimulatedCluster();
  onTestFinished(() => simulated.close());
  for (const right of taken) simulated.rights.take(right);
  const { world, batchId, deployment } = await aboutToStart();
  const cluster = new KubernetesCluster(deployment.cluster, await kubeConfigFrom({ server: simulated.url }));
  const reviews = { count: 0 };
  const told: (readonly [string, Readonly<Record<string, string>>])[] = [];
  const ask = cluster.missingRights.bind(cluster);
  cluster.missingRights = (...asked) => {
    reviews.count += 1;
    return ask(...asked);
  };
  const deps = {
    ...world.deps,
    cluster: async () => cluster,
    tell: (message: string, about: Readonly<Record<string, string>>) => void told.push([message, about]),
  };
  const capture = () =>
    captureBaseline(deps, { batch_id: batchId, index: 0 }).then(
      () => 'captured',
      (error: Error) => error,
    );
  const row = async () => rowOf<ClusterRow>(await world.table.get(keys.cluster(deployment.cluster)));
  return { world, batchId, deps, deployment, simulated, reviews, told, capture, row };
};

describe('what a cluster does not let us do', () => {
  test('is asked on first contact, kept, logged once, and asked again after a minute', async () => {
    const { world, deployment, simulated, reviews, told, capture, row } = await sceneWithout(
      'watch pods',
      'list events',
    );
    const { cluster, workload } = deployment;
    for (let times = 0; times < 3; times += 1) expect(await capture()).toBe('captured');
    const missing = ['watch pods', 'list events'];
    expect((await row())?.rights).toEqual({ [workload.namespace]: { at: world.clock.time, missing } });
    const about = { cluster, namespace: workload.namespace };
    const lacks = {
      ...about,
      missing: missing.join(', '),
      remedy: `flotilla cluster-role ${cluster} | kubectl apply -f -`,
    };
    expect([reviews.count, told]).toEqual([1, [['a cluster does not give all rights', lacks]]]);
    world.clock.time += 60_000;
    await capture();
    expect([reviews.count, told.length]).toEqual([2, 1]);
    simulated.rights.giveAll();
    world.clock.time += 60_000;
    await capture();
    expect(told.slice(1)).toEqual([['a cluster gives all rights now', { ...about, missing: '' }]]);
    expect((await row())?.rights).toEqual({ [workload.namespace]: { at: world.clock.time, missing: [] } });
    world.clock.time += 60_000;
    await capture();
    expect(reviews.count).toBe(3);
  });

  test('gives a warning in plan and submit, and shows in health, without asking the cluster', async () => {
    const { world, deps, deployment, reviews, capture } = await sceneWithout('watch pods');
    const { cluster, workload } = deployment;
    const plan = async () => (await previewPlan(deps, { text: releaseYaml })).warnings;
    expect(await plan()).toEqual([]);
    expect(await readHealth(deps)).toMatchObject({ rights: [] });
    await capture();
    const warned = `Cluster ${cluster} does not let us watch pods in namespace ${workload.namespace}: it is polled every second instead.`;
    expect(await plan()).toEqual([expect.stringContaining(warned)]);
    const header = rowOf<HeaderRow>(await world.table.get(keys.header(await submitted(world))));
    expect(header?.warnings).toEqual([expect.stringContaining(warned)]);
    const remedy = `flotilla cluster-role ${cluster} | kubectl apply -f -`;
    const { rights } = await readHealth(deps);
    const at = new Date(world.clock.time).toISOString();
    expect(rights).toEqual([{ cluster, namespaces: 1, missing: ['watch pods'], at, remedy }]);
    expect(rightsLines(rights)).toEqual([`cluster ${cluster} does not let us watch pods in 1 namespace: ${remedy}`]);
    expect(reviews.count).toBe(1);
  });

  test.each(['list deployments.apps', 'list replicasets.apps', 'list pods'])(
    'ends a deployment before its start, where it is: %s',
    async (right) => {
      const { deployment, capture, row } = await sceneWithout(right);
      const { cluster, workload } = deployment;
      const what = right.replace('list ', '');
      const message = `cluster ${cluster} does not let us list ${what} in namespace ${workload.namespace}; give the role to the group flotilla and add our user to it: flotilla cluster-role ${cluster} | kubectl apply -f -`;
      const details = { cluster, namespace: workload.namespace, missing: [right] };
      expect(await capture()).toMatchObject({ name: 'RightsMissing', message, details });
      expect((await row())?.rights?.[workload.namespace]?.missing).toEqual([right]);
    },
  );

  test('is asked again at once when something could be listed that it had refused', async () => {
    const { deployment, simulated, reviews, capture, row } = await sceneWithout('list pods');
    expect(await capture()).toMatchObject({ name: 'RightsMissing' });
    simulated.rights.giveAll();
    for (let times = 0; times < 2; times += 1) expect(await capture()).toBe('captured');
    expect((await row())?.rights?.[deployment.workload.namespace]?.missing).toEqual([]);
    expect(reviews.count).toBe(2);
  });

  test.each(['list cronjobs.batch', 'list events', 'get pods/log', 'get services/proxy', 'watch deployments.apps'])(
    'ends no other deployment: %s',
    async (right) => {
      const { capture } = await sceneWithout(right);
      expect(await capture()).toBe('captured');
    },
  );
});

test.each(['ConfigurationInvalid', 'ClusterUnavailable'] as const)(
  'the rollout watch goes on when rights cannot be reviewed: %s',
  async (name) => {
    const { deps, deployment } = await sceneWithout();
    const cluster = await deps.cluster();
    const fails = async (): Promise<never> => {
      throw new FlotillaError(name, 'not now');
    };
    cluster.missingRights = fails;
    const asked = name === 'ConfigurationInvalid' ? { ...deps, catalogue: fails } : deps;
    await expect(reviewRightsAnew(asked, { deployment, cluster })).resolves.toBeUndefined();
  },
);

describe('what a cluster does not let the deployer do', () => {
  const applied = async (...taken: readonly string[]) => {
    const scene = await sceneWithout(...taken);
    const { world, deployment, deps } = scene;
    const executor = { account: `kubernetes:${deployment.cluster}`, name: 'kubernetes', settings: {} } as const;
    const { plan } = await planned(world);
    await writePlan(world, scene.batchId, { ...plan, deployments: [{ ...deployment, executor }] });
    await scene.capture();
    scene.told.length = 0;
    const place = { batch_id: scene.batchId, index: 0 };
    const review = () =>
      reviewDeployer(deps, place).then(
        () => 'reviewed',
        (error: FlotillaError) => error,
      );
    return { ...scene, review, place, planned: { ...deployment, executor } };
  };

  test('is asked before the first apply, kept, logged once, shown in plan and in health', async () => {
    const { world, deps, deployment, reviews, told, review, row, planned } = await applied('delete services');
    const before = reviews.count;
    for (let times = 0; times < 3; times += 1) expect(await review()).toBe('reviewed');
    const { cluster, workload } = deployment;
    const said = { at: world.clock.time, missing: ['delete services'] };
    expect((await row())?.deployer).toEqual({ [workload.namespace]: said });
    const remedy = `flotilla cluster-role ${cluster} --executor kubernetes | kubectl apply -f -`;
    const about = { cluster, namespace: workload.namespace, missing: 'delete services', remedy };
    expect([reviews.count - before, told]).toEqual([1, [['a cluster does not give the deployer all rights', about]]]);
    expect((await readHealth(deps)).rights).toMatchObject([{ cluster, missing: ['delete services'], remedy }]);
    const noted = { [workload.namespace]: said };
    expect(warnOfDeployer([planned], () => noted)).toEqual([
      `Cluster ${cluster} does not let the deploying identity delete services in namespace ${workload.namespace}: what needs it is refused, and nothing is applied. ${remedy} gives all of it. It said so at ${new Date(said.at).toISOString()}, and is asked again by the next deployment there`,
    ]);
    expect(warnOfDeployer([deployment], () => noted)).toEqual([]);
  });

  test.each(['get deployments.apps', 'patch deployments.apps'])(
    '%s, without which the workload cannot be applied, fails it before anything starts',
    async (right) => {
      const { deployment, simulated, review, world } = await applied(right);
      const refused = `cluster ${deployment.cluster} does not let the deployer ${right} in namespace ${deployment.workload.namespace}`;
      const message = `${refused}; give the role to the group flotilla-deployer and add our user to it: flotilla cluster-role ${deployment.cluster} --executor kubernetes | kubectl apply -f -`;
      const wanted = { name: 'RightsMissing', message };
      expect([await review(), await review()]).toMatchObject([wanted, wanted]);
      simulated.rights.giveAll();
      expect([await review(), world.clock.time]).toEqual(['reviewed', world.clock.time]);
    },
  );

  test('is not asked once something has started', async () => {
    const { world, place, review } = await applied('patch deployments.apps');
    const run = { executor: 'kubernetes:eu-1', key: 'k', attempt: 1 };
    await world.table.transact([{ update: keys.item(place.batch_id, 0), set: { runs: [run] } }]);
    expect(await review()).toBe('reviewed');
  });

  test('does not matter where the cluster does not say', async () => {
    const { deps, place } = await applied();
    const silent = { ...deps, cluster: async () => ({ missingRights: async () => undefined }) as unknown as Cluster };
    await expect(reviewDeployer(silent, place)).resolves.toBeUndefined();
  });
});
