import { ownerLabels } from '../../../domain/manifests/mark-object.ts';
import { ownerOf } from '../../../domain/manifests/marks.ts';
import { apiKindOf } from '../../../domain/manifests/workload-object.ts';
import type { KubernetesObject } from '../../../domain/ports.ts';
import { canaryName } from '../../../domain/strategy/canary-name.ts';
import { isOfSteps } from '../../../domain/strategy/canary-object.ts';
import { movedTraffic } from '../../../domain/strategy/moved-traffic.ts';
import { strategyOf } from '../../../domain/strategy/steps-of.ts';
import { forbiddenBy } from '../refusals.ts';
import { isLater, isOfAttempt, isOfOwner } from '../standing.ts';
import { findWanted } from '../wanted.ts';
import type { Work } from '../work.ts';
import { type Moving, readTraffic } from './traffic.ts';

const apps = apiKindOf({ kind: 'deployment' })!;

const readNamed = ({ objects, request }: Work, name: string): Promise<KubernetesObject | undefined> =>
  objects.get({ ...apps, namespace: request.deployment.workload.namespace, name });

/** This owner's canaries, of any attempt except a later one. Includes those being deleted. */
export const findCanaries = async (work: Work): Promise<readonly KubernetesObject[]> => {
  const found = await listOrName(work);
  return found.filter((one) => isOfSteps(one) && isOfOwner(work.request, one) && !isLater(work.request, one));
};

/** Finds them by name if they may not be listed. */
const listOrName = async (work: Work): Promise<readonly KubernetesObject[]> => {
  const { workload } = work.request.deployment;
  try {
    const labels = ownerLabels(ownerOf(work.request.deployment));
    return await work.objects.list({ ...apps, namespace: workload.namespace, labels });
  } catch (error) {
    if (forbiddenBy(error) === undefined) throw error;
    const kinds = ['canary', 'blue_green'] as const;
    const named = await Promise.all(kinds.map((kind) => readNamed(work, canaryName(workload.name, { kind }))));
    return named.filter((one) => one !== undefined);
  }
};

/** What exists under the name of this attempt's canary. */
export const readOwnName = async (work: Work): Promise<KubernetesObject | undefined> => {
  const strategy = strategyOf(work.request.deployment);
  if (strategy === undefined) return undefined;
  return readNamed(work, canaryName(work.request.deployment.workload.name, strategy));
};

/**
 * The traffic that this attempt moves, from its manifests alone: somebody may have deleted the canary that records it.
 */
const movingByManifests = async (work: Work): Promise<Moving | undefined> => {
  const { deployment } = work.request;
  const strategy = strategyOf(deployment);
  if (strategy === undefined || strategy.traffic.by === 'replicas') return undefined;
  const wanted = await findWanted(work);
  const main = 'end' in wanted ? undefined : wanted.objects.find(({ isWorkload }) => isWorkload === true);
  if ('end' in wanted || main === undefined) return undefined;
  const moving = movedTraffic(wanted.objects, main.object, strategy);
  if ('problem' in moving) return undefined;
  return { mark: moving.mark, namespace: deployment.workload.namespace, kind: strategy };
};

/** Traffic that leads to a canary which no longer exists; undefined if there is none. */
export const findLedAway = async (work: Work): Promise<Moving | undefined> => {
  const moving = await movingByManifests(work);
  const traffic = moving === undefined ? undefined : await readTraffic(work, moving);
  return traffic?.live !== undefined && traffic.seen.share > 0 ? moving : undefined;
};

/** Whether some of this attempt's steps must be taken back. */
export const hasSteps = async (work: Work): Promise<boolean> => {
  const live = await readOwnName(work);
  if (live !== undefined) return isOfAttempt(work.request, live);
  return work.touched && (await findLedAway(work)) !== undefined;
};
