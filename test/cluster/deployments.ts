import { mkdirSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { everyCase } from '../kubernetes/every-case.ts';
import { startLocalWorld } from '../kubernetes/local-world.ts';
import { stageOf } from '../kubernetes/stage.ts';
import type { KubeClient } from './kube-client.ts';

interface Real {
  readonly kubeconfig: string;
  readonly client: KubeClient;
  readonly folder: string;
}

/** Batches without Harness, on a real API server. Cases by name; true when all end as expected. */
export const deploymentsReal = async ({ kubeconfig, client, folder }: Real, names: readonly string[] = []) => {
  const cases = everyCase.filter(({ name }) => names.length === 0 || names.includes(name));
  mkdirSync(folder, { recursive: true });
  const namespaces = everyCase.flatMap(({ name }) => [name, `${name}-own`]);
  const world = await startLocalWorld({ folder, namespaces, cluster: { kubeconfig } });
  const isGood = await Promise.all(
    cases.map(async ({ name, run, expected }) => {
      await client.post('/api/v1/namespaces', { metadata: { name } });
      const stage = await stageOf({ namespace: name, client, source: { kubeconfig }, world });
      const found: unknown = await run(stage).catch(String);
      const isSame = isDeepStrictEqual(JSON.parse(JSON.stringify(found)), expected);
      console.log(`${isSame ? 'ok  ' : 'FAIL'} deployed ${name}${isSame ? '' : `: ${JSON.stringify(found)}`}`);
      return isSame;
    }),
  );
  await world.close();
  return isGood.every((one) => one);
};
