import type { MetricAnswer, MetricQuery, Metrics } from '../../domain/ports.ts';

/** So many answers are kept at most; what is older than the newest question is not asked for again. */
const mostKept = 1_000;

/** Asks the same question once, however often it is looked at: questions end at whole minutes, so they are the same for a minute. */
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
