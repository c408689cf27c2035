import { DefinitionRefused } from '../definition/problems.ts';
import type { RefusalCase, Verdict } from './case.ts';
import { difference } from './match.ts';

const featuresOf = (error: unknown): readonly string[] =>
  error instanceof DefinitionRefused
    ? [...new Set(error.problems.flatMap(({ feature }) => (feature === undefined ? [] : [feature])))].sort()
    : [];

/** For a case that should have run and did not: `refused` if the engine lacks what it needs. */
export const verdictOnError = (id: string, error: unknown): Verdict => {
  const features = featuresOf(error);
  return features.length > 0
    ? { id, verdict: 'refused', features }
    : { id, verdict: 'differed', difference: String(error) };
};

/** For a case that should be refused, and was: with the same words, or because the engine lacks what it needs. */
export const verdictOnRefusal = (id: string, expected: RefusalCase['expected'], error: unknown): Verdict => {
  if (!(error instanceof Error)) throw error;
  const { code = error.name, message = error.message } = expected;
  const found = difference({ code, message }, { code: error.name, message: error.message }, 'refusal');
  if (found === undefined) return { id, verdict: 'passed' };
  const features = featuresOf(error);
  return features.length > 0 ? { id, verdict: 'refused', features } : { id, verdict: 'differed', difference: found };
};
