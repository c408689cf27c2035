import { type ClusterAccess, kubeConfigFrom } from '../../adapters/cluster-access.ts';
import type { ClusterProgram } from '../../adapters/cluster-program.ts';
import { listWorkloads } from '../../adapters/found-workloads.ts';
import { readKubeconfig } from '../../adapters/kubeconfig.ts';
import { type FoundKind, type FoundService, foundKinds } from '../../domain/init/found-service.ts';
import { foundService, isLeftOut, type LeftOut, withOwnNames } from '../../domain/init/found-workload.ts';
import { stringAt } from '../../domain/rollout/kubernetes-object.ts';

/** A context of a kubeconfig, before any request. */
export interface OpenContext {
  readonly context: string;
  /** A possible name for the cluster. */
  readonly cluster: string;
  /** The context's namespace. */
  readonly namespace: string;
  /** The programs that it would run to authenticate. */
  readonly program: ClusterProgram | undefined;
  readonly access: ClusterAccess;
}

/** Reads a kubeconfig. Throws ConfigurationInvalid. */
export const openContext = async (kubeconfig: string, context: string | undefined): Promise<OpenContext> => {
  const source = { kubeconfig, ...(context === undefined ? {} : { context }) };
  const { config } = readKubeconfig(source);
  const access = await kubeConfigFrom(source);
  const name = config.getCurrentContext();
  return {
    context: name,
    cluster: config.getCurrentCluster()?.name ?? name,
    namespace: config.getContextObject(name)?.namespace ?? 'default',
    program: access.program,
    access,
  };
};

/** The cluster's own namespaces: nobody deploys there by batch. */
const systemNamespaces: readonly string[] = ['kube-system', 'kube-public', 'kube-node-lease'];

const lists: Readonly<Record<FoundKind, { readonly api: string; readonly plural: string }>> = {
  deployment: { api: 'apps/v1', plural: 'deployments' },
  statefulset: { api: 'apps/v1', plural: 'statefulsets' },
  daemonset: { api: 'apps/v1', plural: 'daemonsets' },
  cronjob: { api: 'batch/v1', plural: 'cronjobs' },
};

export interface FoundServices {
  /** By namespace and name. */
  readonly services: readonly FoundService[];
  readonly left: readonly LeftOut[];
}

/** The workloads in these namespaces, or in all but the cluster's own. Throws ClusterUnavailable. */
export const findServices = async (
  { cluster, access }: OpenContext,
  namespaces: readonly string[] | 'all',
): Promise<FoundServices> => {
  const places = namespaces === 'all' ? [undefined] : namespaces;
  const found = await Promise.all(
    foundKinds.flatMap((kind) =>
      places.map(async (namespace) => {
        const objects = await listWorkloads(cluster, access, { ...lists[kind], namespace });
        const own = objects.filter((one) => !systemNamespaces.includes(stringAt(one, 'metadata', 'namespace') ?? ''));
        return (namespaces === 'all' ? own : objects).map((object) => foundService(kind, object));
      }),
    ),
  );
  const all = found.flat().sort((a, b) => placeOf(a).localeCompare(placeOf(b), 'en'));
  const services = all.flatMap((one) => (isLeftOut(one) ? [] : [one]));
  return { services: withOwnNames(services), left: all.filter(isLeftOut) };
};

const placeOf = ({ namespace = '', name, kind }: FoundService | LeftOut): string => `${namespace}/${name}/${kind}`;
