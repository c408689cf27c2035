import { join } from 'node:path';
import Table from 'cli-table3';
import { runAgainst } from './against.ts';
import { benchmarks, chosenOf, costs, unknownTold } from './benchmarks.ts';
import type { Measurement } from './plan.ts';

/** Prints the numbers that the documents speak of. Nothing is asserted: they are of this machine, and of what else it does. */
const root = join(import.meta.dirname, '../..');

const measure = async (name: string): Promise<readonly Measurement[]> => {
  const benchmark = benchmarks[name]!;
  return 'inside' in benchmark ? (await benchmark.inside())() : (await benchmark.drives())(root);
};

const bench = async (names: readonly string[]): Promise<void> => {
  const table = new Table({
    head: ['what', 'value', 'unit'],
    colAligns: ['left', 'right', 'left'],
    style: { head: [], border: [], compact: true },
  });
  for (const name of names)
    for (const { name: what, value, unit } of await measure(name)) table.push([what, value, unit]);
  console.log(`Node ${process.version}, ${process.platform} ${process.arch}`);
  console.log(table.toString());
};

/** The numbers of docs/cost.md and of the page on hot keys. */
const benchCosts = async (): Promise<void> => {
  const { costReport, loads } = await import('./cost-report.ts');
  const { countCosts } = await import('./count-costs.ts');
  const { partitionsTable } = await import('./partitions.ts');
  const columns = [];
  for (const load of loads) columns.push({ load, ...(await countCosts(load)) });
  console.log(`${costReport(columns)}\n\n${partitionsTable(columns)}`);
};

const main = async (args: readonly string[]): Promise<number> => {
  const [verb, ...rest] = args;
  if (verb === 'against') return runAgainst(root, rest);
  const chosen = chosenOf(args);
  if (chosen === undefined) {
    console.error(unknownTold(args));
    return 2;
  }
  const measured = chosen.filter((name) => name !== costs);
  if (measured.length > 0) await bench(measured);
  if (chosen.includes(costs)) await benchCosts();
  return 0;
};

process.exit(await main(process.argv.slice(2)));
