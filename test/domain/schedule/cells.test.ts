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
  ...Array.from({ length: 17 }, (_, count) => [count, 'PENDING'] as const),
  ...[['G', 'PROCESSING'] as const, ['S', 'SUCCESS'] as const, ['F', 'FAILED'] as const, ['U', 'UNKNOWN'] as const],
  ...[['K', 'SKIPPED'] as const, ['C', 'CANCELLED'] as const, ['R', 'ROLLBACK'] as const],
];
const everyCell = statusByCell.map(([cell]) => cell);

test('a cell tells a status', () => {
  expect(everyCell.map((cell) => [cell, statusOfCell(cell)])).toEqual(statusByCell);
});

test('a status settles a cell, if it is an end', () => {
  const ends = statusByCell.filter(([cell]) => typeof cell === 'string' && cell !== 'G');
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
    ['G', all, ['PROCESSING']],
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
  test('begin with what each waits for', () => {
    const cells = Cells.waitingFor([0, 10, 16]);
    expect([cells.length, cells.pages, [0, 1, 2].map((index) => cells.at(index))]).toEqual([3, 1, [0, 10, 16]]);
    expect(() => Cells.waitingFor([0, 17])).toThrow(new RangeError('17 dependencies are over 16'));
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
});
