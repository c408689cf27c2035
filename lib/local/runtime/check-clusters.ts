import { kubeConfigFrom } from '../../adapters/cluster-access.ts';
import type { ClusterConnection, Configuration } from '../../domain/catalogue/catalogue.ts';
import { FlotillaError } from '../../domain/errors.ts';
import { readTextFile } from '../read-text-file.ts';

/**
 * Looks whether this machine has what it needs to reach the clusters: files, contexts, a region. No cluster is asked, because
 * one that is away now may be there when it is needed. Throws ConfigurationInvalid with every problem, one on a line.
 */
export const checkClusters = async (
  { connections }: Configuration,
  { region }: { readonly region: string | undefined },
): Promise<void> => {
  const found = await Promise.all(
    Object.entries(connections.clusters).map(async ([name, connection]) => {
      const problem = await problemOf(connection, region);
      return problem === undefined ? [] : [`Cluster ${name}: ${problem}.`];
    }),
  );
  const problems = found.flat();
  if (problems.length > 0) throw new FlotillaError('ConfigurationInvalid', problems.join('\n'));
};

const problemOf = async (connection: ClusterConnection, region = ''): Promise<string | undefined> => {
  if (connection.kind === 'simulated') return undefined;
  if (connection.kind === 'eks') {
    return region === '' ? `the region of the EKS cluster ${connection.eks} is not known; set AWS_REGION` : undefined;
  }
  const { kubeconfig, context } = connection;
  const read = readTextFile(kubeconfig);
  if ('why' in read) return `the kubeconfig ${kubeconfig} cannot be read: ${read.why}`;
  try {
    await kubeConfigFrom({ kubeconfig, ...(context === undefined ? {} : { context }) });
    return undefined;
  } catch (error) {
    // A parser shows the lines that it stumbled over, and in this file those may be keys.
    return (error as Error).message.split('\n', 1)[0];
  }
};
