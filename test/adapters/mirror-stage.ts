import { setImmediate as turn } from 'node:timers/promises';
import { ClusterMirror } from '../../lib/adapters/cluster-mirror.ts';
import type { JsonObject } from '../../lib/domain/json.ts';
import type { Workload } from '../../lib/domain/plan/plan.ts';
import type { KubernetesObject, WorkloadView } from '../../lib/domain/ports.ts';
import { listAt, nameOf, stringAt } from '../../lib/domain/rollout/kubernetes-object.ts';
import { WorldClock } from '../workflow/world-clock.ts';
import { ScriptedApi } from './scripted-api.ts';

export const placeIn = (namespace: string) => ({
  deployments: `/apis/apps/v1/namespaces/${namespace}/deployments`,
  replicaSets: `/apis/apps/v1/namespaces/${namespace}/replicasets`,
  pods: `/api/v1/namespaces/${namespace}/pods`,
  events: `/api/v1/namespaces/${namespace}/events`,
});

export const object = (name: string, owner?: string, more: JsonObject = {}): KubernetesObject => ({
  metadata: {
    name,
    uid: `uid-${name}`,
    ...(owner === undefined ? {} : { ownerReferences: [{ uid: `uid-${owner}` }] }),
  },
  ...more,
});

export const warning = (name: string, about: string, message = 'it fails'): KubernetesObject => ({
  metadata: { name, uid: `uid-${name}` },
  ...{ type: 'Warning', reason: 'Failed', message, involvedObject: { uid: `uid-${about}` } },
});

export const deployment = (name: string, namespace = 'shared'): Workload => ({ kind: 'deployment', name, namespace });

/** A deployment of one ReplicaSet with its pods. */
export const deploy = (api: ScriptedApi, name: string, { namespace = 'shared', pods = 1 } = {}): void => {
  const place = placeIn(namespace);
  api.put(place.deployments, object(name));
  api.put(place.replicaSets, object(`${name}-1`, name));
  for (let pod = 0; pod < pods; pod += 1) api.put(place.pods, object(`${name}-1-${pod}`, `${name}-1`));
};

/** A mirror of a scripted cluster. Time passes only when a test says so. */
export const mirrored = (random = 0.5, api = new ScriptedApi()) => {
  const clock = new WorldClock();
  const changed: string[] = [];
  const told: string[] = [];
  const mirror = new ClusterMirror(api, {
    clock,
    random: { next: () => random },
    changed: (rollout) => void changed.push(rollout),
    tell: (message, about) => void told.push(`${message}: ${about.what}`),
  });
  const settle = async (): Promise<void> => {
    for (let turns = 0; turns < 10; turns += 1) await turn();
  };
  const pass = async (milliseconds: number): Promise<void> => {
    const end = clock.now() + milliseconds;
    clock.setTimer(end, () => {});
    await settle();
    while (clock.now() < end) {
      clock.runNext();
      await settle();
    }
  };
  const follow = (...workloads: readonly Workload[]): void =>
    mirror.follow(new Map(workloads.map((one) => [`${one.namespace}/${one.name}`, one])));
  const view = (name: string, namespace = 'shared') => mirror.view(`${namespace}/${name}`);
  return { api, clock, changed, told, mirror, settle, pass, follow, view };
};

/** Names of all objects in a view. */
export const shown = (view: WorkloadView | undefined): readonly string[] =>
  view === undefined
    ? ['to be read']
    : [view.workload, ...view.revisions, ...view.pods, ...(view.events ?? [])]
        .flatMap((one) => (one === undefined ? [] : [`${nameOf(one)}${stringAt(one, 'note') ?? ''}`]))
        .toSorted();

export const ownersOf = (one: KubernetesObject): readonly JsonObject[] => listAt(one, 'metadata', 'ownerReferences');
