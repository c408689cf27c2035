import { KubernetesCluster, kubeConfigFrom } from '../../lib/adapters/cluster.ts';
import { type MirrorCase, mirrorCases, runMirrorCase } from '../adapters/mirror-cases.ts';
import type { KubeClient } from './kube-client.ts';

/** The cases of a mirror, on a real API server. True when all pass. */
export const mirrorReal = async (kubeconfig: string, client: KubeClient): Promise<boolean> => {
  const cluster = new KubernetesCluster('real', await kubeConfigFrom({ kubeconfig }));
  const run = async (one: MirrorCase): Promise<boolean> => {
    const problem = await runMirrorCase({ cluster, client }, one).then(
      () => undefined,
      (error: unknown) => String(error),
    );
    console.log(`${problem === undefined ? 'ok  ' : 'FAIL'} mirror-${one.name}${problem ? `: ${problem}` : ''}`);
    return problem === undefined;
  };
  return (await Promise.all(mirrorCases.map(run))).every((isGood) => isGood);
};
