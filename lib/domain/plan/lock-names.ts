import type { Place } from '../grants/grant.ts';
import { kindNameOf, type Workload } from './plan.ts';

/** Locks that one deployment may need: its target's, and those of what it changes. */
export const mostLocks = 8;

/** By what a cluster is known, in locks: one name or several, whatever it is called in the configuration. */
export type NamesOfClusters = (cluster: string) => readonly string[];

export interface ClusterNames {
  /** For locks: all by which it may be known. */
  readonly namesOf: NamesOfClusters;
  /** For errors: what is sure. */
  readonly sureNamesOf: NamesOfClusters;
  /** For records, which have its name in the configuration: all of those, itself first. */
  readonly sameClusters: NamesOfClusters;
}

interface TargetFields {
  readonly environment_id: string;
  readonly cluster: string;
  readonly pillar: string;
  readonly service_name: string;
}

/** Where releases of a service are recorded: it says what was deployed where, and need not say what was changed there. */
export const targetOf = ({ environment_id, cluster, pillar, service_name }: TargetFields): string =>
  `${environment_id}/${cluster}/${pillar}/${service_name}`;

/** That of a target; undefined for the lock of an object, which is of none. */
export const environmentOf = (target: string): string | undefined => /^([^/]+)(?:\/[^/]+){3}$/.exec(target)?.[1];

/** What a target is made of. */
export interface TargetParts extends Place {
  readonly cluster: string;
  readonly service: string;
}

/** The other way. */
export const partsOfTarget = (target: string): TargetParts => {
  const [service = '', pillar = '', cluster = '', ...environment] = target.split('/').reverse();
  return { environment: environment.reverse().join('/'), cluster, pillar, service };
};

/** Whose target it is, for who may see it. */
export const placeOfTarget = (target: string): Place => {
  const { pillar, environment } = partsOfTarget(target);
  return { pillar, environment };
};

type NamedObject = Pick<Workload, 'namespace' | 'kind' | 'name' | 'resource'>;

/** `namespace/kind/name`: an object of a cluster that is known. */
export const objectNameOf = (object: NamedObject): string => `${object.namespace}/${kindNameOf(object)}/${object.name}`;

/** Where it is recorded who changed an object last: by the name of its cluster in the configuration; locks have others. */
export const objectOf = (cluster: string, object: NamedObject): string => `${cluster}/${objectNameOf(object)}`;

/**
 * Whether both lead to one object. Two infrastructures may lead to namespaces of one cluster, and a service may have moved: then releases
 * of one target are of several objects.
 */
export const isSameObject = (
  one: { readonly cluster: string; readonly workload: NamedObject },
  other: { readonly cluster: string; readonly workload: NamedObject },
): boolean => objectOf(one.cluster, one.workload) === objectOf(other.cluster, other.workload);

/**
 * The locks of the Kubernetes object that is changed: one for each name of its cluster. They begin with a slash, and so come
 * before targets, which nearly nobody else wants: whoever waits for the object has not taken anything yet.
 */
export const locksOfObject = (object: NamedObject, namesOfCluster: readonly string[]): readonly string[] =>
  namesOfCluster
    .slice(0, mostLocks - 1)
    .map((cluster) => `/${objectOf(cluster, object)}`)
    .sort();
