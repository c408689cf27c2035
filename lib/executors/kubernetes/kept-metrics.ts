import type { MetricAnswer, MetricQuery, Metrics } from '../../domain/ports.ts';

/** The most answers kept. Answers older than the newest query are not needed again. */
const mostKept = 1_000;

/** Sends the same query only once for many looks. Queries end at whole minutes, so they stay the same for a minute. */
export class KeptMetrics implements Metrics {
  readonly #metrics: Metrics;
  readonly #kept = new Map<string, Promise<MetricAnswer>>();

  constructor(metrics: Metrics) {
    this.#metrics = metrics;
  }

  range(query: MetricQuery): Promise<MetricAnswer> {
    const key = JSON.stringify(query);
    const known = this.#kept.get(key);
    if (known !== undefined) return known;
    if (this.#kept.size >= mostKept) this.#kept.clear();
    const asked = this.#metrics.range(query);
    this.#kept.set(key, asked);
    asked.catch(() => this.#kept.delete(key));
    return asked;
  }
}
