/** How a version stands to the one before it: `other` where that cannot be told. */
export type VersionStep = 'new' | 'same' | 'newer' | 'older' | 'other';

/**
 * By the precedence of Semantic Versioning 2.0.0 (section 11), where both are of that form; a `v` before it and a missing third
 * number are taken. Two texts of the same rank (`1.0.0` and `v1.0.0`) may be two things: nothing is claimed of them.
 */
export const versionStep = (from: string | undefined, to: string): VersionStep => {
  if (from === undefined) return 'new';
  if (from === to) return 'same';
  const [before, after] = [parse(from), parse(to)];
  const order = before === undefined || after === undefined ? 0 : compare(before, after);
  if (order === 0) return 'other';
  return order < 0 ? 'newer' : 'older';
};

interface Version {
  readonly numbers: readonly string[];
  /** Empty for a release, which comes after all of its pre-releases. */
  readonly before: readonly string[];
}

/** A digest behind a tag says which image it is, not how new. */
const form = /^v?(\d+)\.(\d+)(?:\.(\d+))?(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]+)?(?:@.*)?$/;

const parse = (text: string): Version | undefined => {
  const [, major, minor, patch = '0', before] = form.exec(text) ?? [];
  if (major === undefined || minor === undefined) return undefined;
  return { numbers: [major, minor, patch], before: before?.split('.') ?? [] };
};

const compare = (one: Version, other: Version): number =>
  compareLists(one.numbers, other.numbers) || compareEnds(one.before, other.before);

const compareEnds = (one: readonly string[], other: readonly string[]): number => {
  if (one.length === 0 || other.length === 0) return other.length - one.length;
  return compareLists(one, other) || one.length - other.length;
};

/** As far as both go. */
const compareLists = (one: readonly string[], other: readonly string[]): number => {
  for (const [at, part] of one.slice(0, other.length).entries()) {
    const order = compareParts(part, other[at]!);
    if (order !== 0) return order;
  }
  return 0;
};

const isNumber = (part: string): boolean => /^\d+$/.test(part);

/** Numbers by their size, which may be any, and before words; words by their characters. */
const compareParts = (one: string, other: string): number => {
  if (isNumber(one) !== isNumber(other)) return isNumber(one) ? -1 : 1;
  if (isNumber(one)) return compareNumbers(one.replace(/^0+(?=\d)/, ''), other.replace(/^0+(?=\d)/, ''));
  return one < other ? -1 : Number(one > other);
};

const compareNumbers = (one: string, other: string): number =>
  one.length - other.length || (one < other ? -1 : Number(one > other));
