import type { JsonObject } from '../../../lib/domain/json.ts';
import type { Workload } from '../../../lib/domain/plan/plan.ts';
import type { WorkloadView } from '../../../lib/domain/ports.ts';
import type { Finding } from '../../../lib/domain/rollout/judgement.ts';

/** Kubernetes objects for rule tests: one Deployment with two replicas that has just been rolled out. */

export const deployment: Workload = { kind: 'deployment', name: 'app', namespace: 'shared' };
export const now = Date.parse('2026-05-01T12:00:00Z');
export const secondsAgo = (seconds: number): string => new Date(now - seconds * 1_000).toISOString();

export interface Made {
  readonly image?: string;
  readonly revision?: number;
  readonly generation?: number;
  readonly observed?: number;
  readonly replicas?: number;
  readonly containers?: readonly JsonObject[];
  readonly spec?: JsonObject;
  readonly status?: JsonObject;
  readonly podStatus?: JsonObject;
  readonly podMetadata?: JsonObject;
}

export function viewOf(made: Made = {}): WorkloadView {
  const { image = 'reg/app:2', revision = 2, generation = 2, replicas = 2 } = made;
  const containers = made.containers ?? [{ name: 'app', image }];
  const counts = { replicas, updatedReplicas: replicas, readyReplicas: replicas, availableReplicas: replicas };
  const annotations = { 'deployment.kubernetes.io/revision': String(revision) };
  const hash = `hash${revision}`;
  return {
    workload: {
      kind: 'Deployment',
      metadata: { name: 'app', namespace: 'shared', uid: 'd1', generation, annotations },
      spec: { replicas, template: { spec: { containers } }, ...made.spec },
      status: { observedGeneration: made.observed ?? generation, ...counts, ...made.status },
    },
    revisions: [
      {
        kind: 'ReplicaSet',
        metadata: {
          name: `app-${hash}`,
          uid: `rs${revision}`,
          annotations,
          labels: { 'pod-template-hash': hash },
          ownerReferences: [{ uid: 'd1' }],
        },
      },
    ],
    pods: Array.from({ length: replicas }, (_, index) => ({
      kind: 'Pod',
      metadata: {
        name: `app-${hash}-${index}`,
        uid: `p${revision}-${index}`,
        labels: { 'pod-template-hash': hash },
        ownerReferences: [{ uid: `rs${revision}` }],
        ...made.podMetadata,
      },
      spec: { containers },
      status: made.podStatus ?? { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
    })),
  };
}

/** A container's status in a pod that is not ready. */
export const unready = (status: JsonObject, field = 'containerStatuses'): JsonObject => ({
  phase: 'Pending',
  conditions: [{ type: 'Ready', status: 'False' }],
  [field]: [{ name: 'app', image: 'reg/app:2', ready: false, restartCount: 0, ...status }],
});

export const waitingFor = (reason: string, message = `about ${reason}`): JsonObject => ({
  state: { waiting: { reason, message } },
});

/** A whole finding as text: its message, then each fact (`-`) and each warning (`!`) on its own line. */
export const toldOf = ({ verdict, reason, message, evidence = [], warnings = [] }: Finding): string =>
  [
    `${verdict}, ${reason}: ${message}`,
    ...evidence.map(
      (one) => `- ${one.kind} ${one.name}${one.container ? `/${one.container}` : ''}, ${one.reason}: ${one.message}`,
    ),
    ...warnings.map((warning) => `! ${warning}`),
  ].join('\n');
