import type { DeploymentView } from '../../lib/usecases/deployment/deployment-view.ts';
import type { Case } from './case.ts';
import { askKubectl, type Second } from './kubectl.ts';
import { manifestOf } from './manifest.ts';
import type { Scene } from './scene.ts';
import type { World } from './world.ts';

/** The outcome of a case on one cluster. */
export interface Played {
  readonly view: DeploymentView;
  /** Seconds from the start of the run to the verdict; for a restore, to its end. */
  readonly took: number;
  /** Image tag of the workload at the end; absent without a workload. */
  readonly leaves: string | undefined;
  /** What kubectl says about it at the end. */
  readonly second?: Second | undefined;
}

/** Creates the first workload, deploys, and waits for the end. */
export const play = async (world: World, one: Case): Promise<Played> => {
  const scene = world.scenes.get(one.name)!;
  await prepare(scene);
  await one.before?.(scene);
  await scene.until(async () => {
    const standing = await scene.find(scene.path);
    return (
      standing === undefined || one.controller !== undefined || (isObserved(standing) && world.recorder.knows(standing))
    );
  });
  world.recorder.begin(one.name);
  const view = await world.flotilla.ended(await world.flotilla.submit(one));
  const run = world.pipeline.runs.get(one.name);
  // A case whose own part failed proves nothing.
  await run?.done;
  const took = run === undefined ? 0 : (Date.parse(view.ended_at!) - run.startedAt) / 1_000;
  const second = await askKubectl(world.kubectl, one);
  const standing = await scene.find(scene.path);
  return { view, took, second, leaves: standing === undefined ? undefined : tagIn(standing) };
};

const tagIn = (object: Standing): string | undefined => {
  const { template } = object.spec.jobTemplate?.spec ?? object.spec;
  if (template === undefined) return undefined;
  const { containers } = template.spec;
  const { image } = containers.find(({ name }: Standing) => name === 'app');
  return image.slice(image.lastIndexOf(':') + 1);
};

const prepare = async (scene: Scene): Promise<void> => {
  const { client, name, one } = scene;
  await client.post('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  for (const { plural, root, body } of one.objects ?? []) {
    const made = await client.post(scene.all(plural, root), body);
    // A quota takes effect once its controller has seen it.
    const path = `${scene.all(plural, root)}/${made.metadata.name}`;
    if (plural === 'resourcequotas') await scene.until(async () => (await client.get(path)).status?.hard !== undefined);
  }
  if (one.from === null) return;
  await client.post(scene.collection, manifestOf(one, scene.image(one.from ?? '1.0.0')));
  if (one.controller !== undefined) return one.controller(scene, one.from ?? '1.0.0');
  await scene.until(async () => isObserved(await scene.read()));
  if (one.broken === undefined) await scene.until(async () => isInOrder(await scene.read()));
};

type Standing = Awaited<ReturnType<Scene['read']>>;

const isObserved = ({ kind, metadata, status = {} }: Standing): boolean =>
  kind === 'CronJob' || (kind === 'Job' ? status.startTime : status.observedGeneration === metadata.generation);

const isInOrder = ({ kind, spec, status = {} }: Standing): boolean => {
  if (kind === 'CronJob') return true;
  if (kind === 'Job') return (status.succeeded ?? 0) > 0;
  if (kind === 'DaemonSet') return status.numberReady === status.desiredNumberScheduled && status.numberReady > 0;
  const isTold = kind !== 'Deployment' || JSON.stringify(status).includes('"NewReplicaSetAvailable"');
  const counts = [status.readyReplicas, status.updatedReplicas, status.availableReplicas];
  return isTold && counts.every((count) => (count ?? 0) === spec.replicas);
};
