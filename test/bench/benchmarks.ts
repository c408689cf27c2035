import { scenarioNames } from './harness/scenarios.ts';
import type { Measurement } from './plan.ts';

/** Measures its own tree: it may import anything. */
export type Measure = () => readonly Measurement[] | Promise<readonly Measurement[]>;

/**
 * Measures any build, given its folder: through its command line or over HTTP, from outside, and by no import. A
 * benchmark with parts runs only the named ones; all without a name.
 */
export type Drive = (build: string, only: readonly string[]) => Promise<readonly Measurement[]>;

/** Loaded on demand: some bring the whole runtime, or the bundler. */
export type Benchmark =
  | { readonly inside: () => Promise<Measure>; readonly isLong?: true }
  | {
      readonly drives: () => Promise<Drive>;
      /** What `--only` chooses from. */
      readonly parts?: readonly string[];
      /** Takes as long as what it observes: it runs only by name, and only once. */
      readonly isLong?: true;
    };

/**
 * A new benchmark is one row. With `inside` it measures its own tree, and `against COMMIT` can compare it only with
 * commits that have it. With `drives` it also measures builds older than itself: use that where the target is a ratio
 * to such a commit. Measurements are compared by name, so names should not change.
 */
export const benchmarks: Readonly<Record<string, Benchmark>> = {
  'start-up': { inside: async () => (await import('./start-up.ts')).benchStartUp },
  imports: { inside: async () => (await import('./imports.ts')).benchImports },
  batches: { inside: async () => (await import('./batches.ts')).benchBatches },
  plan: { inside: async () => (await import('./plan.ts')).benchPlan },
  schedule: { inside: async () => (await import('./makespan.ts')).benchSchedule },
  hostile: { inside: async () => (await import('./hostile.ts')).benchHostile },
  'rollback-preview': { inside: async () => (await import('./rollback-preview.ts')).benchRollbackPreview },
  requests: { inside: async () => (await import('./requests.ts')).benchRequests, isLong: true },
  survey: { inside: async () => (await import('./survey.ts')).benchSurvey, isLong: true },
  cluster: { inside: async () => (await import('./cluster.ts')).benchCluster, isLong: true },
  'cluster-requests': {
    drives: async () => (await import('./cluster-requests.ts')).driveClusterRequests,
    isLong: true,
  },
  'command-line': { drives: async () => (await import('./command-line.ts')).driveCommandLine },
  harness: {
    drives: async () => (await import('./harness.ts')).driveHarness,
    parts: scenarioNames,
    isLong: true,
  },
};

/** Prints a report of its own: the numbers of docs/cost.md, which are the same on every machine and at every time. */
export const costs = 'cost';

export const benchmarkNames: readonly string[] = [...Object.keys(benchmarks), costs];

export const isLong = (name: string): boolean => {
  const benchmark = benchmarks[name];
  return benchmark !== undefined && 'isLong' in benchmark;
};

const partsOf = (name: string): readonly string[] => {
  const benchmark = benchmarks[name];
  return benchmark !== undefined && 'parts' in benchmark ? (benchmark.parts ?? []) : [];
};

/** The named benchmarks, in their order; without a name all that are not long. Or an explanation why there are none. */
export const chosenOf = (
  asked: readonly string[],
  only: readonly string[],
): readonly string[] | { readonly problem: string } => {
  const unknown = asked.filter((name) => !benchmarkNames.includes(name));
  if (unknown.length > 0) return { problem: unknownTold(unknown) };
  const parts = asked.flatMap(partsOf);
  const missing = only.filter((part) => !parts.includes(part));
  if (missing.length > 0) return { problem: missingTold(missing, parts) };
  return benchmarkNames.filter((name) => (asked.length === 0 ? !isLong(name) : asked.includes(name)));
};

const unknownTold = (unknown: readonly string[]): string => {
  const long = benchmarkNames.filter(isLong).join(', ');
  const without = `without a name all but ${long} are run`;
  return `There is no benchmark ${unknown.join(', ')}. There are: ${benchmarkNames.join(', ')}; ${without}.`;
};

const missingTold = (missing: readonly string[], parts: readonly string[]): string => {
  const there = parts.length === 0 ? 'What is to be run has no parts' : `There are: ${parts.join(', ')}`;
  return `There is no part ${missing.join(', ')}. ${there}.`;
};
