import type { News, Trouble } from '../../domain/ports.ts';
import { areUnderway, readDetails } from './event-details.ts';
import { newsOfDetails } from './event-run.ts';
import { fewEvents } from './list-plan.ts';
import { inItsTurn, type Looking, unread } from './looking.ts';
import type { Expected } from './wanted-runs.ts';

/** What is known about requests for details. */
interface Asked {
  readonly isDue: (event: string) => boolean;
  readonly lastOf: (event: string) => number;
  /** How long after a start an answer is final. */
  readonly late: number;
}

/**
 * The due events, a few per look: first those that have become late, then those asked about longest ago, then the
 * oldest.
 */
export const chooseEvents = (unseen: readonly Expected[], { isDue, lastOf, late }: Asked): readonly Expected[] => {
  const isOverdue = ({ event, isLate, sentAt }: Expected): boolean => isLate && lastOf(event) <= sentAt + late;
  const rank = (one: Expected): number => (isOverdue(one) ? 0 : 1);
  const due = unseen.filter((one) => isDue(one.event) || isOverdue(one));
  const lastAsked = ({ event }: Expected): number => Math.max(0, lastOf(event));
  return due
    .sort((a, b) => rank(a) - rank(b) || lastAsked(a) - lastAsked(b) || a.sentAt - b.sentAt)
    .slice(0, fewEvents);
};

const idOf = (event: string): string => `event ${event}`;

/** Finds, by their details, events whose run no list shows. `trouble` is the lists'. */
export const findEvents = async (
  looking: Looking,
  unseen: readonly Expected[],
  trouble: Trouble | undefined,
): Promise<void> => {
  const { memory, news, now, take } = looking;
  const asked: Asked = {
    isDue: (event) => memory.pauses.isDue(idOf(event), now) || areUnderway(looking, event),
    lastOf: (event) => memory.pauses.lastOf(idOf(event)),
    late: looking.late,
  };
  for (const one of unseen) news.set(one.key, newsOfWaiting(looking, one, trouble));
  // If details do not say whose run it is, each event may cost three requests.
  const most = memory.lacks.has('owners in details', now) ? 2 : fewEvents;
  const chosen = chooseEvents(unseen, asked).slice(0, most).filter(take);
  await Promise.all(chosen.map(async (one) => news.set(one.key, await findEvent(looking, one))));
};

/**
 * The event's turn comes at a later look, and the list shows no run for it. While it is young, that is all there is to
 * know.
 */
const newsOfWaiting = (looking: Looking, one: Expected, trouble: Trouble | undefined): News => {
  const known = looking.memory.troubles.get(one.event) ?? trouble;
  return known === undefined ? newsOfNone(looking, one) : unread(known);
};

/** An answer from before the deadline does not settle an event: it may have been waiting for its turn. */
const newsOfNone = ({ memory, late }: Looking, { event, sentAt, isLate }: Expected): News => {
  const isLastWord = (memory.answered.get(event) ?? Number.NEGATIVE_INFINITY) > sentAt + late;
  return isLate && !isLastWord ? unread(inItsTurn(`the details of event ${event}`)) : { kind: 'none' };
};

const findEvent = async (looking: Looking, one: Expected): Promise<News> => {
  const { memory, now } = looking;
  const { event } = one;
  if (!areUnderway(looking, event)) memory.pauses.note(idOf(event), now);
  const details = await readDetails(looking, event);
  if (details.kind === 'unread' && details.status !== undefined) memory.troubles.set(event, details.trouble);
  else memory.troubles.delete(event);
  if (details.kind === 'unread') return unread(details.trouble);
  memory.answered.set(event, memory.pauses.lastOf(idOf(event)));
  const told = details.kind === 'shown' ? await newsOfDetails(looking, one, details.body) : undefined;
  return told === undefined || told.kind === 'none' ? newsOfNone(looking, one) : told;
};
