import type { News, Trouble } from '../../domain/ports.ts';
import { learnFromLate } from './late-replies.ts';
import { inItsTurn, type Looking, troubleOf, unread } from './looking.ts';
import { ownerOf } from './owner.ts';
import { newsOfState } from './run-news.ts';
import type { RunRows } from './run-rows.ts';
import { readRun } from './run-status.ts';
import type { Followed } from './wanted-runs.ts';
import { isSuccess, objectAt, textAt } from './wire.ts';

const pagesPerLook = 5;
/** Lists lag behind, but they will soon show a run requested a moment ago. */
const youngMilliseconds = 60_000;

/** First those asked about longest ago. */
export const choosePages = <One extends { readonly ref: string }>(
  missing: readonly One[],
  lastOf: (id: string) => number,
): readonly One[] => {
  const asked = missing.map((one) => ({ one, at: lastOf(`run ${one.ref}`) }));
  // Two that were never asked about are equal; subtracting infinities would give no number.
  asked.sort((a, b) => (a.at === b.at ? 0 : a.at - b.at));
  return asked.slice(0, pagesPerLook).map(({ one }) => one);
};

/** Reads runs that no list shows by their own pages. `trouble` is the lists'. */
export const readPages = async (
  looking: Looking,
  missing: readonly Followed[],
  { rows, trouble }: { readonly rows: RunRows; readonly trouble: Trouble | undefined },
): Promise<void> => {
  const { memory, news, take, underway } = looking;
  const lastOf = (id: string): number => (underway.has(id) ? Number.NEGATIVE_INFINITY : memory.pauses.lastOf(id));
  const chosen = choosePages(missing, lastOf).filter(take);
  for (const one of missing) news.set(one.key, newsOfWaiting(looking, one, trouble));
  await Promise.all(chosen.map(async (one) => news.set(one.key, await readPage(looking, one, rows))));
};

/** For a run whose turn comes at a later look. */
const newsOfWaiting = (
  { memory, now, api }: Looking,
  { ref, sentAt, settings }: Followed,
  trouble: Trouble | undefined,
): News => {
  if (trouble !== undefined) return unread(trouble);
  if (memory.gone.get(ref) !== undefined) return { kind: 'none' };
  if (now - sentAt < youngMilliseconds)
    return { kind: 'found', ref, url: api.runUrl(settings.scope, settings.pipeline, ref) };
  return unread(inItsTurn(`the run ${ref}, which no list shows`));
};

const readPage = async (looking: Looking, one: Followed, rows: RunRows): Promise<News> => {
  const { api, memory, underway, bell, now } = looking;
  const { ref, settings } = one;
  memory.pauses.note(`run ${ref}`, now);
  const send = () => api.run(settings.scope, ref).then(learnFromLate(looking, { wanted: [one] }));
  const reply = await underway.once(`run ${ref}`, send, bell);
  const isUnknown = reply?.kind === 'reply' && reply.status === 404;
  if (!isUnknown && (reply === undefined || !isSuccess(reply))) return unread(troubleOf(`the run ${ref}`, reply));
  const summary = isUnknown || !isSuccess(reply) ? {} : objectAt(reply.body, 'data', 'pipelineExecutionSummary');
  // Somebody else's run must never be taken for ours.
  const isOurs = textAt(summary, 'planExecutionId') === ref && ownerOf(summary, settings) !== 'another';
  if (isOurs)
    return newsOfState(looking, one, {
      state: readRun(summary, api.runUrl(settings.scope, settings.pipeline, ref)),
      rows,
    });
  memory.gone.set(ref, true);
  return { kind: 'none' };
};
