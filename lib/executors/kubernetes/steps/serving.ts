import { objectTitle } from '../../../domain/manifests/manifest-object.ts';
import { apiKindOf } from '../../../domain/manifests/workload-object.ts';
import type { KubernetesObject } from '../../../domain/ports.ts';
import { desiredReplicas, numberAt } from '../../../domain/rollout/kubernetes-object.ts';
import { isOfAttempt } from '../standing.ts';
import type { Work } from '../work.ts';

/** What the traffic goes back to. */
export interface Serving {
  readonly title: string;
  /** The attempt has already given it the new version, so it is no longer what ran before. */
  readonly isPromoted: boolean;
  /** How much of it runs, if that is not enough for all the traffic. */
  readonly lacks?: string;
}

/** What ran before is trusted to run. If it was changed since, half of its pods must be ready. */
export const readServing = async (work: Work): Promise<Serving> => {
  const { name, namespace } = work.request.deployment.workload;
  const live = await work.objects.get({ ...apiKindOf({ kind: 'deployment' })!, namespace, name });
  const title = objectTitle({ kind: 'Deployment', metadata: { namespace, name } });
  if (live === undefined) return { title, isPromoted: false, lacks: 'it is gone' };
  if (!isOfAttempt(work.request, live)) return { title, isPromoted: false };
  const lacks = lackOf(live);
  return { title, isPromoted: true, ...(lacks === undefined ? {} : { lacks }) };
};

const lackOf = (live: KubernetesObject): string | undefined => {
  const wanted = desiredReplicas(live);
  const ready = numberAt(live, 'status', 'readyReplicas');
  const isSeen = numberAt(live, 'status', 'observedGeneration') >= numberAt(live, 'metadata', 'generation');
  if (!isSeen) return 'its controller has not seen the new version yet';
  if (wanted === 0 || (ready > 0 && ready * 2 >= wanted)) return undefined;
  return `${ready} of its ${wanted} pods are ready`;
};
