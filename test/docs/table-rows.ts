import { expect } from 'vitest';

/** The cells of the rows below the head of the first table with this head. */
export const tableRows = (page: string, head: string, isHead: (line: string) => boolean): string[][] => {
  const lines = page.split('\n');
  const from = lines.findIndex(isHead) + 2;
  expect(from, `the table ${head}`).toBeGreaterThan(1);
  const rows = lines.slice(from, lines.indexOf('', from));
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
};
