import type { HoldScope } from '../../domain/holds/hold.ts';
import { partsOf } from '../../domain/parts-of.ts';
import { placeOfTarget } from '../../domain/plan/lock-names.ts';
import { keys } from '../../domain/record/keys.ts';
import { rowOf } from '../../domain/record/rows.ts';
import { stageFeed } from '../../domain/schedule/hold-changes.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { seenPart } from '../grants/seen-batch.ts';
import { shownTo } from '../grants/sight.ts';
import { seesHold } from '../holds/hold-rights.ts';
import type { FeedHead } from './anchor-end.ts';
import {
  type EventFeed,
  type FeedInput,
  followFeed,
  type NumberedRow,
  ofPart,
  readPage,
  viewEvent,
} from './follow-feed.ts';

type Needs = Pick<Deps, 'table' | 'documents' | 'clock' | 'catalogue' | 'waitingRoom'> & AskedBy;

/** Each event may belong to another batch, whose row must be read for callers who may not see all. */
const mostJudged = 100;
const atOnce = 50;

/**
 * A page of the stage's feed: changes of holds, drift and batches that the caller may know of, in one order. It never
 * ends. A negative `after` starts that many events before the end.
 */
export const readStageEvents = async (deps: Needs, input: FeedInput): Promise<EventFeed> => {
  const limit = deps.rights.everywhere('read') ? input.limit : Math.min(input.limit, mostJudged);
  const after = input.after < 0 ? await beforeEnd(deps, -input.after) : input.after;
  return followFeed(deps, { ...input, after }, async (from) => {
    const { rows, next_after } = await readPage(deps, stageFeed, { after: from, limit });
    const told = (await seenOf(deps, rows)).map((row) => viewEvent(deps.rights.actor, row));
    return { events: await shownTo(deps, told), next_after, ended: false };
  });
};

const beforeEnd = async ({ table }: Needs, count: number): Promise<number> =>
  Math.max(0, (rowOf<FeedHead>(await table.get(keys.feedHead(stageFeed)))?.last ?? 0) - count);

type Judge = (row: NumberedRow) => Promise<NumberedRow | undefined>;

/** Many events may be about few batches and scopes, so each is checked once. */
const seenOf = async (deps: Needs, rows: readonly NumberedRow[]): Promise<readonly NumberedRow[]> => {
  const scopes = new Map<string, Promise<boolean>>();
  const batches = new Map<string, ReturnType<typeof seenPart>>();
  const judge: Judge = async (row) => {
    if (row.type === 'drift') return deps.rights.may('read', placeOfTarget(row.target ?? '')) ? row : undefined;
    if (row.type !== 'batch') {
      const scope = scopeOf(row);
      return (await once(scopes, JSON.stringify(scope), () => seesHold(deps, scope))) ? row : undefined;
    }
    const part = await once(batches, row.batch_id, () => seenPart(deps, row.batch_id));
    if (part === undefined) return undefined;
    return part === 'whole' ? row : ofPart(row);
  };
  const seen: NumberedRow[] = [];
  for (const some of partsOf(rows, atOnce)) {
    seen.push(...(await Promise.all(some.map(judge))).filter((row) => row !== undefined));
  }
  return seen;
};

const once = <Answer>(known: Map<string, Promise<Answer>>, name: string, ask: () => Promise<Answer>) => {
  const answer = known.get(name) ?? ask();
  known.set(name, answer);
  return answer;
};

const scopeOf = ({ detail }: NumberedRow): HoldScope => (detail?.scope ?? {}) as HoldScope;
