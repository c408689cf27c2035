import { kubeConfigFrom } from '../../adapters/cluster-access.ts';
import type { ClusterProgram } from '../../adapters/cluster-program.ts';
import type { ClusterConnection, Configuration } from '../../domain/catalogue/catalogue.ts';
import { FlotillaError } from '../../domain/errors.ts';
import { readTextFile } from '../read-text-file.ts';

/** A program that authenticates to a cluster. */
export interface NamedProgram extends ClusterProgram {
  readonly cluster: string;
  readonly kubeconfig: string;
}

/**
 * Checks that this machine has what it needs to reach the clusters: files, contexts, a region. It sends no request,
 * because a cluster that is unreachable now may be back when it is needed. Throws ConfigurationInvalid with every problem,
 * one a line. Returns the programs that will run; none has run yet.
 */
export const checkClusters = async (
  { connections }: Configuration,
  { region }: { readonly region: string | undefined },
): Promise<readonly NamedProgram[]> => {
  const found = await Promise.all(
    Object.entries(connections.clusters).map(async ([cluster, connection]) => ({
      cluster,
      ...(await lookAt(connection, region)),
    })),
  );
  const problems = found.flatMap(({ cluster, problem }) =>
    problem === undefined ? [] : [`Cluster ${cluster}: ${problem}.`],
  );
  if (problems.length > 0) throw new FlotillaError('ConfigurationInvalid', problems.join('\n'));
  return found.flatMap(({ cluster, program }) => (program === undefined ? [] : [{ cluster, ...program }]));
};

interface Looked {
  readonly problem?: string;
  readonly program?: Omit<NamedProgram, 'cluster'>;
}

const lookAt = async (connection: ClusterConnection, region = ''): Promise<Looked> => {
  if (connection.kind === 'simulated') return {};
  if (connection.kind === 'eks') {
    if ((connection.region ?? region) !== '') return {};
    return {
      problem: `the region of the EKS cluster ${connection.eks} is not known; give it a region, or set AWS_REGION`,
    };
  }
  const { kind: _, ...source } = connection;
  const { kubeconfig } = source;
  const read = readTextFile(kubeconfig);
  if ('why' in read) return { problem: `the kubeconfig ${kubeconfig} cannot be read: ${read.why}` };
  try {
    const { program } = await kubeConfigFrom(source);
    return program === undefined ? {} : { program: { ...program, kubeconfig } };
  } catch (error) {
    // A parser quotes the lines it failed on, and in this file those may be keys.
    return { problem: (error as Error).message.split('\n', 1)[0]! };
  }
};
