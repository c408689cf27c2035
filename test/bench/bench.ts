import Table from 'cli-table3';
import type { Measurement } from './plan.ts';

/** Prints the numbers that the documents speak of. Nothing is asserted: they are of this machine, and of what else it does. */
type Measure = () => readonly Measurement[] | Promise<readonly Measurement[]>;

/** Loaded when they are asked for: some bring the whole runtime, or the bundler. */
const measures: Readonly<Record<string, () => Promise<Measure>>> = {
  'start-up': async () => (await import('./start-up.ts')).benchStartUp,
  imports: async () => (await import('./imports.ts')).benchImports,
  batches: async () => (await import('./batches.ts')).benchBatches,
  plan: async () => (await import('./plan.ts')).benchPlan,
  schedule: async () => (await import('./makespan.ts')).benchSchedule,
  hostile: async () => (await import('./hostile.ts')).benchHostile,
};

const bench = async (names: readonly string[]): Promise<void> => {
  const table = new Table({
    head: ['what', 'value', 'unit'],
    colAligns: ['left', 'right', 'left'],
    style: { head: [], border: [], compact: true },
  });
  for (const name of names) {
    const measure = await measures[name]!();
    for (const { name: what, value, unit } of await measure()) table.push([what, value, unit]);
  }
  console.log(`Node ${process.version}, ${process.platform} ${process.arch}`);
  console.log(table.toString());
};

/** The numbers of docs/cost.md and of the page on hot keys; they are the same on every machine. */
const benchCosts = async (): Promise<void> => {
  const { costReport, loads } = await import('./cost-report.ts');
  const { countCosts } = await import('./count-costs.ts');
  const { partitionsTable } = await import('./partitions.ts');
  const columns = [];
  for (const load of loads) columns.push({ load, ...(await countCosts(load)) });
  console.log(`${costReport(columns)}\n\n${partitionsTable(columns)}`);
};

const known = [...Object.keys(measures), 'cost'];
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(
    `There is no benchmark ${unknown.join(', ')}. There are: ${known.join(', ')}; without a name all are run.`,
  );
  process.exit(2);
}
const chosen = known.filter((name) => asked.length === 0 || asked.includes(name));
const measured = chosen.filter((name) => name !== 'cost');
if (measured.length > 0) await bench(measured);
if (chosen.includes('cost')) await benchCosts();
process.exit(0);
