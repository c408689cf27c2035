import { mkdirSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { actionCases, deployCases } from '../kubernetes/cases.ts';
import { driftCases } from '../kubernetes/drift-cases.ts';
import { startLocalWorld } from '../kubernetes/local-world.ts';
import { rolloutCases } from '../kubernetes/rollout-cases.ts';
import { stageOf } from '../kubernetes/stage.ts';
import { stepCases } from '../kubernetes/step-cases.ts';
import type { KubeClient } from './kube-client.ts';

interface Real {
  readonly kubeconfig: string;
  readonly client: KubeClient;
  readonly folder: string;
}

/** Batches without Harness, to a real API server. Cases by name; true when all end as they must. */
export const deploymentsReal = async ({ kubeconfig, client, folder }: Real, names: readonly string[] = []) => {
  const every = [...deployCases, ...actionCases, ...driftCases, ...rolloutCases, ...stepCases];
  const cases = every.filter(({ name }) => names.length === 0 || names.includes(name));
  mkdirSync(folder, { recursive: true });
  const namespaces = every.flatMap(({ name }) => [name, `${name}-own`]);
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
