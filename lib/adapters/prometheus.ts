import type { PrometheusEntry } from '../domain/catalogue/catalogue.ts';
import { isFlotillaError } from '../domain/errors.ts';
import { unread } from '../domain/metrics-port.ts';
import type { Cluster, MetricAnswer, MetricQuery, Metrics } from '../domain/ports.ts';
import { pointsOf } from '../domain/strategy/prometheus-answer.ts';

/** A week of minutes is about 300 KB for one series. */
const longestAnswer = 1024 * 1024;

export interface PrometheusOptions {
  readonly entry: PrometheusEntry;
  cluster(): Promise<Pick<Cluster, 'readService'>>;
}

/**
 * A Prometheus, or something that speaks its protocol, in the cluster. It is reached through the API server, with the
 * cluster's credential.
 */
export class Prometheus implements Metrics {
  readonly #options: PrometheusOptions;

  constructor(options: PrometheusOptions) {
    this.#options = options;
  }

  async range({ source, from, to, step }: MetricQuery): Promise<MetricAnswer> {
    if (!('prometheus' in source)) return unread('it is no query for Prometheus');
    const query = { query: source.prometheus, start: seconds(from), end: seconds(to), step: seconds(step) };
    try {
      return await this.#ask({ ...query, timeout: '8s' });
    } catch (error) {
      if (isFlotillaError(error, 'ClusterUnavailable')) return unread(error.message);
      throw error;
    }
  }

  async #ask(query: Readonly<Record<string, string>>): Promise<MetricAnswer> {
    const { namespace, service, port, path_prefix: prefix = '' } = this.#options.entry;
    const place = `${namespace}/${service}:${port}`;
    const cluster = await this.#options.cluster();
    const path = `${prefix}/api/v1/query_range`;
    const answer = await cluster.readService?.({ namespace, service, port, path, query, limit: longestAnswer });
    if (answer === undefined) return unread('nobody can be asked in this cluster');
    if (answer.kind === 'unreached') return unread(`${place} cannot be asked: ${answer.message}`);
    if (answer.isCut) return unread(`${place} answers with more than ${longestAnswer / 1024} KiB`);
    return pointsOf(answer.status, answer.body);
  }
}

const seconds = (milliseconds: number): string => String(milliseconds / 1_000);
