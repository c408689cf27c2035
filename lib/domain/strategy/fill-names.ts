import type { CheckSource, CloudWatchMetric } from './strategy.ts';

/** Object names that a check may refer to, as `{{canary}}`. */
export const namesOfChecks = ['canary', 'workload', 'service', 'namespace'] as const;

export type NamesOfChecks = Readonly<Partial<Record<(typeof namesOfChecks)[number], string>>>;

const placeholder = /\{\{\s*([^{}]*?)\s*\}\}/g;

/** The placeholders in a text. */
export const namesIn = (text: string): readonly string[] =>
  [...text.matchAll(placeholder)].map(([, name = '']) => name);

/**
 * Fills in the names. Kubernetes names contain only small letters, digits, `-` and `.`, so nothing needs escaping. An
 * unknown placeholder stays: the configuration has refused it.
 */
export const fillNames = (source: CheckSource, names: NamesOfChecks): CheckSource => {
  if ('prometheus' in source) return { prometheus: filled(source.prometheus, names) };
  const { metrics, ...rest } = source.cloudwatch;
  const own = Object.entries(metrics).map(([key, metric]) => [key, filledMetric(metric, names)] as const);
  return { cloudwatch: { ...rest, metrics: Object.fromEntries(own) } };
};

const filledMetric = (metric: CloudWatchMetric, names: NamesOfChecks): CloudWatchMetric => {
  if (metric.dimensions === undefined) return metric;
  const dimensions = Object.entries(metric.dimensions).map(([key, value]) => [key, filled(value, names)] as const);
  return { ...metric, dimensions: Object.fromEntries(dimensions) };
};

const filled = (text: string, names: NamesOfChecks): string =>
  text.replaceAll(
    placeholder,
    (whole, name: string) => (Object.hasOwn(names, name) ? names[name as keyof NamesOfChecks] : undefined) ?? whole,
  );
