import type { Origin } from '../../domain/batch/origin.ts';
import { keys } from '../../domain/record/keys.ts';
import { type HeaderRow, isSealed, rowOf } from '../../domain/record/rows.ts';
import type { RequestRow } from '../../domain/requests/request-row.ts';
import { startExecution } from '../batch/open-batch.ts';
import type { Deps } from '../deps.ts';

type Needs = Pick<Deps, 'table' | 'workflow'>;
type Opened = Pick<HeaderRow, 'batch_id' | 'origin'>;

/**
 * Requests for one deployment run in the order in which they came, whatever is held or planned sooner. The next one's
 * batch begins only when the previous one's has ended. Locks alone would favour whichever is planned first.
 */
export const isInTurn = async (
  { table }: Pick<Deps, 'table'>,
  { origin }: Pick<Opened, 'origin'>,
): Promise<boolean> => {
  if (origin?.after === undefined) return true;
  const before = rowOf<HeaderRow>(await table.get(keys.header(origin.after)));
  return before === undefined || before.expired_at !== undefined || isSealed(before);
};

/** Begins an accepted batch if nothing is before it. */
export const startInTurn = async (deps: Needs, header: Opened): Promise<void> => {
  if (await isInTurn(deps, header)) await startExecution(deps, header.batch_id);
};

/**
 * Begins the batch that has waited for this one to end. The end is written before looking for the next; a new request
 * is written before looking for the end. So one of the two begins it, and if both die, the sweeper does.
 */
export const startNext = async (deps: Needs, { kind, identifier, number }: Origin): Promise<void> => {
  if (kind !== 'request' || identifier === undefined || number === undefined) return;
  const next = await deps.table.get(keys.requestOf(identifier, number + 1));
  if (next === undefined) return;
  const request = rowOf<RequestRow>(await deps.table.get(keys.request(String(next.request_id))));
  const header = rowOf<HeaderRow>(await deps.table.get(keys.header(request?.batch_id ?? '')));
  if (header !== undefined && !isSealed(header)) await startInTurn(deps, header);
};
