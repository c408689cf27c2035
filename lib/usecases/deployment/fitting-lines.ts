import { foreignLines } from '../../domain/record/foreign-text.ts';

/** For all lines of an answer together, as encoded. */
export const mostLogBytes = 900_000;

/** Per line: a program may write a whole document into one. */
const longestLine = 4_000;

export interface FittingLines {
  readonly lines: readonly string[];
  /** Earlier lines were left out. */
  readonly isCut: boolean;
}

/** A key of 8,192 bits has a hundred lines. When the requested lines begin inside one, these show that it is a key. */
export const linesBefore = 110;

export interface Fit {
  readonly tail: number;
  readonly bytes: number;
}

/**
 * The last lines that fit, without what looks like a secret. A key spans many lines, so secrets are removed before
 * lines are cut.
 */
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
