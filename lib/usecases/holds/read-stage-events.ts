import type { HoldScope } from '../../domain/holds/hold.ts';
import { stageFeed } from '../../domain/schedule/hold-changes.ts';
import type { AskedBy, Deps } from '../deps.ts';
import {
  type EventFeed,
  type FeedInput,
  followFeed,
  type NumberedRow,
  readPage,
  viewEvent,
} from '../record/follow-feed.ts';
import { seesHold } from './hold-rights.ts';

type Needs = Pick<Deps, 'table' | 'documents' | 'clock' | 'catalogue' | 'waitingRoom'> & AskedBy;

/** A page of what belongs to no batch: the changes of holds that one who asks may know of. It never ends. */
export const readStageEvents = (deps: Needs, input: FeedInput): Promise<EventFeed> =>
  followFeed(deps, input, async (after) => {
    const { rows, next_after } = await readPage(deps, stageFeed, { after, limit: input.limit });
    const seen = await seenScopes(deps, rows);
    const events = rows.filter((row) => seen.has(nameOf(row))).map((row) => viewEvent(deps.rights.actor, row));
    return { events, next_after, ended: false };
  });

/** Many events may tell of few scopes: each is asked for once. */
const seenScopes = async (deps: Needs, rows: readonly NumberedRow[]): Promise<ReadonlySet<string>> => {
  const scopes = new Map(rows.map((row) => [nameOf(row), scopeOf(row)]));
  const asked = await Promise.all(
    [...scopes].map(async ([name, scope]) => ((await seesHold(deps, scope)) ? [name] : [])),
  );
  return new Set(asked.flat());
};

const scopeOf = ({ detail }: NumberedRow): HoldScope => (detail?.scope ?? {}) as HoldScope;

const nameOf = (row: NumberedRow): string => JSON.stringify(scopeOf(row));
