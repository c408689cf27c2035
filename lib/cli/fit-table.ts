import { stripVTControlCharacters } from 'node:util';
import Table from 'cli-table3';
import { partsOf } from '../domain/parts-of.ts';

/** Space between two columns. */
const GAP = 2;
/** No column is made narrower than this; what does not fit then is cut by the terminal. */
const NARROWEST = 6;

/** The library looks at every cell for every row, so that ten thousand rows at once would take half a minute. */
const ROWS_AT_ONCE = 100;

const gap = ' '.repeat(GAP);
const empty = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid'].flatMap((side) =>
    [side, `${side}-mid`, `${side}-left`, `${side}-right`].map((name) => [name, '']),
  ),
);

/** A table without lines, no wider than the terminal: the last column gives way first, then always the widest. */
export const fitTable = (head: readonly string[], rows: readonly (readonly string[])[], columns: number): string => {
  const widths = head.map((_, at) => widestOf([head, ...rows], at));
  const colWidths = shrunk(widths, columns - GAP * (head.length - 1));
  return partsOf([head, ...rows], ROWS_AT_ONCE)
    .map((lines) => drawn(lines, colWidths))
    .join('\n')
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
};

const drawn = (lines: readonly (readonly string[])[], colWidths: number[]): string => {
  const table = new Table({
    colWidths,
    chars: { ...empty, middle: gap },
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 0 },
  });
  table.push(...lines.map((line) => [...line]));
  return table.toString();
};

const widestOf = (rows: readonly (readonly string[])[], at: number): number =>
  rows.reduce((widest, row) => Math.max(widest, visibleLength(row[at] ?? '')), 0);

const visibleLength = (text: string): number => stripVTControlCharacters(text).length;

const shrunk = (widths: readonly number[], space: number): number[] => {
  const result = [...widths];
  const excess = (): number => result.reduce((sum, width) => sum + width, 0) - space;
  const shrink = (at: number, by: number): void => {
    result[at] = Math.max(NARROWEST, result[at]! - by);
  };
  const last = result.length - 1;
  if (excess() > 0 && result[last]! > space / 3)
    shrink(last, Math.min(excess(), result[last]! - Math.floor(space / 3)));
  while (excess() > 0) {
    const widest = result.indexOf(Math.max(...result));
    if (result[widest]! <= NARROWEST) break;
    shrink(widest, 1);
  }
  return result;
};
