import type { RunMode } from './given-files.ts';

/** A fault for the simulated Harness. */
export type FaultOrder = Readonly<Record<string, unknown>>;

export interface Scenario {
  /** Its name on the command line, which also begins the names of its measurements. */
  readonly name: string;
  /** Number of deployments; all may be in flight at once. */
  readonly size: number;
  /** Shared out in turn among the four pillars. */
  readonly modes: readonly RunMode[];
  /** Every service has a pipeline of its own; without it there is one for each pillar. */
  readonly hasOwnPipelines?: true;
  /** How long a run takes. */
  readonly seconds: number;
  /** The reads a minute are also measured while all runs are in flight. */
  readonly isSteady?: true;
  readonly faults?: readonly FaultOrder[];
  /** Seconds after which it is stopped, even unfinished; 20 minutes by default. */
  readonly stopAfter?: number;
}

const both = ['webhook', 'execute'] as const;
const reads = ['list', 'detail', 'event-details', 'notes'];

/** Each in real time, since builds are measured from outside. A new one is one row. */
export const scenarios: readonly Scenario[] = [
  { name: 'steady-10', size: 10, modes: both, seconds: 180, isSteady: true },
  { name: 'steady-240', size: 240, modes: both, seconds: 180, isSteady: true },
  { name: 'execute-300', size: 300, modes: ['execute'], seconds: 60 },
  { name: 'webhook-500', size: 500, modes: ['webhook'], seconds: 60 },
  { name: 'pipelines-30', size: 30, modes: both, hasOwnPipelines: true, seconds: 180, isSteady: true },
  {
    ...{ name: 'lost-starts', size: 30, modes: ['execute'], seconds: 60, stopAfter: 300 },
    faults: [{ fault: 'server-error', when: 'before', times: 10 }],
  },
  // Which reads are slow is chance, and there are few: one round shows little, `--rounds 3` or more shows something.
  {
    ...{ name: 'slow-reads', size: 40, modes: both, seconds: 60 },
    faults: [{ fault: 'slow-answer', on: reads, share: 0.3, milliseconds: 33_000 }],
  },
];

export const scenarioNames: readonly string[] = scenarios.map(({ name }) => name);

/** The named scenarios, in the order of the table; all without a name. */
export const chosenScenarios = (only: readonly string[]): readonly Scenario[] =>
  scenarios.filter(({ name }) => only.length === 0 || only.includes(name));
