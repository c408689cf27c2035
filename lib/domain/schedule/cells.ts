import type { Status } from '../deployment/status.ts';

/**
 * One character holds a deployment's state. Pending ones count their unfinished dependencies, from `0` (may start) to
 * `@` (16), and above that from `ā` (257) on. A letter is an outcome. 500 characters make a page: one small row.
 */
export const pageSize = 500;

/** The first letter of the outcome. `L` was left as it is, which does not stop its dependents. */
export type Settled = 'S' | 'F' | 'U' | 'K' | 'L' | 'C' | 'R';
/** `G`: granted. `H`: granted, but a hold keeps it from starting. */
export type InFlight = 'G' | 'H';
/** `B`: may start, and gave a turn back, so it has a row. */
export type Pending = number | 'B';
export type Cell = Pending | InFlight | Settled;

const zero = '0'.charCodeAt(0);
const mostInAscii = 16;
const beyond = 256;
/** As many as a batch has deployments: in a rollback, a hub waits for all its dependents. */
const maximumDependencies = 10_000;

export const isPending = (cell: Cell): cell is Pending => typeof cell === 'number' || cell === 'B';
export const isInFlight = (cell: Cell): cell is InFlight => cell === 'G' || cell === 'H';
/** Whether it may have its turn, as far as others of its batch are concerned. */
export const mayStart = (cell: Cell): boolean => cell === 0 || cell === 'B';
/** Whether its dependents may go on. */
export const hasPassed = (cell: Cell): boolean => cell === 'S' || cell === 'L';

const letters: Readonly<Partial<Record<Status, Settled>>> = {
  SUCCESS: 'S',
  FAILED: 'F',
  UNKNOWN: 'U',
  SKIPPED: 'K',
  CANCELLED: 'C',
  ROLLBACK: 'R',
};

const statusOfLetter = new Map<Cell, Status>([
  ...Object.entries(letters).map(([status, letter]) => [letter, status as Status] as const),
  ...(['G', 'H'] as const).map((letter) => [letter, 'PROCESSING'] as const),
  ['B', 'PENDING'],
  ['L', 'SKIPPED'],
]);

export const settledBy = (status: Status): Settled => {
  const letter = letters[status];
  if (letter === undefined) throw new RangeError(`${status} does not settle a deployment`);
  return letter;
};

export const statusOfCell = (cell: Cell): Status => (typeof cell === 'number' ? 'PENDING' : statusOfLetter.get(cell)!);

/**
 * Whether a deployment with this cell may have this status. It lets callers find few among thousands and read only
 * those rows. A cell is updated after its row, and a refused deployment may already have ended differently. A final
 * cell means a final row, except for UNKNOWN, which a person may replace. In a sealed batch everything is final.
 */
export const mayHaveStatus = (cell: Cell, status: Status, isSealed: boolean, isRollingBack = false): boolean => {
  // A rolled-back deployment shows in its own row first. The letters follow at the end.
  if (isRollingBack && status === 'ROLLBACK') return cell !== 'K';
  if (cell === 'U') return status === 'UNKNOWN' || status === 'SUCCESS' || status === 'FAILED';
  const isFinal = isSealed || cell === 'S' || cell === 'F' || cell === 'R' || cell === 'L';
  return !isFinal || statusOfCell(cell) === status;
};

const codeOf = (cell: Cell): number => {
  if (typeof cell === 'string') return cell.charCodeAt(0);
  return cell <= mostInAscii ? zero + cell : beyond + cell;
};

const cellOf = (code: number): Cell => {
  if (code > beyond) return code - beyond;
  return code <= zero + mostInAscii ? code - zero : (String.fromCharCode(code) as Cell);
};

/** The cells of one batch in memory, two bytes each. */
export class Cells {
  readonly #codes: Uint16Array;

  private constructor(codes: Uint16Array) {
    this.#codes = codes;
  }

  static waitingFor(dependencies: readonly number[]): Cells {
    const codes = Uint16Array.from(dependencies, (count) => {
      if (count > maximumDependencies) throw new RangeError(`${count} dependencies are over ${maximumDependencies}`);
      return codeOf(count);
    });
    return new Cells(codes);
  }

  static fromPages(pages: readonly string[]): Cells {
    const text = pages.join('');
    return new Cells(Uint16Array.from({ length: text.length }, (_, at) => text.charCodeAt(at)));
  }

  get length(): number {
    return this.#codes.length;
  }

  get pages(): number {
    return Math.ceil(this.length / pageSize);
  }

  at(index: number): Cell {
    const code = this.#codes[index];
    if (code === undefined) throw new RangeError(`there is no deployment ${index}`);
    return cellOf(code);
  }

  set(index: number, cell: Cell): void {
    this.#codes[index] = codeOf(cell);
  }

  page(page: number): string {
    return String.fromCharCode(...this.#codes.subarray(page * pageSize, (page + 1) * pageSize));
  }
}
