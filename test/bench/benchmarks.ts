import type { Measurement } from './plan.ts';

/** Measures the tree that it is a part of: it may import whatever it likes. */
export type Measure = () => readonly Measurement[] | Promise<readonly Measurement[]>;

/** Measures any build, given its folder: by its command line or over HTTP, as it is used from outside, and by no import. */
export type Drive = (build: string) => Promise<readonly Measurement[]>;

/** Loaded when it is asked for: some bring the whole runtime, or the bundler. */
export type Benchmark = { readonly inside: () => Promise<Measure> } | { readonly drives: () => Promise<Drive> };

/**
 * A new benchmark is one row. As `inside` it measures its own tree, and `against COMMIT` compares it from the commit on that
 * has it too. As `drives` it also measures builds that are older than itself: write those whose target is a ratio to such a
 * commit so. Measurements are compared by their names, which should therefore stay.
 */
export const benchmarks: Readonly<Record<string, Benchmark>> = {
  'start-up': { inside: async () => (await import('./start-up.ts')).benchStartUp },
  imports: { inside: async () => (await import('./imports.ts')).benchImports },
  batches: { inside: async () => (await import('./batches.ts')).benchBatches },
  plan: { inside: async () => (await import('./plan.ts')).benchPlan },
  schedule: { inside: async () => (await import('./makespan.ts')).benchSchedule },
  hostile: { inside: async () => (await import('./hostile.ts')).benchHostile },
  'command-line': { drives: async () => (await import('./command-line.ts')).driveCommandLine },
};

/** Prints a report of its own: the numbers of docs/cost.md, which are the same on every machine and at every time. */
export const costs = 'cost';

export const benchmarkNames: readonly string[] = [...Object.keys(benchmarks), costs];

/** Those that are asked for, in their order; all without a name. Absent: one of them does not exist. */
export const chosenOf = (asked: readonly string[]): readonly string[] | undefined =>
  asked.every((name) => benchmarkNames.includes(name))
    ? benchmarkNames.filter((name) => asked.length === 0 || asked.includes(name))
    : undefined;

export const unknownTold = (asked: readonly string[]): string => {
  const unknown = asked.filter((name) => !benchmarkNames.includes(name)).join(', ');
  return `There is no benchmark ${unknown}. There are: ${benchmarkNames.join(', ')}; without a name all are run.`;
};
