import { covers, isInForce } from '../../domain/holds/covers.ts';
import { describeScope } from '../../domain/holds/describe-scope.ts';
import { cancelledAt, fateByAge } from '../../domain/holds/held-too-long.ts';
import type { Hold } from '../../domain/holds/hold.ts';
import { changeHeader } from '../../domain/record/change.ts';
import type { InboxMessage } from '../../domain/record/inbox-message.ts';
import { keys } from '../../domain/record/keys.ts';
import { type HeaderRow, isSealed, itemOf } from '../../domain/record/rows.ts';
import { isPending } from '../../domain/schedule/cells.ts';
import { candidateAt } from '../../domain/schedule/sheet.ts';
import type { Deps } from '../deps.ts';
import { isoTime } from '../iso-time.ts';
import { readCells, readHolds, readKeptSheet } from '../schedule/schedule-store.ts';

type Needs = Pick<Deps, 'table' | 'documents' | 'clock' | 'ids'>;

/** This reads the sheets of large batches. There is an hour to catch up, and it runs every minute. */
export const mostLookedAt = 20;

/**
 * Cancels a batch whose deployments would wait until their time is up because of a hold. Does so an hour before, and
 * warns three days before. Returns true if it read the batch's rows.
 */
export const endHeldTooLong = async (deps: Needs, header: HeaderRow): Promise<boolean> => {
  const now = deps.clock.now();
  const fate = fateByAge(header, now);
  if (fate === 'none' || header.plan_hash === undefined || isSealed(header)) return false;
  const hold = await holdOn(deps, header.batch_id);
  if (hold === undefined) return true;
  const what = `It is held with ${describeScope(hold.scope)} (hold ${hold.id}: ${hold.reason})`;
  const occasion = { at: now, actor: 'dispatcher' };
  if (fate === 'warn') {
    const message = `${what}. Deployments that still wait on ${isoTime(cancelledAt(header))} are cancelled then, because a deployment waits 30 days at most.`;
    const told = { status: header.status, reason: 'HeldForLong', message, held_warned_at: now };
    await deps.table.transact(changeHeader(header, told, occasion).writes);
    return true;
  }
  const message = `${what}, and its deployments have waited for 30 days: nothing new starts.`;
  const told = { status: header.status, reason: 'HeldTooLong', message, cancel_requested_at: now };
  const cancelled: InboxMessage = { type: 'cancelled', batch_id: header.batch_id };
  await deps.table.transact([
    ...changeHeader(header, { ...told, cancelled_because: 'HeldTooLong' }, occasion).writes,
    { put: itemOf(keys.inbox(deps.ids.next()), { message: cancelled }) },
  ]);
  return true;
};

/** The first hold that keeps one of its deployments from its turn. */
const holdOn = async (deps: Needs, batchId: string): Promise<Hold | undefined> => {
  const holds = [...(await readHolds(deps.table)).values()].filter(isInForce);
  if (holds.length === 0) return undefined;
  const [sheet, cells] = await Promise.all([readKeptSheet(deps, batchId), readCells(deps.table, batchId)]);
  const waiting = sheet.keys.flatMap((_, index) =>
    index < cells.length && isPending(cells.at(index)) ? [candidateAt(sheet, index)] : [],
  );
  return holds.find((hold) => waiting.some((candidate) => covers(hold, candidate)));
};
