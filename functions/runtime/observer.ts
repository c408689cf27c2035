import type { Context } from 'aws-lambda';
import type { Measurement } from '../../lib/domain/measurement/measurement.ts';

/** Ids and facts for a log line; never a body, a header or a secret. */
export type About = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Call {
  readonly event: unknown;
  readonly context: Context;
}

/** Observes functions at work. On Lambda that is `telemetry.ts`; elsewhere nobody does. */
export interface Observer {
  /** Wraps every call of a function. */
  around<Result>(call: Call, run: () => Promise<Result>): Promise<Result>;
  measure(measurements: readonly Measurement[]): void;
  tell(message: string, about: About): void;
  /** Notes a fault that is answered, not thrown. */
  fault(message: string, about: About, error: unknown): void;
}

const nobody: Observer = {
  around: (_, run) => run(),
  measure: () => {},
  tell: () => {},
  fault: (message, about, error) => {
    const { name, message: cause, stack } = error instanceof Error ? error : new Error(String(error));
    console.error(JSON.stringify({ level: 'ERROR', message, ...about, error: name, cause, stack }));
  },
};

let current = nobody;

export const observer = (): Observer => current;

export const observeBy = (other: Observer): void => {
  current = other;
};
