import type { Counted, Load } from './count-costs.ts';

/** Units for one deployment, by partition: the numbers behind the page on hot keys. */
export const partitionsTable = (columns: readonly (Counted & { readonly load: Load })[]): string => {
  const names = [...new Set(columns.flatMap(({ partitions }) => [...partitions.keys()]))].sort();
  const cell = ({ partitions, load }: (typeof columns)[number], name: string): string => {
    const { writes, reads } = partitions.get(name) ?? { writes: 0, reads: 0 };
    return `${(writes / load.deployments).toFixed(1)} / ${(reads / load.deployments).toFixed(1)}`;
  };
  return [
    `| written / read for one deployment | ${columns.map(({ load }) => load.deployments.toLocaleString('en-US')).join(' | ')} |`,
    `| --- |${columns.map(() => ' ---: |').join('')}`,
    ...names.map((name) => `| \`${name}\` | ${columns.map((column) => cell(column, name)).join(' | ')} |`),
  ].join('\n');
};
