import type { KubernetesCluster } from '../../lib/adapters/cluster.ts';
import { Prometheus } from '../../lib/adapters/prometheus.ts';
import type { PrometheusEntry } from '../../lib/domain/catalogue/catalogue.ts';
import type { KubeClient } from './kube-client.ts';

export interface MetricsRead {
  readonly admin: KubeClient;
  readonly entry: PrometheusEntry;
  /** With the deployer's credential. */
  readonly cluster: KubernetesCluster;
}

/** Whether the API server lets a deployer reach a Prometheus, which does not run, and another port of it. */
export const readMetrics = async ({ admin, entry, cluster }: MetricsRead): Promise<readonly string[]> => {
  const { namespace, service: name, port } = entry;
  const place = `/api/v1/namespaces/${namespace}`;
  const ports = [port, port + 1].map((one) => ({ name: `port-${one}`, port: one }));
  await admin.post(`${place}/services`, { metadata: { name }, spec: { ports, selector: { app: 'nobody' } } });
  const query = { source: { prometheus: 'sum(rate(a{b=~"c-.*"}[1m])) > 0' }, from: 60_000, to: 120_000, step: 60_000 };
  const read = async (asked: number): Promise<string> => {
    const prometheus = new Prometheus({ entry: { ...entry, port: asked }, cluster: async () => cluster });
    const answer = await prometheus.range(query);
    return answer.kind === 'unread' && answer.message.includes('forbidden') ? 'forbidden' : 'let through';
  };
  return [await read(port), await read(port + 1)];
};
