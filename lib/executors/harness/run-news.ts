import type { News, RunState } from '../../domain/ports.ts';
import { chooseRun, newsOfRow, severalOf } from './found-runs.ts';
import { type Looking, urlsOf } from './looking.ts';
import { ownerOf } from './owner.ts';
import type { Row, RunRows } from './run-rows.ts';
import type { Expected, Followed } from './wanted-runs.ts';

/** What the rows of the lists tell of a run that is followed; undefined where they do not show it as ours. */
export const newsOfFollowed = (looking: Looking, one: Followed, rows: RunRows): News | undefined => {
  const end = looking.memory.ends.get(one.ref);
  if (end !== undefined) return newsOfState(looking, one, { state: end, rows });
  const row = rows.get(one.ref);
  if (row === undefined || ownerOf(row.json, one.settings) === 'another') return undefined;
  const found = newsOfRow(row, urlsOf(looking, one.settings));
  return found.kind === 'found' && found.state !== undefined
    ? newsOfState(looking, one, { state: found.state, rows })
    : undefined;
};

/** The state of our run, unless another that our request set off is at work beside it. */
export const newsOfState = (
  looking: Looking,
  one: Followed,
  { state, rows }: { readonly state: RunState; readonly rows: RunRows },
): News => {
  const { memory } = looking;
  const urlOf = urlsOf(looking, one.settings);
  memory.gone.delete(one.ref);
  if (state.phase === 'terminal') memory.ends.set(one.ref, state);
  const twins = twinsOf(one, rows);
  if (twins.length > 0) return severalOf([one.ref, ...twins], urlOf);
  return { kind: 'found', ref: one.ref, state, url: state.url ?? urlOf(one.ref) };
};

/** Other live runs of our pipeline with our event or our key. */
const twinsOf = ({ ref, key, event, settings }: Followed, rows: RunRows): readonly string[] => {
  const ofEvent = event ?? rows.get(ref)?.event;
  const same = [...rows.withKey(key), ...(ofEvent === undefined ? [] : rows.ofEvent(ofEvent))];
  const twins = same.filter((row) => row.ref !== ref && row.isLive && ownerOf(row.json, settings) === 'ours');
  return [...new Set(twins.map((row) => row.ref))];
};

/** The run of our event, as far as rows show whose it is. One event may set off runs of other pipelines too. */
export const newsOfExpected = (looking: Looking, one: Expected, rows: readonly Row[]): News | undefined =>
  chooseRun(
    rows.filter(({ json }) => ownerOf(json, one.settings) === 'ours'),
    urlsOf(looking, one.settings),
  );
