import { DefinitionRefused } from '../definition/problems.ts';
import type { RefusalCase, Verdict } from './case.ts';
import { difference } from './match.ts';

const featuresOf = (error: unknown): readonly string[] =>
  error instanceof DefinitionRefused
    ? [...new Set(error.problems.flatMap(({ feature }) => (feature === undefined ? [] : [feature])))].sort()
    : [];

/** A case that was to run, and did not: refused when the engine has not what it needs. */
export const verdictOnError = (id: string, error: unknown): Verdict => {
  const features = featuresOf(error);
  return features.length > 0
    ? { id, verdict: 'refused', features }
    : { id, verdict: 'differed', difference: String(error) };
};

/** A case that was to be refused, and was: by the same words, or because the engine has not what it needs. */
export const verdictOnRefusal = (id: string, expected: RefusalCase['expected'], error: unknown): Verdict => {
  if (!(error instanceof Error)) throw error;
  const { code = error.name, message = error.message } = expected;
  const found = difference({ code, message }, { code: error.name, message: error.message }, 'refusal');
  if (found === undefined) return { id, verdict: 'passed' };
  const features = featuresOf(error);
  return features.length > 0 ? { id, verdict: 'refused', features } : { id, verdict: 'differed', difference: found };
};
