import { distance } from 'fastest-levenshtein';

/** Compares names without the most common mistakes: letter case and separators. */
const plain = (name: string): string => name.toLowerCase().replace(/[-_. ]/g, '');

/** How many letters may differ: one in three, so that a hint is a correction and not a guess. */
const tolerance = (name: string): number => Math.max(1, Math.floor(name.length / 3));

/** Longer names are no typing mistakes, and comparing more candidates costs more than a hint is worth. */
const maxLength = 128;
const maxCandidates = 1000;

export interface Near<T> {
  readonly candidate: T;
  readonly distance: number;
}

/** The candidates that a name may have meant, best first; equally near ones in the given order. */
export const nearOnes = <T>(name: string, candidates: readonly T[], nameOf: (candidate: T) => string): Near<T>[] => {
  if (name.length === 0 || name.length > maxLength) return [];
  const wanted = plain(name);
  const allowed = tolerance(wanted);
  return candidates
    .filter((candidate) => Math.abs(nameOf(candidate).length - name.length) <= allowed + 3)
    .slice(0, maxCandidates)
    .map((candidate) => ({ candidate, distance: boundedDistance(wanted, plain(nameOf(candidate)), allowed) }))
    .filter((near) => near.distance <= allowed)
    .sort((a, b) => a.distance - b.distance);
};

/** The candidate that a name most likely meant, if any. */
export const nearest = (name: string, candidates: readonly string[]): string | undefined =>
  nearOnes(name, candidates, (candidate) => candidate)[0]?.candidate;

const boundedDistance = (a: string, b: string, allowed: number): number => {
  if (Math.abs(a.length - b.length) > allowed) return Number.POSITIVE_INFINITY;
  const letters = distance(a, b);
  // Two swapped letters are one mistake, not two.
  return letters === 2 && sorted(a) === sorted(b) ? 1 : letters;
};

const sorted = (text: string): string => [...text].sort().join('');

export const didYouMean = (name: string | undefined): string | undefined =>
  name === undefined ? undefined : `did you mean ${name}?`;
