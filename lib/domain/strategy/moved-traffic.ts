import type { JsonObject } from '../json.ts';
import { apiGroupOf } from '../manifests/manifest-object.ts';
import { addressOf } from '../manifests/object-address.ts';
import { stringAt } from '../rollout/kubernetes-object.ts';
import { canaryName } from './canary-name.ts';
import { markOfTraffic, type OwnLabel, ownLabelOf, type TrafficMark } from './canary-object.ts';
import { rulesWithShare } from './route-weights.ts';
import type { Strategy } from './strategy.ts';

interface Written {
  readonly object: JsonObject;
}

/** What moves the traffic, among a release's objects. */
export interface MovedTraffic<One> {
  readonly mark: TrafficMark;
  readonly own?: OwnLabel;
  /** The HTTPRoute or Service to change, in its final state. */
  readonly moved?: One;
  /** The Service whose traffic it is. */
  readonly service?: One;
}

/** The objects that move the traffic between workloads; or why that is impossible, as the end of a sentence. */
export const movedTraffic = <One extends Written>(
  objects: readonly One[],
  workload: JsonObject,
  strategy: Pick<Strategy, 'kind' | 'traffic'>,
): MovedTraffic<One> | { readonly problem: string } => {
  const { traffic } = strategy;
  const taken = takenName(objects, workload, strategy);
  if (taken !== undefined) return { problem: `the steps need the name ${taken}, which an object of its manifests has` };
  if (traffic.by === 'replicas') return { mark: { by: 'replicas' } };
  const service = findNamed(objects, ['', 'Service'], traffic.service);
  if (service === undefined) return { problem: `there is no Service ${traffic.service} in its manifests` };
  const own = ownLabelOf(service.object, workload, strategy);
  if ('problem' in own) return { problem: `the Service ${traffic.service} ${own.problem}` };
  if (traffic.by === 'service') return { mark: markOfTraffic(traffic, own, ''), own, moved: service, service };
  const route = findNamed(objects, ['gateway.networking.k8s.io', 'HTTPRoute'], traffic.route);
  if (route === undefined) return { problem: `there is no HTTPRoute ${traffic.route} in its manifests` };
  const made = rulesWithShare(route.object, { service: traffic.service, canary: '' }, 100);
  if ('problem' in made) return { problem: `the HTTPRoute ${traffic.route} ${made.problem}` };
  const version = addressOf(route.object).api_version;
  return { mark: markOfTraffic(traffic, own, version), own, moved: route, service };
};

/** A canary with the name of a release's object would overwrite it, and delete it in the end. */
const takenName = (
  objects: readonly Written[],
  workload: JsonObject,
  strategy: Pick<Strategy, 'kind' | 'traffic'>,
): string | undefined => {
  const { traffic } = strategy;
  const namespace = stringAt(workload, 'metadata', 'namespace');
  const near = objects.filter(({ object }) => (stringAt(object, 'metadata', 'namespace') ?? namespace) === namespace);
  const deployment = canaryName(stringAt(workload, 'metadata', 'name') ?? '', strategy);
  if (findNamed(near, ['apps', 'Deployment'], deployment) !== undefined) return deployment;
  if (traffic.by === 'replicas') return undefined;
  const service = canaryName(traffic.service, strategy);
  return findNamed(near, ['', 'Service'], service) === undefined ? undefined : service;
};

const findNamed = <One extends Written>(
  objects: readonly One[],
  [group, kind]: readonly [string, string],
  name: string,
): One | undefined =>
  objects.find(({ object }) => {
    const isOfGroup = apiGroupOf(stringAt(object, 'apiVersion') ?? '') === group;
    return isOfGroup && object.kind === kind && stringAt(object, 'metadata', 'name') === name;
  });
