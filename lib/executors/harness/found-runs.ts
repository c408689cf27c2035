import type { Json, JsonObject } from '../../domain/json.ts';
import type { News, RunAddress } from '../../domain/ports.ts';
import { readRun } from './run-status.ts';

/** More than one is `several`. */
export type RunFound = ({ readonly kind: 'run' } & RunAddress) | Extract<News, { readonly kind: 'several' }>;

/** A run that carries our key. Without a row of the list nothing more is known of it. */
export interface Candidate {
  readonly ref: string;
  readonly row?: Json;
}

const isLive = ({ row }: Candidate): boolean => row === undefined || readRun(row as JsonObject).phase !== 'terminal';

/**
 * Which run is ours, of those with our key, oldest first. One that is at work decides what becomes of the target, whatever ran before it;
 * of two at work nobody can say. When all are over, ours came first, and the others are reruns by somebody.
 */
export const chooseRun = (candidates: readonly Candidate[], urlOf: (ref: string) => string): RunFound | undefined => {
  const addressOf = ({ ref }: Candidate) => ({ ref, url: urlOf(ref) });
  const live = candidates.filter(isLive);
  if (live.length > 1) return { kind: 'several', runs: live.map(addressOf) };
  const chosen = live[0] ?? candidates[0];
  return chosen === undefined ? undefined : { kind: 'run', ...addressOf(chosen) };
};

export const isLiveRow = (row: Json): boolean => isLive({ ref: '', row });
