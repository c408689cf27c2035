import { unread } from '../domain/metrics-port.ts';
import type { Metrics } from '../domain/ports.ts';

export interface MetricSourceOptions {
  /** Absent if the cluster's configuration names none. */
  readonly prometheus: Metrics | undefined;
  readonly cloudWatch: Metrics;
}

/** Sends each query to where its numbers are. */
export const metricSources = ({ prometheus, cloudWatch }: MetricSourceOptions): Metrics => ({
  range: async (query) => {
    if ('cloudwatch' in query.source) return cloudWatch.range(query);
    return prometheus?.range(query) ?? unread('the configuration of its cluster names no prometheus');
  },
});
