import { invalidRequest } from '../../domain/complaint.ts';
import type { Totals } from '../../domain/deployment/batch-status.ts';
import { FlotillaError } from '../../domain/errors.ts';
import { type ReplayedDeployment, replay, type Standing } from '../../domain/record/replay.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { findSeenBatch } from '../grants/seen-batch.ts';
import { sightOf } from '../grants/sight.ts';
import { isoTime } from '../iso-time.ts';
import { type NumberedRow, readPage } from './follow-feed.ts';
import { seenOf } from './read-events.ts';

type Needs = Pick<Deps, 'table' | 'documents'> & AskedBy;

/** A batch as it was at an event of its feed. Each `number` is the event that last changed that part. */
export interface HistoryView extends Standing {
  readonly batch_id: string;
  /** The number of the event. */
  readonly at: number;
  /** When that was. */
  readonly time: string;
  readonly total: number;
  readonly counts: Totals;
  /** The deployments with an event by then. All others were PENDING / AwaitingTurn. */
  readonly deployments: readonly ReplayedDeployment[];
}

/** Replaying more would take longer than a request may. Reading the feed page by page still works. */
export const mostReplayed = 20_000;

/** Replays a batch's feed up to an event, by default the last. Uses nothing but the events. */
export const readHistory = async (
  deps: Needs,
  { batchId, at }: { readonly batchId: string; readonly at?: number | undefined },
): Promise<HistoryView> => {
  const header = await findSeenBatch(deps, batchId);
  const sight = await sightOf(deps, header);
  const rows = await readUpTo(deps, batchId, at ?? Number.POSITIVE_INFINITY);
  const last = rows.at(-1);
  const replayed = replay(
    rows.flatMap((row) => seenOf(row, sight)),
    sight.total,
  );
  if (last === undefined || replayed === undefined || (at !== undefined && last.number !== at))
    throw notThere(last?.number ?? 0);
  const { number } = last;
  const told = { batch_id: batchId, at: number, time: isoTime(last.at), total: sight.total, ...replayed };
  return sight.shown(told);
};

const readUpTo = async (deps: Needs, batchId: string, at: number): Promise<readonly NumberedRow[]> => {
  const found: NumberedRow[] = [];
  for (let after = 0; after < at; ) {
    const limit = Math.min(1_000, at - after);
    const { rows, next_after, isLast } = await readPage(deps, batchId, { after, limit });
    found.push(...rows);
    if (found.length > mostReplayed) throw tooMany();
    if (isLast || rows.length === 0) break;
    after = next_after;
  }
  return found;
};

const notThere = (last: number): FlotillaError =>
  invalidRequest({ path: 'query.at', message: `there is no such event yet: the feed has ${last}` });

const tooMany = (): FlotillaError =>
  new FlotillaError(
    'AnswerTooLarge',
    `More than ${mostReplayed} events cannot be replayed in one request. Use flotilla status ID --at NUMBER, which reads the feed page by page.`,
  );
