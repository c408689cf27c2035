import { printable } from './clean-text.ts';
import { cutToWidth, widthOf } from './column-width.ts';

/** One column, and how it shrinks when there is too little room. */
export interface Column {
  readonly head: string;
  /**
   * The order of cutting: first sentences, then what has a shorter form (statuses, times, marks), then names and
   * versions. Without it the column is never cut: an id is useless without its end.
   */
  readonly cut?: 'sentence' | 'constant' | 'name';
  /** Shorter than this, it would say nothing. */
  readonly least?: number;
  /** It may be left out if cutting is not enough; the highest goes first. */
  readonly spare?: number;
  /** It is left out before sentences become unreadable. */
  readonly early?: boolean;
  /** Shorter forms: one that loses nothing, and the shortest, used before names are cut. */
  readonly short?: (cell: string) => string;
  readonly shortest?: (cell: string) => string;
  /** A cell's colour, from its full text. */
  readonly paint?: (cell: string) => (text: string) => string;
}

export interface FittedTable {
  readonly lines: readonly string[];
  /** Heads of the columns that did not fit. */
  readonly leftOut: readonly string[];
}

/** Space between two columns. */
const GAP = 2;
const LEAST = 6;
/** A shorter sentence is hard to understand. */
const READABLE = 24;

const gap = ' '.repeat(GAP);

type Rows = readonly (readonly string[])[];

/**
 * A table without lines, as narrow as the terminal if possible without cutting an id. What is still wider continues on
 * the terminal's next line.
 */
export const fitTable = (columns: readonly Column[], rows: Rows, space: number): FittedTable => {
  const all = columns.map((column, at) =>
    measured({ ...column, cells: [column.head, ...rows.map((row) => printable(row[at] ?? ''))] }),
  );
  const shown = fitted(all, space);
  const heads = new Set(shown.map(({ head }) => head));
  const lines = [columns, ...rows].map((_, row) => shown.map((column) => cellOf(column, row)).join(gap));
  return {
    lines: lines.map((line) => line.trimEnd()),
    leftOut: columns.flatMap(({ head }) => (heads.has(head) ? [] : [head])),
  };
};

interface Cells extends Column {
  /** The head, then the rows. */
  readonly cells: readonly string[];
}

interface Fitting extends Cells {
  readonly width: number;
}

const measured = (column: Cells): Fitting => ({
  ...column,
  width: column.cells.reduce((widest, cell) => Math.max(widest, widthOf(cell)), 0),
});

/** Cut to the width of its column or filled up to it, then painted: paint takes no room. */
const cellOf = ({ cells, width, paint }: Fitting, row: number): string => {
  const cell = cells[row]!;
  const shown = cutToWidth(cell, width);
  const space = ' '.repeat(width - widthOf(shown));
  return `${paint === undefined || row === 0 ? shown : paint(cell)(shown)}${space}`;
};

const fitted = (columns: readonly Fitting[], space: number): readonly Fitting[] =>
  excessOf(columns, space) <= 0 ? columns : fittedShort(inOther(columns, 'short'), space);

/**
 * Cuts sentences while they stay readable, then leaves out early columns. Then it cuts sentences and constants further,
 * and leaves out the other optional columns, one at a time, checking the rest again. Names are cut last.
 */
const fittedShort = (columns: readonly Fitting[], space: number): readonly Fitting[] => {
  const readable = shrunk(columns, { kind: 'sentence', space, least: READABLE });
  if (excessOf(readable, space) <= 0) return readable;
  const early = firstToGo(columns.filter((column) => column.early));
  if (early !== undefined) return fittedShort(without(columns, early), space);
  const tight = shrunk(shrunk(columns, { kind: 'sentence', space }), { kind: 'constant', space });
  if (excessOf(tight, space) <= 0) return tight;
  const spare = firstToGo(columns);
  if (spare !== undefined) return fittedShort(without(columns, spare), space);
  return shrunk(inOther(tight, 'shortest'), { kind: 'name', space });
};

const inOther = (columns: readonly Fitting[], form: 'short' | 'shortest'): readonly Fitting[] =>
  columns.map((column) => {
    const { cells, [form]: other } = column;
    if (other === undefined) return column;
    return measured({ ...column, cells: [column.head, ...cells.slice(1).map(other)] });
  });

const firstToGo = (columns: readonly Fitting[]): Fitting | undefined =>
  columns.filter(({ spare }) => spare !== undefined).toSorted((a, b) => b.spare! - a.spare!)[0];

const without = (columns: readonly Fitting[], one: Fitting): readonly Fitting[] =>
  columns.filter((column) => column !== one);

interface Shrinking {
  readonly kind: Column['cut'];
  readonly space: number;
  /** No column is cut to less. */
  readonly least?: number;
}

/** Takes characters from the widest column of a kind, until all fit or none can give more. */
const shrunk = (columns: readonly Fitting[], { kind, space, least = 0 }: Shrinking): readonly Fitting[] => {
  const widths = columns.map(({ width }) => width);
  const canGive = (at: number): boolean =>
    columns[at]!.cut === kind && widths[at]! > Math.max(columns[at]!.least ?? LEAST, columns[at]!.head.length, least);
  for (let excess = excessOf(columns, space); excess > 0; excess -= 1) {
    const widest = widths.reduce((best, width, at) => (canGive(at) && width > (widths[best] ?? 0) ? at : best), -1);
    if (widest < 0) break;
    widths[widest]! -= 1;
  }
  return columns.map((column, at) => ({ ...column, width: widths[at]! }));
};

const excessOf = (columns: readonly Fitting[], space: number): number =>
  columns.reduce((sum, { width }) => sum + width, GAP * (columns.length - 1)) - space;
