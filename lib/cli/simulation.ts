import type { Health } from '../usecases/read-health.ts';

export type Simulated = Health['simulated'];

/** Whether a deployment to this cluster is simulated: the executor or the cluster is. */
export const isSimulated = ({ harness, clusters }: Simulated, cluster?: string): boolean =>
  harness || (cluster === undefined ? clusters.length > 0 : clusters.includes(cluster));

/** `Harness, cluster eu-1 and cluster us-1 are simulated`; undefined when everything is real. */
export const simulationSentence = ({ harness, clusters }: Simulated): string | undefined => {
  const parts = [...(harness ? ['Harness'] : []), ...clusters.map((name) => `cluster ${name}`)];
  if (parts.length === 0) return undefined;
  const told = parts.length === 1 ? parts[0] : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
  return `SIMULATED: ${told} ${parts.length === 1 ? 'is' : 'are'} simulated; nothing real is deployed there.`;
};
