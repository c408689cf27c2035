import { setTimeout as sleep } from 'node:timers/promises';
import type { Kube } from '../cluster/kube-client.ts';
import { type DeployCase, type DeployStage, usualItem } from './cases.ts';
import { playArgo } from './played-argo.ts';

/** Argo Rollouts, with a played controller: an API server accepts any status of a Rollout. */

const manifests = `apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: web}
spec:
  replicas: 4
  selector: {matchLabels: {app: web}}
  strategy: {canary: {steps: [{setWeight: 25}, {pause: {}}]}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: 'registry.example/web:0', readinessProbe: {httpGet: {path: /, port: 80}}}]}
`;

interface Played {
  readonly stage: DeployStage;
  readonly rollout: () => Promise<Kube>;
  /** Returns the id of the batch. */
  submit(version: string): Promise<string>;
  /** Its deployment, once that is so. */
  until(batchId: string, is: (deployment: Kube) => boolean): Promise<Kube>;
}

const playing = async (stage: DeployStage, act: (played: Played) => Promise<unknown>): Promise<unknown> => {
  const { namespace, client, asked } = stage;
  const path = `/apis/argoproj.io/v1alpha1/namespaces/${namespace}/rollouts/web`;
  let isOver = false;
  const controller = playArgo(client, path, () => isOver);
  const place = { infrastructure_id: namespace, environment_id: namespace, service_name: 'rolling', manifests };
  const until: Played['until'] = async (batchId, is) => {
    for (; ; await sleep(20)) {
      const [deployment] = (await asked(`/batches/${batchId}/deployments`)).deployments as Kube[];
      if (is(deployment!)) return deployment!;
    }
  };
  const submit: Played['submit'] = async (version) => {
    const deployments = [{ ...usualItem, ...place, docker_image_version: version }];
    return (await asked('/batches', { version: 'v1.0', deployments })).batch_id;
  };
  try {
    return await act({ stage, rollout: () => client.get(path), submit, until });
  } finally {
    isOver = true;
    await controller;
  }
};

const hasEnded = ({ ended_at }: Kube): boolean => ended_at !== undefined;
const endOf = ({ status, reason }: Kube): string => `${status} / ${reason}`;
const imageOf = ({ spec }: Kube): string => spec.template.spec.containers[0].image;

/** A version that runs, and one that waits at its pause. */
const twice = async ({ stage, rollout, submit, until }: Played) => {
  const first = endOf(await until(await submit('1'), hasEnded));
  const batchId = await submit('2');
  while ((await rollout()).status?.phase !== 'Paused') await sleep(20);
  const proceed = `/batches/${batchId}/deployments/shared/rolling/proceed`;
  return { first, batchId, proceed: () => stage.asked(proceed, {}).catch(String) };
};

export const rolloutCases: readonly DeployCase[] = [
  {
    name: 'rollout-goes-on',
    run: (stage) =>
      playing(stage, async (played) => {
        const { first, batchId, proceed } = await twice(played);
        // It must be seen waiting before it can be resumed.
        for (; ; await sleep(20)) if (typeof (await proceed()) !== 'string') break;
        const second = endOf(await played.until(batchId, hasEnded));
        const rollout = await played.rollout();
        return [first, second, imageOf(rollout), rollout.status.stableRS, /NotWaiting/.test(await proceed())];
      }),
    expected: ['SUCCESS / Verified', 'SUCCESS / Verified', 'registry.example/web:2', '2', true],
  },
  {
    name: 'rollout-cancelled',
    run: (stage) =>
      playing(stage, async (played) => {
        const { first, batchId } = await twice(played);
        await stage.asked(`/batches/${batchId}/cancel`, {});
        const second = endOf(await played.until(batchId, hasEnded));
        const rollout = await played.rollout();
        // A cancel restores nothing: the pods of the earlier release serve, as after `kubectl argo rollouts abort`.
        return [first, second, rollout.status.abort, rollout.status.stableRS, rollout.status.updatedReplicas];
      }),
    expected: ['SUCCESS / Verified', 'CANCELLED / BatchCancelled', true, '1', 0],
  },
];
