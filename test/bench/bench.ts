import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { onStopSignal, signalStatus } from '../../lib/cli/stop-signal.ts';
import { runAgainst } from './against.ts';
import { benchmarks, chosenOf, costs } from './benchmarks.ts';
import type { Measurement } from './plan.ts';

/** Prints the numbers that the documents quote. Nothing is asserted: they depend on this machine and its load. */
const root = join(import.meta.dirname, '../..');

const measure = async (name: string, only: readonly string[]): Promise<readonly Measurement[]> => {
  const benchmark = benchmarks[name]!;
  return 'inside' in benchmark ? (await benchmark.inside())() : (await benchmark.drives())(root, only);
};

const bench = async (names: readonly string[], only: readonly string[]): Promise<void> => {
  const table = new Table({
    head: ['what', 'value', 'unit'],
    colAligns: ['left', 'right', 'left'],
    style: { head: [], border: [], compact: true },
  });
  for (const name of names)
    for (const { name: what, value, unit } of await measure(name, only)) table.push([what, value, unit]);
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

/** The request, or an explanation of what is wrong with it. */
const readArguments = (args: readonly string[]) => {
  try {
    const options = { only: { type: 'string', multiple: true } } as const;
    const { positionals, values } = parseArgs({ args: [...args], options, allowPositionals: true });
    const only = values.only ?? [];
    const names = chosenOf(positionals, only);
    return 'problem' in names ? names : { names, only };
  } catch (error) {
    return { problem: (error as Error).message };
  }
};

const main = async (args: readonly string[]): Promise<number> => {
  const [verb, ...rest] = args;
  if (verb === 'against') return runAgainst(root, rest);
  const asked = readArguments(args);
  if ('problem' in asked) {
    console.error(asked.problem);
    return 2;
  }
  // What it has started ends with it.
  onStopSignal((signal) => process.exit(signalStatus[signal]));
  const measured = asked.names.filter((name) => name !== costs);
  if (measured.length > 0) await bench(measured, asked.only);
  if (asked.names.includes(costs)) await benchCosts();
  return 0;
};

process.exit(await main(process.argv.slice(2)));
