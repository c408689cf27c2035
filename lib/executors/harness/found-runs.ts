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
 * Chooses our run from those with our key, oldest first. An active run decides the target's fate, whatever ran before
 * it. Between two active ones nobody can tell. If all are over, the first is ours, and the others are somebody's
 * reruns.
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
