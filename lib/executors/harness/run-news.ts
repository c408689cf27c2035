import type { News, RunState } from '../../domain/ports.ts';
import { chooseRun, newsOfRow, severalOf } from './found-runs.ts';
import { type Looking, urlsOf } from './looking.ts';
import { ownerOf } from './owner.ts';
import type { Row, RunRows } from './run-rows.ts';
import type { Expected, Followed } from './wanted-runs.ts';

/** What the lists show about a followed run. Undefined if they do not show it as ours. */
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

/** Our run's state, unless another run that our request started is active beside it. */
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

/** Other active runs of our pipeline with our event or key. */
const twinsOf = ({ ref, key, event, settings }: Followed, rows: RunRows): readonly string[] => {
  const ofEvent = event ?? rows.get(ref)?.event;
  const same = [...rows.withKey(key), ...(ofEvent === undefined ? [] : rows.ofEvent(ofEvent))];
  const twins = same.filter((row) => row.ref !== ref && row.isLive && ownerOf(row.json, settings) === 'ours');
  return [...new Set(twins.map((row) => row.ref))];
};

/** Our event's run, if rows show whose it is. One event may start runs of other pipelines too. */
export const newsOfExpected = (looking: Looking, one: Expected, rows: readonly Row[]): News | undefined =>
  chooseRun(
    rows.filter(({ json }) => ownerOf(json, one.settings) === 'ours'),
    urlsOf(looking, one.settings),
  );
