import { expect } from 'vitest';
import type { KubeObject, Workload } from '../../../lib/simulators/cluster/kube-object.ts';
import { resourceOf } from '../../../lib/simulators/cluster/resources.ts';
import type { SimulatedCluster } from '../../../lib/simulators/cluster/simulated-cluster.ts';
import { setImage } from './follow-rollout.ts';

/** The reason of a Deployment's condition Progressing; empty where it has none. */
export const progressOf = (object: KubeObject): string =>
  ((object as Workload).status?.conditions ?? []).find(({ type }) => type === 'Progressing')?.reason ?? '';

export const withoutRepeats = (list: readonly string[]): readonly string[] =>
  list.filter((one, index) => one !== '' && one !== list[index - 1]);

/** Rolls out images one after the other, and waits until the controller has given exactly these reasons for each. */
export const expectReasons = async (
  simulated: SimulatedCluster,
  rollouts: readonly { readonly tag: string; readonly reasons: readonly string[] }[],
): Promise<void> => {
  const current = simulated.store.get(resourceOf('Deployment'), 'shared', 'app') as KubeObject;
  let last = progressOf(current);
  for (const { tag, reasons } of rollouts) {
    const seen = [last];
    const stop = simulated.store.listen(({ object }) => {
      if (object.kind === 'Deployment') seen.push(progressOf(object));
    });
    await setImage(simulated.url, '/apis/apps/v1/namespaces/shared/deployments/app', `reg.local/app:${tag}`);
    await expect.poll(() => withoutRepeats(seen)).toEqual(reasons);
    stop();
    last = seen.at(-1) ?? '';
  }
};
