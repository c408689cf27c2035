import type { Place } from '../grants/grant.ts';
import { kindNameOf, type Workload } from './plan.ts';

/** The most locks one deployment may need: one for its target, and some for what it changes. */
export const mostLocks = 8;

/** A cluster's lock names: one or several, independent of its name in the configuration. */
export type NamesOfClusters = (cluster: string) => readonly string[];

export interface ClusterNames {
  /** For locks: every name it may have. */
  readonly namesOf: NamesOfClusters;
  /** For errors: only certain names. */
  readonly sureNamesOf: NamesOfClusters;
  /** For records, which use configuration names: all names of the same cluster, its own first. */
  readonly sameClusters: NamesOfClusters;
}

interface TargetFields {
  readonly environment_id: string;
  readonly cluster: string;
  readonly pillar: string;
  readonly service_name: string;
}

/** Where a service's releases are recorded. It says what was deployed where, not necessarily what was changed there. */
export const targetOf = ({ environment_id, cluster, pillar, service_name }: TargetFields): string =>
  `${environment_id}/${cluster}/${pillar}/${service_name}`;

/** A target's environment; undefined for an object's lock, which has none. */
export const environmentOf = (target: string): string | undefined => /^([^/]+)(?:\/[^/]+){3}$/.exec(target)?.[1];

/** The parts of a target. */
export interface TargetParts extends Place {
  readonly cluster: string;
  readonly service: string;
}

/** The reverse of `targetOf`. */
export const partsOfTarget = (target: string): TargetParts => {
  const [service = '', pillar = '', cluster = '', ...environment] = target.split('/').reverse();
  return { environment: environment.reverse().join('/'), cluster, pillar, service };
};

/** Who may see a target: its pillar and environment. */
export const placeOfTarget = (target: string): Place => {
  const { pillar, environment } = partsOfTarget(target);
  return { pillar, environment };
};

type NamedObject = Pick<Workload, 'namespace' | 'kind' | 'name' | 'resource'>;

/** `namespace/kind/name`: an object in a known cluster. */
export const objectNameOf = (object: NamedObject): string => `${object.namespace}/${kindNameOf(object)}/${object.name}`;

/** Where the last change of an object is recorded, by its cluster's name in the configuration. Lock names differ. */
export const objectOf = (cluster: string, object: NamedObject): string => `${cluster}/${objectNameOf(object)}`;

/**
 * Whether both lead to the same object. Two infrastructures may lead to namespaces of one cluster, and a service may
 * move. Then one target has releases of several objects.
 */
export const isSameObject = (
  one: { readonly cluster: string; readonly workload: NamedObject },
  other: { readonly cluster: string; readonly workload: NamedObject },
): boolean => objectOf(one.cluster, one.workload) === objectOf(other.cluster, other.workload);

/**
 * The locks of the Kubernetes object that is changed, one for each name of its cluster. They start with a slash and so
 * sort before targets, which are rarely contended. A deployment that waits for the object has thus taken nothing yet.
 */
export const locksOfObject = (object: NamedObject, namesOfCluster: readonly string[]): readonly string[] =>
  namesOfCluster
    .slice(0, mostLocks - 1)
    .map((cluster) => `/${objectOf(cluster, object)}`)
    .sort();
