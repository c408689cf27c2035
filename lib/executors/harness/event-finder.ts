import type { News, Trouble } from '../../domain/ports.ts';
import { areUnderway, readDetails } from './event-details.ts';
import { newsOfDetails } from './event-run.ts';
import { fewEvents } from './list-plan.ts';
import { inItsTurn, type Looking, unread } from './looking.ts';
import type { Expected } from './wanted-runs.ts';

/** What is known of asking for details so far. */
export interface Asked {
  readonly isDue: (event: string) => boolean;
  readonly lastOf: (event: string) => number;
}

/** Those that are due, a few at a look: late ones that were never asked for, then the least recently asked, then the oldest. */
export const chooseEvents = (unseen: readonly Expected[], { isDue, lastOf }: Asked): readonly Expected[] => {
  const rank = ({ event, isLate }: Expected): number => (isLate && lastOf(event) === never ? 0 : 1);
  const due = unseen.filter(({ event }) => isDue(event));
  const lastAsked = ({ event }: Expected): number => Math.max(0, lastOf(event));
  return due
    .sort((a, b) => rank(a) - rank(b) || lastAsked(a) - lastAsked(b) || a.sentAt - b.sentAt)
    .slice(0, fewEvents);
};

const never = Number.NEGATIVE_INFINITY;
const idOf = (event: string): string => `event ${event}`;

/** Events whose run no list shows, by their details. `trouble` is that of the lists. */
export const findEvents = async (
  looking: Looking,
  unseen: readonly Expected[],
  trouble: Trouble | undefined,
): Promise<void> => {
  const { memory, news, now, take } = looking;
  const { pauses } = memory;
  const asked: Asked = {
    isDue: (event) => pauses.isDue(idOf(event), now) || areUnderway(looking, event),
    lastOf: (event) => pauses.lastOf(idOf(event)),
  };
  for (const one of unseen) news.set(one.key, newsOfWaiting(looking, one, trouble));
  // Where details do not say whose a run is, each event may cost three requests.
  const most = memory.lacks.has('owners in details', now) ? 2 : fewEvents;
  const chosen = chooseEvents(unseen, asked).slice(0, most).filter(take);
  await Promise.all(chosen.map(async (one) => news.set(one.key, await findEvent(looking, one))));
};

/** Of an event whose turn comes at a later look: the list shows no run of it. That is all there is to know while it is young. */
const newsOfWaiting = ({ memory }: Looking, { event, isLate }: Expected, trouble: Trouble | undefined): News => {
  const known = memory.troubles.get(event) ?? trouble;
  if (known !== undefined) return unread(known);
  if (!isLate || memory.pauses.lastOf(idOf(event)) !== never) return { kind: 'none' };
  return unread(inItsTurn(`the details of event ${event}`));
};

const findEvent = async (looking: Looking, one: Expected): Promise<News> => {
  const { memory, now } = looking;
  if (!areUnderway(looking, one.event)) memory.pauses.note(idOf(one.event), now);
  const details = await readDetails(looking, one.event);
  if (details.kind === 'unread' && details.status !== undefined) memory.troubles.set(one.event, details.trouble);
  else memory.troubles.delete(one.event);
  if (details.kind === 'unread') return unread(details.trouble);
  return details.kind === 'shown' ? newsOfDetails(looking, one, details.body) : { kind: 'none' };
};
