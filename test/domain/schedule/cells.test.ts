import { describe, expect, test } from 'vitest';
import { type Status, statuses } from '../../../lib/domain/deployment/status.ts';
import {
  type Cell,
  Cells,
  mayHaveStatus,
  type Settled,
  settledBy,
  statusOfCell,
} from '../../../lib/domain/schedule/cells.ts';

const statusByCell: readonly (readonly [Cell, Status])[] = [
  ...Array.from({ length: 10_001 }, (_, count) => [count, 'PENDING'] as const),
  ...[['B', 'PENDING'] as const, ['H', 'PROCESSING'] as const, ['L', 'SKIPPED'] as const],
  ...[['G', 'PROCESSING'] as const, ['S', 'SUCCESS'] as const, ['F', 'FAILED'] as const, ['U', 'UNKNOWN'] as const],
  ...[['K', 'SKIPPED'] as const, ['C', 'CANCELLED'] as const, ['R', 'ROLLBACK'] as const],
];
const everyCell = statusByCell.map(([cell]) => cell);

test('a cell encodes a status', () => {
  expect(everyCell.map((cell) => [cell, statusOfCell(cell)])).toEqual(statusByCell);
});

test('a status settles a cell if it is final', () => {
  const ends = statusByCell.filter(([cell]) => typeof cell === 'string' && !['G', 'H', 'B', 'L'].includes(cell));
  expect(ends.map(([, status]) => [settledBy(status), status])).toEqual(ends);
  for (const status of statuses.filter((one) => !ends.some(([, end]) => end === one)))
    expect(() => settledBy(status)).toThrow(new RangeError(`${status} does not settle a deployment`));
});

describe('which statuses a row may have', () => {
  const all = [...statuses].sort();
  const may = (cell: Cell, isSealed: boolean) => all.filter((status) => mayHaveStatus(cell, status, isSealed));
  const afterUnknown = ['FAILED', 'SUCCESS', 'UNKNOWN'];

  test.each<[cell: Cell, open: readonly string[], sealed: readonly string[]]>([
    [0, all, ['PENDING']],
    [16, all, ['PENDING']],
    [17, all, ['PENDING']],
    ['B', all, ['PENDING']],
    ['G', all, ['PROCESSING']],
    ['H', all, ['PROCESSING']],
    ['L', ['SKIPPED'], ['SKIPPED']],
    ['S', ['SUCCESS'], ['SUCCESS']],
    ['F', ['FAILED'], ['FAILED']],
    ['R', ['ROLLBACK'], ['ROLLBACK']],
    ['U', afterUnknown, afterUnknown],
    ['K', all, ['SKIPPED']],
    ['C', all, ['CANCELLED']],
  ])('whose cell is %s', (cell, open, sealed) => {
    expect([may(cell, false), may(cell, true)]).toEqual([open, sealed]);
  });
});

describe('the cells of a batch', () => {
  test('begin with the number of dependencies of each', () => {
    const counts = [0, 10, 16, 17, 9_999, 10_000];
    const cells = Cells.waitingFor(counts);
    expect([cells.length, cells.pages, counts.map((_, index) => cells.at(index))]).toEqual([6, 1, counts]);
    expect(() => Cells.waitingFor([0, 10_001])).toThrow(new RangeError('10001 dependencies are over 10000'));
  });

  test('hold each cell as it was set', () => {
    const cells = Cells.waitingFor(everyCell.map(() => 0));
    everyCell.forEach((cell, index) => {
      cells.set(index, cell);
    });
    expect(everyCell.map((_, index) => cells.at(index))).toEqual(everyCell);
    for (const index of [-1, everyCell.length])
      expect(() => cells.at(index)).toThrow(new RangeError(`there is no deployment ${index}`));
  });

  test('are stored as pages of 500 characters', () => {
    const cells = Cells.waitingFor(Array(1001).fill(1));
    const settled: readonly Settled[] = ['S', 'F', 'U'];
    [499, 500, 1000].forEach((index, at) => {
      cells.set(index, settled[at]!);
    });
    const pages = [0, 1, 2].map((page) => cells.page(page));
    expect(pages).toEqual([`${'1'.repeat(499)}S`, `F${'1'.repeat(499)}`, 'U']);
    const read = Cells.fromPages(pages);
    expect([read.length, read.pages, read.at(498), read.at(1000)]).toEqual([1001, 3, 1, 'U']);
    expect([499, 500, 501, 1000].map((count) => Cells.waitingFor(Array(count).fill(0)).pages)).toEqual([1, 1, 2, 2]);
  });
  test('use one character each, and no letter for those that wait for many', () => {
    const text = Cells.waitingFor([0, 9, 10, 16, 17, 9_999]).page(0);
    expect(text).toBe('09:@\u0111\u280f');
    expect(text.toWellFormed()).toBe(text);
    expect(Cells.fromPages([text]).page(0)).toBe(text);
  });
});
