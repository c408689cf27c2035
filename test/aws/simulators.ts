import { startSimulatedCluster } from '../../lib/simulators/cluster/simulated-cluster.ts';
import { startSimulatedHarness } from '../../lib/simulators/harness/simulated-harness.ts';
import { secrets } from '../cloud/configuration.ts';
import { startEks } from '../cloud/eks.ts';
import { running } from '../example.ts';
import type { Place } from './place.ts';
import { type Door, doorTo, RelayPump } from './relay-pump.ts';

const unauthorized = { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'Unauthorized', code: 401 };

/** Accepts tokens for that EKS cluster, as its control plane would: it asks STS who signed them. */
const guarded =
  (door: Door, signers: Map<string, string | undefined>, ask: (token: string) => Promise<string | undefined>): Door =>
  async (request) => {
    const token = (request.headers.authorization ?? '').replace('Bearer ', '');
    if (!signers.has(token)) signers.set(token, await ask(token));
    if (signers.get(token) !== undefined) return await door(request);
    return { status: 401, type: 'application/json', body: JSON.stringify(unauthorized) };
  };

export interface Simulators {
  /** The server that answers DescribeCluster. */
  readonly eks: string;
  readonly harness: string;
  /** Opens the relay: from now on requests at `outside` are answered here. */
  open(
    place: Place,
    relay: { readonly outside: string; readonly table: string; readonly cluster: string },
  ): Promise<Opened>;
}

export interface Opened {
  /** Requests by purpose. */
  readonly counts: Readonly<Record<string, number>>;
  /** Failures of the relay. */
  readonly faults: readonly unknown[];
  /** Callers of the cluster. */
  signers(): readonly string[];
}

/** A Harness and a cluster in this process, as in `npm run demo`. */
export const startSimulators = async (held: AsyncDisposableStack): Promise<Simulators> => {
  const cluster = await startSimulatedCluster({ seed: running as never });
  held.defer(() => cluster.close());
  const harness = await startSimulatedHarness({
    ...{ apiKey: secrets.HARNESS_API_KEY, mandateKey: true, stageMilliseconds: 300 },
    triggers: [
      { pipeline: 'deploy_clearing', trigger: 'flotilla', token: secrets.CLEARING_TOKEN },
      { pipeline: 'deploy_risk', trigger: 'unused' },
    ],
    clusters: { 'eu-1': cluster.url },
  });
  held.defer(() => harness.close());
  const eks = await startEks();
  held.defer(() => eks.close());
  return {
    ...{ eks: eks.url, harness: harness.url },
    open: async (place, { outside, table, cluster: name }) => {
      eks.add(name, await place.clusterAt(`${outside}/cluster`));
      const signers = new Map<string, string | undefined>();
      const ask = (token: string) => place.signerOf(token, name);
      const pump = new RelayPump({
        ...{ dynamo: place.clients.dynamo, table },
        doors: {
          harness: doorTo(harness.url, `${outside}/harness`),
          cluster: guarded(doorTo(cluster.url, `${outside}/cluster`), signers, ask),
          eks: doorTo(eks.url, `${outside}/eks`),
        },
      });
      held.defer(() => pump.close());
      return {
        ...{ counts: pump.counts, faults: pump.faults },
        signers: () => [...new Set([...signers.values()].filter((one) => one !== undefined))],
      };
    },
  };
};
