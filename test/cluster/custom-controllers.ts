import { fateOf } from '../../lib/simulators/cluster/fate.ts';
import type { Kube } from './kube-client.ts';
import { manifestOf } from './manifest.ts';
import type { Scene } from './scene.ts';

/**
 * Play the controllers of custom resources, as far as their status describes a rollout. Each ends when it has finished
 * a tag.
 */
export type Controller = (scene: Scene, tag: string) => Promise<void>;

const hashKey = 'rollouts-pod-template-hash';

/**
 * Argo Rollouts: a ReplicaSet for each template, whose pods the controller of ReplicaSets creates; the old one goes
 * when the new one is up.
 */
export const argo: Controller = async (scene, tag) => {
  const rollout = await scene.read();
  const hash = tag.replaceAll(/\W/g, '');
  const stable = rollout.status?.stableRS;
  const sets = scene.all('replicasets', '/apis/apps/v1');
  await scene.client.post(sets, replicaSetOf(scene, { rollout, hash, tag }));
  await writeStatus(scene, { phase: 'Progressing', currentPodHash: hash, ...(stable && { stableRS: stable }) });
  if (fateOf(scene.image(tag)) !== 'good') return;
  const set = `${sets}/${scene.name}-${hash}`;
  await scene.until(async () => (await scene.client.get(set)).status?.readyReplicas === rollout.spec.replicas);
  if (stable !== undefined && stable !== hash) await scene.client.delete(`${sets}/${scene.name}-${stable}`);
  const count = rollout.spec.replicas;
  const counts = { replicas: count, updatedReplicas: count, readyReplicas: count, availableReplicas: count };
  await writeStatus(scene, { phase: 'Healthy', currentPodHash: hash, stableRS: hash, ...counts });
};

interface Revision {
  readonly rollout: Kube;
  readonly hash: string;
  readonly tag: string;
}

const replicaSetOf = (scene: Scene, { rollout, hash, tag }: Revision): Kube => {
  const { template, replicas } = manifestOf({ ...scene.one, kind: 'deployment' }, scene.image(tag)).spec;
  const labels = { app: scene.name, [hashKey]: hash };
  const { apiVersion, kind, metadata } = rollout;
  const owner = { apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: `${scene.name}-${hash}`, namespace: scene.name, labels, ownerReferences: [owner] },
    spec: { replicas, selector: { matchLabels: labels }, template: { ...template, metadata: { labels } } },
  };
};

/** A rollout that was aborted. */
export const abortingArgo: Controller = async (scene, tag) => {
  if (tag === '1.0.0') return argo(scene, tag);
  const message = 'Rollout aborted update to revision 2: metric "error-rate" assessed Failed';
  const condition = { type: 'Progressing', status: 'False', reason: 'RolloutAborted', message };
  await writeStatus(scene, { phase: 'Degraded', abort: true, conditions: [condition] });
};

/** Knative names a revision for each template and says when it is ready, or that it has given up. */
export const knative =
  (isGood: boolean): Controller =>
  async (scene, tag) => {
    const isReady = isGood || tag === '1.0.0';
    const name = `${scene.name}-${tag.replaceAll(/\W/g, '-')}`;
    const status = { latestCreatedRevisionName: name, ...(isReady && { latestReadyRevisionName: name }) };
    const message = `Revision "${name}" failed with message: Unable to fetch image.`;
    const bad = { status: 'False', reason: 'RevisionFailed', message };
    const conditions = ['ConfigurationsReady', 'Ready'].map((type) => ({
      type,
      ...(isReady ? { status: 'True' } : bad),
    }));
    await writeStatus(scene, { ...status, conditions });
  };

/** cert-manager issues what the spec asks for, or says that it could not. */
export const certManager =
  (isGood: boolean): Controller =>
  async (scene, tag) => {
    const isReady = isGood || tag === '1.0.0';
    const generation = (await scene.read()).metadata.generation;
    const lastTransitionTime = `${new Date().toISOString().slice(0, 19)}Z`;
    const told = (type: string, status: string, reason: string, message: string) => ({
      ...{ type, status, reason, message },
      ...{ observedGeneration: generation, lastTransitionTime },
    });
    const conditions = isReady
      ? [told('Ready', 'True', 'Ready', 'Certificate is up to date and has not expired')]
      : [
          told('Ready', 'False', 'DoesNotExist', 'Issuing certificate as Secret does not exist'),
          told('Issuing', 'False', 'Failed', 'The certificate request has failed to complete: denied'),
        ];
    await writeStatus(scene, { conditions });
  };

const writeStatus = async (scene: Scene, status: Kube): Promise<void> => {
  const { metadata, kind } = await scene.read();
  const observedGeneration = kind === 'Rollout' ? String(metadata.generation) : metadata.generation;
  const seen = kind === 'Certificate' ? {} : { observedGeneration };
  await scene.client.patch(`${scene.path}/status`, { status: { ...status, ...seen } });
};
