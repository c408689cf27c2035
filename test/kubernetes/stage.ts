import { setTimeout as sleep } from 'node:timers/promises';
import { kubeConfigFrom } from '../../lib/adapters/cluster.ts';
import { ClusterRequests } from '../../lib/adapters/cluster-request.ts';
import type { KubeClient } from '../cluster/kube-client.ts';
import type { DeployStage } from './cases.ts';
import type { LocalWorld } from './local-world.ts';

export interface StageOptions {
  readonly namespace: string;
  readonly client: KubeClient;
  readonly source: Parameters<typeof kubeConfigFrom>[0];
  readonly world: LocalWorld;
}

export const stageOf = async ({ namespace, client, source, world }: StageOptions): Promise<DeployStage> => {
  const requests = new ClusterRequests('somebody else', await kubeConfigFrom(source));
  const deployment = (name: string): string => `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`;
  return {
    namespace,
    client,
    deploy: (item, isOpen = false) =>
      world.deploy({ infrastructure_id: namespace, environment_id: `${namespace}${isOpen ? '-open' : ''}`, ...item }),
    undo: ({ batch_id }) => world.undo(batch_id),
    asked: world.asked,
    requested: world.requested,
    apply: async (manager, object) => {
      const path = `${deployment(object.metadata.name)}?fieldManager=${manager}`;
      const type = 'application/apply-patch+yaml';
      const { status, body } = await requests.change({ method: 'PATCH', path, body: object, type });
      if (status >= 300) throw new Error(body);
    },
    runs: async (name) => {
      for (;;) {
        const { metadata, spec, status = {} } = await client.get(deployment(name));
        const { observedGeneration = 0, replicas = 0, availableReplicas = 0, updatedReplicas = 0 } = status;
        const isSeen = observedGeneration >= metadata.generation;
        if (isSeen && [replicas, availableReplicas, updatedReplicas].every((count) => count === spec.replicas)) return;
        await sleep(20);
      }
    },
  };
};
