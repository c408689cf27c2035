import { objectTitle } from '../../../domain/manifests/manifest-object.ts';
import type { KubernetesObject } from '../../../domain/ports.ts';
import { goneBack } from '../../../domain/strategy/canary-object.ts';
import type { Advance } from '../advance-result.ts';
import { readInventory } from '../inventory.ts';
import { isOfAttempt, isRestore, markOf } from '../standing.ts';
import { isStopped } from '../stop-mark.ts';
import type { Standing, Work } from '../work.ts';
import { findCanaries } from './find-canaries.ts';
import { retireCanaries } from './go-back.ts';

const mayHaveLeft = async (work: Work): Promise<boolean> =>
  work.request.deployment.workload.kind === 'deployment' && (await readInventory(work)).steps === true;

/** Takes back what an earlier attempt with steps has left. A restore leaves pods that were kept for study. */
export const retireLeft = async (work: Work): Promise<Advance | undefined> =>
  (await mayHaveLeft(work)) ? retireCanaries(work, { keep: isRestore(work.request) }) : undefined;

/**
 * Before anything is applied at once, while the workload is still what ran before the steps and so runs. A workload
 * changed since must be repaired first.
 */
export const retireFirst = async (work: Work, found: readonly Standing[]): Promise<Advance | undefined> => {
  const main = found.find(({ wanted }) => wanted.isWorkload === true)?.live;
  if (main === undefined || isOfAttempt(work.request, main)) return undefined;
  if (!(await mayHaveLeft(work)) || (await isStopped(work))) return undefined;
  const only = (canary: KubernetesObject): boolean =>
    Number(markOf(main, 'fence') ?? 0) < Number(markOf(canary, 'fence') ?? 0);
  return retireCanaries(work, { keep: isRestore(work.request), only });
};

/** Canaries that went back and still exist. */
export const studyWarnings = async (work: Work): Promise<readonly string[]> => {
  if (!(await mayHaveLeft(work))) return [];
  const kept = (await findCanaries(work)).filter((one) => markOf(one, 'step') === goneBack);
  return kept.length === 0 ? [] : [`Left for study, without traffic: ${kept.map(objectTitle).join(', ')}.`];
};
