import { FlotillaError } from '../../domain/errors.ts';
import type { InboxMessage } from '../../domain/record/inbox-message.ts';
import { keys } from '../../domain/record/keys.ts';
import { itemOf } from '../../domain/record/rows.ts';
import { lookForBatch } from '../batch/find-batch.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { checkMayHold } from './hold-rights.ts';
import { type HoldView, viewHold } from './hold-view.ts';
import { findSeenHolds } from './list-holds.ts';

type Needs = Pick<Deps, 'table' | 'documents' | 'clock' | 'ids' | 'catalogue'> & AskedBy;

export interface ResumeInput {
  readonly id: string;
  readonly reason?: string | undefined;
}

/** Asks the dispatcher to lift a hold. Needs the same rights as setting it. */
export const resumeHold = async (deps: Needs, { id, reason }: ResumeInput): Promise<HoldView> => {
  const hold = (await findSeenHolds(deps)).find((one) => one.id === id);
  if (hold === undefined) {
    const message = `There is no hold ${id}, or it is over. GET /holds shows those in force.`;
    throw new FlotillaError('HoldNotFound', message, { id });
  }
  const { batch } = hold.scope;
  await checkMayHold(deps, hold.scope, batch === undefined ? undefined : await lookForBatch(deps, batch));
  if (hold.kind === 'circuit') {
    const message = `Flotilla set hold ${id} itself because what it holds does not answer. It ends by itself when that answers again.`;
    throw new FlotillaError('StatusConflict', message, { id });
  }
  const by = deps.rights.actor.subject;
  const message: InboxMessage = { type: 'resume', id, by, ...(reason === undefined ? {} : { reason }) };
  await deps.table.transact([{ put: itemOf(keys.inbox(deps.ids.next()), { message }) }]);
  return viewHold(hold);
};
