import type { Measurement } from './plan.ts';

/** `│ plan 1000 deployments │ 7.1 │ ms │`; after the unit there may be an explanation of the number. */
const framed = /^│ (.+?) +│ +(-?[\d.]+) │ (.*?) *│$/;

const readFramed = (line: string): readonly Measurement[] => {
  const [, name, value, unit = ''] = framed.exec(line) ?? [];
  return name === undefined ? [] : [{ name, value: Number(value), unit: unit.split(',')[0]! }];
};

const cellsOf = (line: string): readonly string[] =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.replaceAll('**', '').trim());

/** The numbers of a table in Markdown, named by their row and column. */
const readMarkdown = (table: readonly string[]): readonly Measurement[] => {
  const [[corner = '', ...columns] = [], , ...rows] = table.map(cellsOf);
  return rows.flatMap(([row, ...cells]) =>
    cells.flatMap((cell, at) => {
      if (!/^[\d,]+(\.\d+)?$/.test(cell)) return [];
      return [{ name: `${corner}, ${row}, ${columns[at]}`, value: Number(cell.replaceAll(',', '')), unit: '' }];
    }),
  );
};

/**
 * The output of `npm run bench -- NAME`, of this tree or an older one: the table in a frame, and the tables of `cost`.
 */
export const readMeasurements = (text: string): readonly Measurement[] => {
  const tables = text.split('\n\n').map((part) => part.split('\n').filter((line) => line.startsWith('| ')));
  return [...text.split('\n').flatMap(readFramed), ...tables.flatMap(readMarkdown)];
};
