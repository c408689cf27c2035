import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { FlotillaError } from '../../lib/domain/errors.ts';
import { type Measurement, measures } from '../../lib/domain/measurement/measurement.ts';
import { type About, type Call, type Observer, observeBy } from './observer.ts';
import { subjectOf } from './subject.ts';

/**
 * Logs and metrics of a function on Lambda, by Powertools. Every bundle starts with this file and nothing else imports
 * it, so the embedded runtime never loads it. The service is the stage (POWERTOOLS_SERVICE_NAME).
 */
export class Telemetry implements Observer {
  readonly #logger = new Logger();
  readonly #metrics = new Metrics({ namespace: 'Flotilla' });

  async around<Result>({ event, context }: Call, run: () => Promise<Result>): Promise<Result> {
    const started = performance.now();
    this.#logger.addContext(context);
    this.#logger.appendKeys(subjectOf(event));
    try {
      const result = await run();
      this.#logger.info('done', { milliseconds: since(started), ...statusOf(result) });
      return result;
    } catch (error) {
      this.#logger.error('failed', { milliseconds: since(started), ...faultOf(error) });
      throw error;
    } finally {
      if (this.#metrics.hasStoredMetrics()) this.#metrics.publishStoredMetrics();
      this.#logger.resetKeys();
    }
  }

  /** Measurements with different dimensions go into separate sets, because a set has one value per dimension. */
  measure(measurements: readonly Measurement[]): void {
    for (const { name, value, by, place } of measurements) {
      const measure: { readonly unit: keyof typeof units; readonly by?: string } = measures[name];
      const apart = Object.entries({
        ...(measure.by === undefined || by === undefined ? {} : { [measure.by]: by }),
        ...(place === undefined ? {} : { place }),
      });
      const metrics = apart.length > 0 ? this.#metrics.singleMetric() : this.#metrics;
      for (const [dimension, its] of apart) metrics.addDimension(dimension, its);
      metrics.addMetric(name, units[measure.unit], value);
    }
  }

  tell(message: string, about: About): void {
    this.#logger.info(message, about);
  }

  fault(message: string, about: About, error: unknown): void {
    this.#logger.error(message, { ...about, ...faultOf(error) });
  }
}

const units = { Count: MetricUnit.Count, Milliseconds: MetricUnit.Milliseconds } as const;

const since = (started: number): number => Math.round(performance.now() - started);

const statusOf = (result: unknown): { readonly status?: number } => {
  const status = (result as { readonly statusCode?: unknown } | undefined)?.statusCode;
  return typeof status === 'number' ? { status } : {};
};

const causesAtMost = 3;

/**
 * Name, text and stack, and the details of our own errors, which are safe to show. Not the error itself: those of HTTP
 * clients carry requests and answers with all headers.
 */
const faultOf = (error: unknown): Readonly<Record<string, unknown>> => {
  if (!(error instanceof Error)) return { error: String(error) };
  const causes: string[] = [];
  for (let { cause } = error; cause instanceof Error && causes.length < causesAtMost; cause = cause.cause) {
    causes.push(`${cause.name}: ${cause.message}`);
  }
  const details = error instanceof FlotillaError ? { details: error.details } : {};
  return {
    error: error.name,
    cause: error.message,
    stack: error.stack,
    ...(causes.length > 0 ? { causes } : {}),
    ...details,
  };
};

observeBy(new Telemetry());
