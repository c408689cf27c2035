import type { JsonObject } from '../../domain/json.ts';
import { scales } from '../../domain/manifests/autoscaler.ts';
import { objectTitle } from '../../domain/manifests/manifest-object.ts';
import { annotations, scaleManager } from '../../domain/manifests/marks.ts';
import { apiKindOf } from '../../domain/manifests/workload-object.ts';
import type { KubernetesObject } from '../../domain/ports.ts';
import { desiredReplicas, objectAt, stringAt } from '../../domain/rollout/kubernetes-object.ts';
import { type Advance, aborted, failed, running } from './advance-result.ts';
import { keepScaled } from './keep-applied.ts';
import { failureOfRight } from './refusals.ts';
import { autoscalersIn } from './replicas.ts';
import { isLater, ownerInTheWay } from './standing.ts';
import { isStopped } from './stop-mark.ts';
import { mostTries, type Work } from './work.ts';

/**
 * Sets the workload's replicas and nothing else, with a field manager of its own: the deploying one would remove all
 * fields that it does not name. A late, older scale finds the newer one's mark and changes nothing.
 */
export const advanceScale = async (work: Work): Promise<Advance> => {
  const { workload, replicas = 0 } = work.request.deployment;
  const { name, namespace } = workload;
  const api = apiKindOf(workload);
  if (api === undefined)
    return failed(
      'ScaleNotPossible',
      `${namespace}/${name} is a custom resource, so it is not known where its replicas are.`,
    );
  for (let tries = 1; ; tries += 1) {
    const read = await work.objects.get({ ...api, namespace, name });
    if (read === undefined) return failed('WorkloadMissing', `There is no ${api.kind} ${namespace}/${name} to scale.`);
    const live = { ...read, apiVersion: api.api_version, kind: api.kind };
    const refusal = await refusalOfScale(work, live);
    if (refusal !== undefined) return refusal;
    work.touched ||= scaledAt(live) === work.request.at;
    if (scaledAt(live) === work.request.at && desiredReplicas(live) === replicas) return done(work, live);
    if (await isStopped(work)) return aborted;
    work.touched = true;
    const answer = await work.objects.apply(scaled(live, replicas, work.request.at), {
      manager: scaleManager,
      force: true,
    });
    if (answer.kind === 'applied') return done(work, answer.object);
    if (answer.kind === 'refused') return failureOfRight(objectTitle(live), answer);
    if (tries === mostTries) return running(`${objectTitle(live)} keeps being changed by others`);
  }
};

/**
 * A workload restored with the replicas of a scale owns them as after a scale. A deploy without a number then leaves
 * them alone.
 */
export const holdReplicas = async (work: Work): Promise<Advance | undefined> => {
  const { settings, request } = work;
  const { workload } = request.deployment;
  const api = apiKindOf(workload);
  if (settings.replicas === undefined || api === undefined) return undefined;
  const read = await work.objects.get({ ...api, namespace: workload.namespace, name: workload.name });
  if (read === undefined || scaledAt(read) === request.at) return undefined;
  const live = { ...read, apiVersion: api.api_version, kind: api.kind };
  // They have another value by now, from an autoscaler or somebody after us.
  if (desiredReplicas(live) !== settings.replicas) return undefined;
  const options = { manager: scaleManager, force: true };
  const answer = await work.objects.apply(scaled(live, settings.replicas, request.at), options);
  if (answer.kind === 'applied') return undefined;
  if (answer.kind === 'refused') return failureOfRight(objectTitle(live), answer);
  return running(`${objectTitle(live)} is being changed by others`);
};

const done = async (work: Work, workload: KubernetesObject): Promise<Advance> => {
  await keepScaled(work, workload);
  return { phase: 'succeeded', warnings: [] };
};

export const scaled = (live: KubernetesObject, replicas: number, at: number): JsonObject => {
  const { name, namespace, uid, resourceVersion } = objectAt(live, 'metadata');
  return {
    apiVersion: live.apiVersion!,
    kind: live.kind!,
    metadata: {
      ...{ name: name!, namespace: namespace!, uid: uid!, resourceVersion: resourceVersion! },
      annotations: { [annotations.scaled]: String(at) },
    },
    spec: { replicas },
  };
};

const scaledAt = (live: KubernetesObject): number =>
  Number(stringAt(live, 'metadata', 'annotations', annotations.scaled) ?? 0);

export const refusalOfScale = async (work: Work, live: KubernetesObject): Promise<Advance | undefined> => {
  const { request } = work;
  const title = objectTitle(live);
  const other = ownerInTheWay(request, live);
  if (other !== undefined) {
    return failed('ObjectOfAnother', `${title} is deployed as ${other.theirs}, so it is not scaled as ${other.ours}.`);
  }
  if (isLater(request, live) || scaledAt(live) > request.at) {
    return failed('OvertakenByLater', `${title} was changed by a later attempt. It was left unchanged.`);
  }
  const autoscaler = (await autoscalersIn(work, request.deployment.workload.namespace)).find((one) =>
    scales(one, live),
  );
  if (autoscaler === undefined) return undefined;
  const by = stringAt(autoscaler, 'metadata', 'name') ?? '';
  const message = `${title} is scaled by the HorizontalPodAutoscaler ${by}: change its minReplicas and maxReplicas, or delete it first.`;
  return failed('ScaledByAutoscaler', message);
};
