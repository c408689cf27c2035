import type { Measurement } from './plan.ts';

/** `│ plan 1000 deployments │ 7.1 │ ms │`; behind the unit may stand what the number means. */
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

/** The numbers of a table in Markdown, named by what stands above and before them. */
const readMarkdown = (table: readonly string[]): readonly Measurement[] => {
  const [[corner = '', ...columns] = [], , ...rows] = table.map(cellsOf);
  return rows.flatMap(([row, ...cells]) =>
    cells.flatMap((cell, at) => {
      if (!/^[\d,]+(\.\d+)?$/.test(cell)) return [];
      return [{ name: `${corner}, ${row}, ${columns[at]}`, value: Number(cell.replaceAll(',', '')), unit: '' }];
    }),
  );
};

/** What `npm run bench -- NAME` has printed, of this tree or of an older one: the table in a frame, and those of `cost`. */
export const readMeasurements = (text: string): readonly Measurement[] => {
  const tables = text.split('\n\n').map((part) => part.split('\n').filter((line) => line.startsWith('| ')));
  return [...text.split('\n').flatMap(readFramed), ...tables.flatMap(readMarkdown)];
};
