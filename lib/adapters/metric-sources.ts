import { unread } from '../domain/metrics-port.ts';
import type { Metrics } from '../domain/ports.ts';

export interface MetricSourceOptions {
  /** Absent where the configuration of the cluster names none. */
  readonly prometheus: Metrics | undefined;
  readonly cloudWatch: Metrics;
}

/** Each question to where its numbers are kept. */
export const metricSources = ({ prometheus, cloudWatch }: MetricSourceOptions): Metrics => ({
  range: async (query) => {
    if ('cloudwatch' in query.source) return cloudWatch.range(query);
    return prometheus?.range(query) ?? unread('the configuration of its cluster names no prometheus');
  },
});
