import { createHash } from 'node:crypto';

/** As Stryker has them inside: lines and columns from 0. */
interface Position {
  readonly line: number;
  readonly column: number;
}

export interface Mutation {
  readonly id: string;
  readonly fileName: string;
  readonly mutatorName: string;
  readonly location: { readonly start: Position; readonly end: Position };
  readonly replacement: string;
}

const offsetOf = (text: string, { line, column }: Position): number =>
  text
    .split('\n')
    .slice(0, line)
    .reduce((offset, before) => offset + before.length + 1, column);

/** What stands in the file where the mutant would stand. */
export const originalOf = (text: string, { location }: Mutation): string =>
  text.slice(offsetOf(text, location.start), offsetOf(text, location.end));

/** `a && b || c` with `a || b` in place of the first would be read otherwise, and `??` does not stand beside `||`. */
const inParentheses: readonly string[] = ['LogicalOperator'];

export const mutated = (text: string, { location, mutatorName, replacement }: Mutation): string => {
  const put = inParentheses.includes(mutatorName) ? `(${replacement})` : replacement;
  return text.slice(0, offsetOf(text, location.start)) + put + text.slice(offsetOf(text, location.end));
};

/** The later ones first, so that places stay where they were; of two that overlap the one within the other is left out. */
export const mutatedAtOnce = (text: string, mutations: readonly Mutation[]): string => {
  const places = mutations.map((mutation) => ({ mutation, at: offsetOf(text, mutation.location.start) }));
  let untouched = text.length;
  return places
    .toSorted((one, other) => other.at - one.at)
    .reduce((changed, { mutation, at }) => {
      if (offsetOf(text, mutation.location.end) > untouched) return changed;
      untouched = at;
      return mutated(changed, mutation);
    }, text);
};

/** Every mutation in the order of a seed: the first N are a sample, and more of the same seed have them too. */
export const inOrderOf = <T extends Mutation>(seed: string, mutations: readonly T[], root: string): readonly T[] => {
  const rank = ({ fileName, location: { start, end }, mutatorName, replacement }: T): string =>
    createHash('sha256')
      .update(JSON.stringify([seed, fileName.replace(`${root}/`, ''), start, end, mutatorName, replacement]))
      .digest('hex');
  return mutations
    .map((mutation) => ({ mutation, at: rank(mutation) }))
    .sort((a, b) => (a.at < b.at ? -1 : 1))
    .map(({ mutation }) => mutation);
};
