import { setTimeout as sleep } from 'node:timers/promises';
import type { Kube, KubeClient } from '../cluster/kube-client.ts';

const counts = { replicas: 4, readyReplicas: 4, availableReplicas: 4 };

const healthy = (hash: string): Kube => ({
  ...{ ...counts, phase: 'Healthy', currentPodHash: hash, stableRS: hash, updatedReplicas: 4 },
  ...{ pauseConditions: null, abort: null, conditions: null },
});

/** What the controller of Argo Rollouts would write for a canary that pauses once; undefined when nothing changes. */
const nextStatus = ({ spec, status = {} }: Kube): Kube | undefined => {
  const hash = String(spec.template.spec.containers[0].image).split(':').pop()!;
  if (status.stableRS === undefined) return healthy(hash);
  if (hash === status.stableRS) return status.phase === 'Healthy' ? undefined : healthy(hash);
  if (status.currentPodHash !== hash) {
    const pauseConditions = [{ reason: 'CanaryPauseStep', startTime: '2026-11-30T03:00:00Z' }];
    return {
      ...counts,
      phase: 'Paused',
      currentPodHash: hash,
      updatedReplicas: 1,
      currentStepIndex: 1,
      pauseConditions,
    };
  }
  if (status.abort === true) {
    const conditions = [{ type: 'Progressing', status: 'False', reason: 'RolloutAborted', message: 'aborted' }];
    return status.phase === 'Degraded' ? undefined : { ...counts, phase: 'Degraded', updatedReplicas: 0, conditions };
  }
  return status.phase === 'Paused' && status.pauseConditions === undefined ? healthy(hash) : undefined;
};

/** The pods of a revision, which the controller of ReplicaSets creates. */
const scaleSet = async (client: KubeClient, rollout: Kube, hash: string, replicas: number): Promise<void> => {
  const { namespace, name, uid } = rollout.metadata;
  const sets = `/apis/apps/v1/namespaces/${namespace}/replicasets`;
  const labels = { ...rollout.spec.template.metadata.labels, 'rollouts-pod-template-hash': hash };
  const owner = { apiVersion: rollout.apiVersion, kind: 'Rollout', name, uid, controller: true };
  const metadata = { name: `${name}-${hash}`, namespace, labels, ownerReferences: [owner] };
  const template = { ...rollout.spec.template, metadata: { labels } };
  const set = { metadata, spec: { replicas, selector: { matchLabels: labels }, template } };
  const path = `${sets}/${name}-${hash}`;
  const isThere = await client.get(path).then(
    () => true,
    () => false,
  );
  if (isThere) await client.patch(path, { spec: { replicas } });
  else if (replicas > 0) await client.post(sets, { apiVersion: 'apps/v1', kind: 'ReplicaSet', ...set });
  while (replicas > 0 && (await client.get(path)).status?.readyReplicas !== replicas) await sleep(20);
};

/** Plays that controller for one Rollout, until it is over. */
export const playArgo = async (client: KubeClient, path: string, isOver: () => boolean): Promise<void> => {
  for (; !isOver(); await sleep(20)) {
    const rollout = await client.get(path).catch(() => undefined);
    if (rollout === undefined) continue;
    const observedGeneration = String(rollout.metadata.generation);
    const next = nextStatus(rollout);
    if (next === undefined && rollout.status?.observedGeneration === observedGeneration) continue;
    if (next?.stableRS !== undefined) {
      await scaleSet(client, rollout, next.stableRS, 4);
      for (const old of ['1', '2']) if (old !== next.stableRS) await scaleSet(client, rollout, old, 0);
    } else if (next?.currentPodHash !== undefined) await scaleSet(client, rollout, next.currentPodHash, 1);
    await client.patch(`${path}/status`, { status: { ...next, observedGeneration } });
  }
};
