import { listed, type Path, quoted } from '../batch/findings.ts';
import { issueCodes } from '../batch/issues.ts';
import { isMapping } from '../batch/mapping.ts';
import { didYouMean, nearest } from '../batch/nearest.ts';
import { namesIn, namesOfChecks } from '../strategy/fill-names.ts';
import type { ConfigurationText } from './configuration-text.ts';

interface Place {
  readonly path: Path;
  readonly text: ConfigurationText;
}

/** Placeholders in `{{…}}` must be known. Anything else would be sent as written. */
export const checkNames = (
  checks: unknown,
  { path, text }: Place,
  { hasService }: { readonly hasService: boolean },
): void => {
  const known = namesOfChecks.filter((name) => hasService || name !== 'service');
  (Array.isArray(checks) ? checks : []).forEach((check: unknown, at) => {
    for (const { path: inside, value } of textsOf(check)) {
      const wrong = namesIn(value).find((name) => !known.some((one) => one === name));
      if (wrong === undefined) continue;
      const isUnset = wrong === 'service';
      const message = isUnset
        ? 'uses {{service}}, but the strategy names no service'
        : `there is no placeholder ${quoted(wrong)}; known: ${listed(known)}`;
      const hint = isUnset ? undefined : didYouMean(nearest(wrong, known));
      text.report([...path, 'checks', at, ...inside], issueCodes.NotAllowed, { message, hint });
    }
  });
};

interface Text {
  readonly path: Path;
  readonly value: string;
}

/** Where placeholders are filled in: the query, and the dimensions of metrics. */
const textsOf = (check: unknown): readonly Text[] => {
  if (!isMapping(check)) return [];
  const query = typeof check.prometheus === 'string' ? [{ path: ['prometheus'], value: check.prometheus }] : [];
  const metrics = isMapping(check.cloudwatch) && isMapping(check.cloudwatch.metrics) ? check.cloudwatch.metrics : {};
  const dimensions = Object.entries(metrics).flatMap(([name, metric]) => {
    const written = isMapping(metric) && isMapping(metric.dimensions) ? metric.dimensions : {};
    return Object.entries(written).flatMap(([key, value]): readonly Text[] =>
      typeof value === 'string' ? [{ path: ['cloudwatch', 'metrics', name, 'dimensions', key], value }] : [],
    );
  });
  return [...query, ...dimensions];
};
