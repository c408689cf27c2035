import { stripVTControlCharacters } from 'node:util';
import Table from 'cli-table3';
import { partsOf } from '../domain/parts-of.ts';

/** One column, and how it gives way where there is no room for all. */
export interface Column {
  readonly head: string;
  /**
   * Which are cut first: what is told in sentences, then what we could say in fewer words (statuses, times, marks), then
   * names and versions. Without it the column is never cut: an id is of no use without its end.
   */
  readonly cut?: 'sentence' | 'constant' | 'name';
  /** Cut to less than so many characters it would tell nothing. */
  readonly least?: number;
  /** It may be left out when cutting does not do; the highest goes first. */
  readonly spare?: number;
}

/** Space between two columns. */
const GAP = 2;
const LEAST = 6;

/** The library looks at every cell for every row, so that ten thousand rows at once would take half a minute. */
const ROWS_AT_ONCE = 100;

const gap = ' '.repeat(GAP);
const empty = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid'].flatMap((side) =>
    [side, `${side}-mid`, `${side}-left`, `${side}-right`].map((name) => [name, '']),
  ),
);

type Rows = readonly (readonly string[])[];

/**
 * A table without lines, no wider than the terminal, as far as that can be without cutting an id. What is still wider then
 * goes on in the terminal's next line.
 */
export const fitTable = (columns: readonly Column[], rows: Rows, space: number): string => {
  const all = [columns.map(({ head }) => head), ...rows];
  const natural = columns.map((column, at) => ({ ...column, at, width: widestOf(all, at) }));
  const shown = fitted(natural, space);
  const cells = all.map((row) => shown.map(({ at }) => row[at] ?? ''));
  return partsOf(cells, ROWS_AT_ONCE)
    .map((lines) =>
      drawn(
        lines,
        shown.map(({ width }) => width),
      ),
    )
    .join('\n')
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
};

interface Fitting extends Column {
  /** Place among all columns. */
  readonly at: number;
  readonly width: number;
}

/** Sentences and constants are cut; if that does not do, a column is left out and the others are looked at anew; names are cut last. */
const fitted = (columns: readonly Fitting[], space: number): readonly Fitting[] => {
  const [sentences, constants, names] = (['sentence', 'constant', 'name'] as const).map(
    (kind) => (some: readonly Fitting[]) => shrunk(some, kind, space),
  ) as [Shrink, Shrink, Shrink];
  const cut = constants(sentences(columns));
  if (excessOf(cut, space) <= 0) return cut;
  const spare = columns.toSorted((a, b) => (b.spare ?? 0) - (a.spare ?? 0))[0];
  if (spare?.spare === undefined) return names(cut);
  return fitted(
    columns.filter((column) => column !== spare),
    space,
  );
};

type Shrink = (columns: readonly Fitting[]) => readonly Fitting[];

/** Takes from the widest of a kind, character by character, until all fit or none of them can give more. */
const shrunk = (columns: readonly Fitting[], kind: Column['cut'], space: number): readonly Fitting[] => {
  const widths = columns.map(({ width }) => width);
  const canGive = (at: number): boolean =>
    columns[at]!.cut === kind && widths[at]! > Math.max(columns[at]!.least ?? LEAST, columns[at]!.head.length);
  for (let excess = excessOf(columns, space); excess > 0; excess -= 1) {
    const widest = widths.reduce((best, width, at) => (canGive(at) && width > (widths[best] ?? 0) ? at : best), -1);
    if (widest < 0) break;
    widths[widest]! -= 1;
  }
  return columns.map((column, at) => ({ ...column, width: widths[at]! }));
};

const excessOf = (columns: readonly Fitting[], space: number): number =>
  columns.reduce((sum, { width }) => sum + width, GAP * (columns.length - 1)) - space;

const drawn = (lines: Rows, colWidths: number[]): string => {
  const table = new Table({
    colWidths,
    chars: { ...empty, middle: gap },
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 0 },
  });
  table.push(...lines.map((line) => [...line]));
  return table.toString();
};

const widestOf = (rows: Rows, at: number): number =>
  rows.reduce((widest, row) => Math.max(widest, visibleLength(row[at] ?? '')), 0);

const visibleLength = (text: string): number => stripVTControlCharacters(text).length;
