import { expect, test } from 'vitest';
import { columnOf, columns } from '../../lib/domain/init/table-columns.ts';
import { inBackticks, read } from './pages.ts';

test('docs/init.md names every column, by each of its names', () => {
  const rows = read('docs/init.md').matchAll(/^\| `(\w+)` \| (`.*`) \|$/gm);
  const table = [...rows].map(([, name = '', others = '']) => ({ name, others: inBackticks(others) }));
  expect(table.map(({ name }) => name)).toEqual(columns);
  for (const { name, others } of table) {
    expect(others.length, name).toBeGreaterThan(1);
    for (const other of others) expect(columnOf(other), other).toBe(name);
  }
});
