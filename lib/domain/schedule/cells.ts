import type { Status } from '../deployment/status.ts';

/**
 * One character tells where a deployment stands. Its dependencies that have not succeeded yet are counted, by `0` (may start) to
 * `@` (16), and beyond them from `ā` (257) on. A letter says what became of it. 500 characters are a page: one small row.
 */
export const pageSize = 500;

/** The first letter of how it ended; `L` was left as it is, which is no reason for those that wait for it not to go on. */
export type Settled = 'S' | 'F' | 'U' | 'K' | 'L' | 'C' | 'R';
/** Granted; granted, and not to be started under because of a hold. */
export type InFlight = 'G' | 'H';
/** `B` may start, and is back from a turn: there is a row of it. */
export type Pending = number | 'B';
export type Cell = Pending | InFlight | Settled;

const zero = '0'.charCodeAt(0);
const mostInAscii = 16;
const beyond = 256;
/** As many as a batch has deployments: in a rollback a hub waits for all that depend on it. */
const maximumDependencies = 10_000;

export const isPending = (cell: Cell): cell is Pending => typeof cell === 'number' || cell === 'B';
export const isInFlight = (cell: Cell): cell is InFlight => cell === 'G' || cell === 'H';
/** Whether it may have its turn, as far as others of its batch are concerned. */
export const mayStart = (cell: Cell): boolean => cell === 0 || cell === 'B';
/** Whether those that wait for it go on. */
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
 * Whether a deployment may have this status, where its cell says that: for who looks for the few among thousands and asks
 * the rows of those only. A cell is told later than its row, and a refused deployment may have ended otherwise before; what is
 * final there is final in the row too, but for UNKNOWN, which a person may replace. Of a sealed batch everything is final.
 */
export const mayHaveStatus = (cell: Cell, status: Status, isSealed: boolean, isRollingBack = false): boolean => {
  // What is back is known by its own row first; the letters follow at the end.
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

/** The cells of one batch, in memory: two bytes each. */
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
