import type { Status } from '../deployment/status.ts';
import { type Cell, statusOfCell } from './cells.ts';
import type { Sheet } from './sheet.ts';

/** With what it began that a deployment is skipped: behind it there may be a long chain of others that were skipped. */
export interface RootCause {
  readonly key: string;
  /** As it was when its dependents were skipped; `SKIPPED`, where it was not started itself, and not for another one. */
  readonly status: Status;
  readonly reason: string;
  /** Why its last attempt failed, where that is another word: `ImagePullBackOff`. */
  readonly failure?: string;
  /** What somebody found out since about one that was UNKNOWN; nobody was skipped any less for it. */
  readonly resolved?: Status;
}

/** What may be asked for where each deployment stands. */
interface Cells {
  readonly length: number;
  at(index: number): Cell;
}

/** Of several the one that explains most. */
const weights: Readonly<Partial<Record<Cell, number>>> = { F: 0, U: 0, C: 0, R: 1, K: 2 };
const none = -1;

/** One that is rolled back had perhaps succeeded when the others were skipped; one behind which others are skipped had not. */
const rolledBackItself = 3;

/**
 * By index, with what it began that each is skipped, or is about to be. Undefined for one that is not, and for one that was skipped
 * for a reason of its own. One pass over the graph: dependencies have smaller numbers.
 */
export const rootCauses = (sheet: Pick<Sheet, 'dependents'>, cells: Cells): ((index: number) => number | undefined) => {
  const roots = new Int32Array(cells.length).fill(none);
  const explained = new Float64Array(cells.length).fill(Number.POSITIVE_INFINITY);
  for (let index = 0; index < cells.length; index += 1) {
    const cell = cells.at(index);
    const cause = cell === 'K' && roots[index] !== none ? roots[index]! : index;
    const weight = cell === 'R' ? rolledBackItself : (weights[cells.at(cause)] ?? Number.POSITIVE_INFINITY);
    for (const dependent of sheet.dependents[index]!) {
      if (weight >= explained[dependent]!) continue;
      roots[dependent] = cause;
      explained[dependent] = weight;
    }
  }
  return (index) => (isKept(cells.at(index)) && roots[index] !== none ? roots[index] : undefined);
};

/** What has succeeded, failed or been cancelled was not kept from its start. */
const isKept = (cell: Cell): boolean => cell === 'K' || typeof cell === 'number';

/** What its row does not tell yet: whom the dispatcher refuses has its outcome a moment later. */
const refused: Readonly<Partial<Record<Status, string>>> = { SKIPPED: 'BatchStopped', CANCELLED: 'BatchCancelled' };

interface RootRow {
  readonly status: Status;
  readonly reason: string;
  readonly outcome?: { readonly failure?: { readonly reason: string } | undefined } | undefined;
}

/** What is told of it; `row` is where it ended, as far as that is written. */
export const describeRoot = (
  { keys }: Pick<Sheet, 'keys'>,
  { index, cell }: { readonly index: number; readonly cell: Cell },
  row: RootRow | undefined,
): RootCause => {
  const status = statusOfCell(cell);
  const failure = row?.outcome?.failure?.reason;
  const isResolved = status === 'UNKNOWN' && row !== undefined && row.status !== status;
  return {
    key: keys[index]!,
    status,
    reason: row?.reason ?? refused[status] ?? status,
    ...(failure === undefined || failure === row?.reason ? {} : { failure }),
    ...(isResolved ? { resolved: row.status } : {}),
  };
};
