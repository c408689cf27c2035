import { foreignLines } from '../../domain/record/foreign-text.ts';

/** Of all lines of an answer together, as they stand in it. */
export const mostLogBytes = 900_000;

/** Of one line: a program may write a document into one. */
const longestLine = 4_000;

export interface FittingLines {
  readonly lines: readonly string[];
  /** Earlier ones were left out. */
  readonly isCut: boolean;
}

/** The last of these lines that fit, without what looks like a secret. A key has many lines, so they are looked at before they are cut. */
export const fittingLines = (lines: readonly string[], bytes: number): FittingLines => {
  const told = lines.length === 0 ? [] : foreignLines(lines, longestLine);
  let left = bytes;
  let first = told.length;
  while (first > 0) {
    left -= Buffer.byteLength(JSON.stringify(told[first - 1])) + 1;
    if (left < 0) break;
    first -= 1;
  }
  return { lines: told.slice(first), isCut: first > 0 };
};
