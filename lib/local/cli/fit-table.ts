import { stripVTControlCharacters } from 'node:util';
import Table from 'cli-table3';

/** Space between two columns. */
const GAP = 2;
/** No column is made narrower than this; what does not fit then is cut by the terminal. */
const NARROWEST = 6;

const gap = ' '.repeat(GAP);
const empty = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid'].flatMap((side) =>
    [side, `${side}-mid`, `${side}-left`, `${side}-right`].map((name) => [name, '']),
  ),
);

/** A table without lines, no wider than the terminal: the last column gives way first, then always the widest. */
export const fitTable = (head: readonly string[], rows: readonly (readonly string[])[], columns: number): string => {
  const widths = head.map((_, at) => Math.max(...[head, ...rows].map((row) => visibleLength(row[at] ?? ''))));
  const table = new Table({
    head: [...head],
    colWidths: shrunk(widths, columns - GAP * (head.length - 1)),
    chars: { ...empty, middle: gap },
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 0 },
  });
  table.push(...rows.map((row) => [...row]));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
};

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
