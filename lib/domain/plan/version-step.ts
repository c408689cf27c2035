/** How a version compares to the previous one; `other` if it cannot be compared. */
export type VersionStep = 'new' | 'same' | 'newer' | 'older' | 'other';

/**
 * By Semantic Versioning 2.0.0 precedence (section 11) if both have that form. Accepts a leading `v` and a missing
 * third number. Two texts of equal rank (`1.0.0` and `v1.0.0`) may differ, so nothing is claimed about them.
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
  /** Empty for a release, which comes after all its pre-releases. */
  readonly before: readonly string[];
}

/** A digest after a tag identifies the image; it does not say how new it is. */
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

/** Compares up to the shorter length. */
const compareLists = (one: readonly string[], other: readonly string[]): number => {
  for (const [at, part] of one.slice(0, other.length).entries()) {
    const order = compareParts(part, other[at]!);
    if (order !== 0) return order;
  }
  return 0;
};

const isNumber = (part: string): boolean => /^\d+$/.test(part);

/** Numbers by value, of any size, and before words. Words by their characters. */
const compareParts = (one: string, other: string): number => {
  if (isNumber(one) !== isNumber(other)) return isNumber(one) ? -1 : 1;
  if (isNumber(one)) return compareNumbers(one.replace(/^0+(?=\d)/, ''), other.replace(/^0+(?=\d)/, ''));
  return one < other ? -1 : Number(one > other);
};

const compareNumbers = (one: string, other: string): number =>
  one.length - other.length || (one < other ? -1 : Number(one > other));
