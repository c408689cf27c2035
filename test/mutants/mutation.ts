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

/** The text that the mutant replaces. */
export const originalOf = (text: string, { location }: Mutation): string =>
  text.slice(offsetOf(text, location.start), offsetOf(text, location.end));

/** `a && b || c` with `a || b` in place of the first would parse differently, and `??` cannot be combined with `||`. */
const inParentheses: readonly string[] = ['LogicalOperator'];

export const mutated = (text: string, { location, mutatorName, replacement }: Mutation): string => {
  const put = inParentheses.includes(mutatorName) ? `(${replacement})` : replacement;
  return text.slice(0, offsetOf(text, location.start)) + put + text.slice(offsetOf(text, location.end));
};

/** Mutations must not overlap: later ones first, so that positions stay valid. */
export const mutatedAtOnce = (text: string, mutations: readonly Mutation[]): string =>
  mutations
    .toSorted((one, other) => (isBefore(one.location.start, other.location.start) ? 1 : -1))
    .reduce(mutated, text);

const isBefore = (one: Position, other: Position): boolean =>
  one.line < other.line || (one.line === other.line && one.column < other.column);

const overlap = (one: Mutation, other: Mutation): boolean =>
  one.fileName === other.fileName &&
  !isBefore(one.location.end, other.location.start) &&
  !isBefore(other.location.end, one.location.start);

/** Few groups, found simply; no two mutations of a group overlap. */
export const withoutOverlaps = (mutations: readonly Mutation[]): readonly (readonly Mutation[])[] => {
  const groups: Mutation[][] = [];
  for (const mutation of mutations) {
    const free = groups.find((group) => !group.some((other) => overlap(mutation, other)));
    if (free === undefined) groups.push([mutation]);
    else free.push(mutation);
  }
  return groups;
};

/**
 * Every mutation in the order of a seed: the first N are a sample, and a larger sample of the same seed contains them.
 */
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
