import type { KubernetesObject } from '../domain/ports.ts';
import type { ClusterAccess } from './cluster-access.ts';
import { ClusterRequests } from './cluster-request.ts';
import { listPages } from './list-pages.ts';

/** What to list in a cluster whose content is unknown. */
export interface WorkloadList {
  /** Under `/apis`: `apps/v1`. */
  readonly api: string;
  readonly plural: string;
  /** Absent: all namespaces. */
  readonly namespace?: string | undefined;
}

/** All objects of a list. Throws ClusterUnavailable. */
export const listWorkloads = async (
  name: string,
  access: ClusterAccess,
  { api, plural, namespace }: WorkloadList,
): Promise<readonly KubernetesObject[]> => {
  const where = namespace === undefined ? '' : `namespaces/${encodeURIComponent(namespace)}/`;
  const objects: KubernetesObject[] = [];
  for await (const { items } of listPages(new ClusterRequests(name, access), `/apis/${api}/${where}${plural}`)) {
    objects.push(...items);
  }
  return objects;
};
