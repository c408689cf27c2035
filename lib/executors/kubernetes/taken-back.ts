import { apiKindOf } from '../../domain/manifests/workload-object.ts';
import { isDeleting } from '../../domain/rollout/kubernetes-object.ts';
import { goneBack } from '../../domain/strategy/canary-object.ts';
import type { Advance } from './advance-result.ts';
import { forbiddenBy } from './refusals.ts';
import { isOfBatch, markOf } from './standing.ts';
import { readBack } from './steps/back-mark.ts';
import { findCanaries } from './steps/find-canaries.ts';
import type { Work } from './work.ts';

/**
 * Whether a failed attempt with steps is taken back, so that only what ran before runs. Reads the cluster, because
 * traffic that could not be taken back leaves its canary there, and the workload may already have had the new version.
 */
export const isTakenBack = async (work: Work, { phase }: Advance): Promise<boolean> => {
  if ((phase !== 'failed' && phase !== 'aborted') || (await readBack(work)) === undefined) return false;
  try {
    return (await isWorkloadAsBefore(work)) && (await findCanaries(work)).every(isWithoutTraffic);
  } catch (error) {
    // What may not be read is unknown.
    if (forbiddenBy(error) === undefined) throw error;
    return false;
  }
};

/** An earlier attempt of the same batch may have changed it. */
const isWorkloadAsBefore = async ({ request, objects }: Work): Promise<boolean> => {
  const { workload } = request.deployment;
  const api = apiKindOf(workload);
  if (api === undefined) return false;
  const live = await objects.get({ ...api, namespace: workload.namespace, name: workload.name });
  return live !== undefined && !isOfBatch(request, live);
};

const isWithoutTraffic = (canary: Parameters<typeof isDeleting>[0] & object): boolean =>
  isDeleting(canary) || markOf(canary, 'step') === goneBack;
