import { isDeepStrictEqual } from 'node:util';
import { objectsCases, stageOf } from '../contracts/cluster-objects.ts';
import type { KubeClient } from './kube-client.ts';

const namespace = 'objects';

/** Server-side apply on a real API server. True when it behaves like the simulated cluster. */
export const objectsReal = async (kubeconfig: string, client: KubeClient): Promise<boolean> => {
  await client.post('/api/v1/namespaces', { metadata: { name: namespace } });
  const stage = await stageOf({ kubeconfig }, namespace);
  let isGood = true;
  for (const { name, run, expected } of objectsCases) {
    const found: unknown = await run(stage).then(
      (value) => JSON.parse(JSON.stringify(value)),
      (error: unknown) => String(error),
    );
    const isSame = isDeepStrictEqual(found, expected);
    isGood &&= isSame;
    console.log(`${isSame ? 'ok  ' : 'FAIL'} objects: ${name}${isSame ? '' : `: ${JSON.stringify(found)}`}`);
  }
  return isGood;
};
