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

/** A key of 8,192 bits has a hundred lines: of one that has begun before the lines that are asked for, these tell that it is one. */
export const linesBefore = 110;

export interface Fit {
  readonly tail: number;
  readonly bytes: number;
}

/** The last of these lines that fit, without what looks like a secret. A key has many lines, so they are looked at before they are cut. */
export const fittingLines = (lines: readonly string[], { tail, bytes }: Fit): FittingLines => {
  const told = lines.length === 0 ? [] : foreignLines(lines, longestLine).slice(-tail);
  let left = bytes;
  let first = told.length;
  while (first > 0) {
    left -= Buffer.byteLength(JSON.stringify(told[first - 1])) + 1;
    if (left < 0) break;
    first -= 1;
  }
  return { lines: told.slice(first), isCut: first > 0 };
};
