import type { ClusterEntry, PrometheusEntry } from './catalogue.ts';

/** Every simulated cluster has one there. */
const simulatedPrometheus: PrometheusEntry = { namespace: 'monitoring', service: 'prometheus', port: 9090 };

/** Where a cluster stores its metrics, if configured. */
export const prometheusOf = ({ prometheus, simulated }: ClusterEntry): PrometheusEntry | undefined =>
  prometheus ?? (simulated ? simulatedPrometheus : undefined);
