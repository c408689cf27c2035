import type { Status } from '../deployment/status.ts';

/**
 * One character tells where a deployment stands: a digit counts the dependencies that have not succeeded yet (`0` may
 * start), a capital is the first letter of where it went. 500 of them are a page: one small row of the table.
 */
export const pageSize = 500;

export type Settled = 'S' | 'F' | 'U' | 'K' | 'C' | 'R';
export type Cell = number | 'G' | Settled;

const granted = 'G'.charCodeAt(0);
const zero = '0'.charCodeAt(0);
/** A batch names at most ten dependencies of one deployment; the characters `0` to `@` allow sixteen. */
const maximumDependencies = 16;

const letters: Readonly<Partial<Record<Status, Settled>>> = {
  SUCCESS: 'S',
  FAILED: 'F',
  UNKNOWN: 'U',
  SKIPPED: 'K',
  CANCELLED: 'C',
  ROLLBACK: 'R',
};

const statusOfLetter = new Map(Object.entries(letters).map(([status, letter]) => [letter, status as Status]));

export const settledBy = (status: Status): Settled => {
  const letter = letters[status];
  if (letter === undefined) throw new RangeError(`${status} does not settle a deployment`);
  return letter;
};

export const statusOfCell = (cell: Cell): Status =>
  typeof cell === 'number' ? 'PENDING' : cell === 'G' ? 'PROCESSING' : statusOfLetter.get(cell)!;

/**
 * Whether a deployment may have this status, where its cell says that: for who looks for the few among thousands and asks
 * the rows of those only. A cell is told later than its row, and a refused deployment may have ended otherwise before; what is
 * final there is final in the row too, but for UNKNOWN, which a person may replace. Of a sealed batch everything is final.
 */
export const mayHaveStatus = (cell: Cell, status: Status, isSealed: boolean): boolean => {
  if (cell === 'U') return status === 'UNKNOWN' || status === 'SUCCESS' || status === 'FAILED';
  const isFinal = isSealed || cell === 'S' || cell === 'F' || cell === 'R';
  return !isFinal || statusOfCell(cell) === status;
};

/** The cells of one batch, in memory: a byte each. */
export class Cells {
  readonly #bytes: Uint8Array;

  private constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  static waitingFor(dependencies: readonly number[]): Cells {
    const bytes = Uint8Array.from(dependencies, (count) => {
      if (count > maximumDependencies) throw new RangeError(`${count} dependencies are over ${maximumDependencies}`);
      return zero + count;
    });
    return new Cells(bytes);
  }

  static fromPages(pages: readonly string[]): Cells {
    return new Cells(Uint8Array.from(pages.join(''), (character) => character.charCodeAt(0)));
  }

  get length(): number {
    return this.#bytes.length;
  }

  get pages(): number {
    return Math.ceil(this.length / pageSize);
  }

  at(index: number): Cell {
    const byte = this.#bytes[index];
    if (byte === undefined) throw new RangeError(`there is no deployment ${index}`);
    if (byte === granted) return 'G';
    return byte <= zero + maximumDependencies ? byte - zero : (String.fromCharCode(byte) as Settled);
  }

  set(index: number, cell: Cell): void {
    this.#bytes[index] = typeof cell === 'number' ? zero + cell : cell.charCodeAt(0);
  }

  page(page: number): string {
    return String.fromCharCode(...this.#bytes.subarray(page * pageSize, (page + 1) * pageSize));
  }
}
