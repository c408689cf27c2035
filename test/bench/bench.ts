import Table from 'cli-table3';
import { benchBatch } from './batches.ts';
import { costReport, loads } from './cost-report.ts';
import { countCosts } from './count-costs.ts';
import { benchImports } from './imports.ts';
import { measureDecisions, measureMakespan } from './makespan.ts';
import { partitionsTable } from './partitions.ts';
import { benchPlan, type Measurement } from './plan.ts';
import { benchStartUp } from './start-up.ts';

/** Prints the numbers that the documents speak of. Nothing is asserted: they are of this machine, and of what else it does. */
const percent = (ratio: number): number => Math.round((ratio - 1) * 1000) / 10;

const benchSchedule = (): readonly Measurement[] => [
  ...[100, 1000].flatMap((size): Measurement[] => {
    const { median, p95 } = measureMakespan(size, size / 10);
    const name = `makespan of ${size}, ${size / 10} at once, over the lower bound`;
    return [
      { name: `${name}: median of 20`, value: percent(median), unit: '%' },
      { name: `${name}: 95th percentile`, value: percent(p95), unit: '%' },
    ];
  }),
  { name: 'decisions on turns in a batch of 10,000', value: Math.round(measureDecisions(10_000)), unit: 'per s' },
];

const benchAll = async (): Promise<void> => {
  const table = new Table({
    head: ['what', 'value', 'unit'],
    colAligns: ['left', 'right', 'left'],
    style: { head: [], border: [], compact: true },
  });
  for (const measure of [
    benchStartUp,
    benchImports,
    () => benchBatch(100),
    () => benchBatch(1000),
    benchPlan,
    benchSchedule,
  ]) {
    for (const { name, value, unit } of await measure()) table.push([name, value, unit]);
  }
  console.log(`Node ${process.version}, ${process.platform} ${process.arch}`);
  console.log(table.toString());
};

/** The numbers of docs/cost.md and of the page on hot keys; they are the same on every machine. */
const benchCosts = async (): Promise<void> => {
  const columns = [];
  for (const load of loads) columns.push({ load, ...(await countCosts(load)) });
  console.log(`${costReport(columns)}\n\n${partitionsTable(columns)}`);
};

const [only] = process.argv.slice(2);
if (only !== 'cost') await benchAll();
await benchCosts();
process.exit(0);
