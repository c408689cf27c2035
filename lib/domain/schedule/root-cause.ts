import type { Status } from '../deployment/status.ts';
import { type Cell, statusOfCell } from './cells.ts';
import type { Sheet } from './sheet.ts';

/** The origin of a skip: behind it there may be a long chain of skipped deployments. */
export interface RootCause {
  readonly key: string;
  /**
   * Its status when its dependents were skipped. `SKIPPED` if it was not started itself, but not because of another
   * one.
   */
  readonly status: Status;
  readonly reason: string;
  /** Why its last attempt failed, if that is a different reason: `ImagePullBackOff`. */
  readonly failure?: string;
  /** What an UNKNOWN one was later resolved as. Its dependents stay skipped. */
  readonly resolved?: Status;
}

/** Gives a deployment's cell by its index. */
interface Cells {
  readonly length: number;
  at(index: number): Cell;
}

/** Of several causes, the one that explains most. */
const weights: Readonly<Partial<Record<Cell, number>>> = { F: 0, U: 0, C: 0, R: 1, K: 2 };
const none = -1;

/** A deployment being rolled back may have succeeded when others were skipped. One with skipped dependents had not. */
const rolledBackItself = 3;

/**
 * By index, the origin of each skip, done or imminent. Undefined for deployments that are not skipped, or that were
 * skipped for a reason of their own. One pass over the graph, because dependencies have smaller indexes.
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

/** How many deployments each root keeps from starting, by its index. Only those that count are counted. */
export const heldBack = (
  rootOf: (index: number) => number | undefined,
  length: number,
  counts: (index: number) => boolean,
): ReadonlyMap<number, number> => {
  const held = new Map<number, number>();
  for (let index = 0; index < length; index += 1) {
    const root = counts(index) ? rootOf(index) : undefined;
    if (root !== undefined) held.set(root, (held.get(root) ?? 0) + 1);
  }
  return held;
};

/** Deployments that succeeded, failed or were cancelled were not kept from starting. */
const isKept = (cell: Cell): boolean => cell === 'K' || typeof cell === 'number';

/** What its row does not say yet: a deployment that the dispatcher refuses gets its outcome a moment later. */
const refused: Readonly<Partial<Record<Status, string>>> = { SKIPPED: 'BatchStopped', CANCELLED: 'BatchCancelled' };

interface RootRow {
  readonly status: Status;
  readonly reason: string;
  readonly outcome?: { readonly failure?: { readonly reason: string } | undefined } | undefined;
}

/** What to report about it. `row` is the deployment at the origin, as far as it is written. */
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
