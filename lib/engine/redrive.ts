import type { State } from './definition/machine.ts';
import { mostEvents } from './history.ts';
import type { ThreadSnapshot } from './journal-entry.ts';
import type { MapRunPhase, Phase } from './phase.ts';

/**
 * Redriving, as documented (the API page of RedriveExecution; "Restarting state machine executions with redrive";
 * "Redriving Map Runs"). None of it is recorded: which events follow ExecutionRedriven is our reading.
 */

/** Whether an execution can be redriven, in the words of DescribeExecution. */
export interface RedriveStatus {
  readonly redriveStatus: 'REDRIVABLE' | 'NOT_REDRIVABLE' | 'REDRIVABLE_BY_MAP_RUN';
  readonly redriveStatusReason?: string;
}

const day = 86_400_000;
/** Counted from its end. */
const redrivablePeriod = 14 * day;
const longestExecution = 365 * day;
/** Room for ExecutionRedriven and one more event. */
const mostEventsToRedrive = mostEvents - 2;

export interface RedriveFacts {
  /** The execution's journal row. */
  readonly row: Readonly<Record<string, unknown>>;
  readonly events: number;
  /** Where it stood; undefined if it ended before this engine stored that. */
  readonly root: ThreadSnapshot | undefined;
  readonly now: number;
}

const hindrance = ({ row, events, root, now }: RedriveFacts): string | undefined => {
  const status = row.status as string;
  if (status === 'RUNNING' || status === 'SUCCEEDED') return `Execution is ${status} and cannot be redriven`;
  if (root === undefined) return 'Execution was started before the launch of RedriveExecution';
  if (events > mostEventsToRedrive) return 'Execution history event limit exceeded';
  if (now - (row.stopped_at as number) > redrivablePeriod) return 'Execution redrivable period exceeded';
  if (now - (row.started_at as number) > longestExecution) return 'Execution has exceeded the max execution time';
  return undefined;
};

/** A child is redriven with its Map Run, and a Map Run with its execution. */
export const redriveStatusOf = (facts: RedriveFacts): RedriveStatus => {
  const reason = hindrance(facts);
  if (reason !== undefined) return { redriveStatus: 'NOT_REDRIVABLE', redriveStatusReason: reason };
  return { redriveStatus: facts.row.map_run === null ? 'REDRIVABLE' : 'REDRIVABLE_BY_MAP_RUN' };
};

/** Redriving would need its branches and which of them failed, but the engine forgets those with the failure. */
export const isLeftOut = (state: State | undefined): boolean =>
  state !== undefined && (state.type === 'Parallel' || (state.type === 'Map' && !state.isDistributed));

const redriven = (mapRun: MapRunPhase): MapRunPhase => ({ ...mapRun, redrives: (mapRun.redrives ?? 0) + 1 });

/**
 * Where a thread continues. A state that was not left is repeated, with its retries and its timeout from the start. For
 * a Map Run, only the children that did not succeed.
 */
export const phaseToRedrive = (phase: Phase): Phase => {
  if (phase.at === 'starting' || phase.at === 'ended') return phase;
  if (phase.at === 'map-run') return redriven(phase);
  if (phase.at === 'failed' && phase.mapRun !== undefined) return redriven(phase.mapRun);
  return { at: 'entered' };
};

/** A client's token makes its request idempotent for this long. The last ten are remembered. */
const tokenLife = 15 * 60_000;
const mostTokens = 10;

interface UsedToken {
  readonly token: string;
  readonly at: number;
}

const usedTokens = (text: unknown): readonly UsedToken[] =>
  typeof text === 'string' ? (JSON.parse(text) as UsedToken[]) : [];

/** When the same request was carried out, if it was. */
export const redrivenBy = (tokens: unknown, token: string | undefined, now: number): number | undefined =>
  usedTokens(tokens).find((used) => used.token === token && now - used.at <= tokenLife)?.at;

/** The tokens, extended by one. */
export const withToken = (tokens: unknown, token: string | undefined, at: number): string =>
  JSON.stringify([...usedTokens(tokens), ...(token === undefined ? [] : [{ token, at }])].slice(-mostTokens));
