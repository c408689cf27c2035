import type { Hold } from '../../domain/holds/hold.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { readHolds } from '../schedule/schedule-store.ts';
import { seesHold } from './hold-rights.ts';
import { type HoldView, viewHold } from './hold-view.ts';

type Needs = Pick<Deps, 'table' | 'documents' | 'clock' | 'catalogue'> & AskedBy;

/** The holds in force that the caller may know of, oldest first. */
export const listHolds = async (deps: Needs): Promise<readonly HoldView[]> => {
  const seen = await findSeenHolds(deps);
  return seen.map(viewHold);
};

/** The dispatcher removes an ended hold a little later. Until then, its end time decides. */
const isOver = ({ kind, until }: Hold, now: number): boolean => kind === 'pause' && until !== undefined && until <= now;

export const findSeenHolds = async (deps: Needs): Promise<readonly Hold[]> => {
  const now = deps.clock.now();
  const holds = [...(await readHolds(deps.table)).values()].filter((hold) => !isOver(hold, now));
  const seen = await Promise.all(holds.map(({ scope }) => seesHold(deps, scope)));
  return holds.filter((_, at) => seen[at]).sort((a, b) => a.since - b.since || (a.id < b.id ? -1 : 1));
};
