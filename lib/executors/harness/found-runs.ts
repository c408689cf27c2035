import type { News } from '../../domain/ports.ts';
import type { Row } from './run-rows.ts';
import { readRun } from './run-status.ts';

/** More than one is `several`. */
export type RunFound = Extract<News, { readonly kind: 'found' | 'several' }>;

export type UrlOf = (ref: string) => string;

export const newsOfRow = ({ ref, json }: Row, urlOf: UrlOf): RunFound => {
  const url = urlOf(ref);
  return { kind: 'found', ref, url, state: readRun(json, url) };
};

export const severalOf = (refs: readonly string[], urlOf: UrlOf): RunFound => ({
  kind: 'several',
  runs: refs.map((ref) => ({ ref, url: urlOf(ref) })),
});

/**
 * Which run is ours, of those with our key, oldest first. One that is at work decides what becomes of the target, whatever ran before it;
 * of two at work nobody can say. When all are over, ours came first, and the others are reruns by somebody.
 */
export const chooseRun = (candidates: readonly Row[], urlOf: UrlOf): RunFound | undefined => {
  const live = candidates.filter(({ isLive }) => isLive);
  if (live.length > 1)
    return severalOf(
      live.map(({ ref }) => ref),
      urlOf,
    );
  const chosen = live[0] ?? candidates[0];
  return chosen === undefined ? undefined : newsOfRow(chosen, urlOf);
};
