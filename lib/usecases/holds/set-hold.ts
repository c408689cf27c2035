import { invalidRequest } from '../../domain/complaint.ts';
import { FlotillaError } from '../../domain/errors.ts';
import { type AskedHold, checkHold } from '../../domain/holds/check-hold.ts';
import type { Hold, HoldScope } from '../../domain/holds/hold.ts';
import type { InboxMessage } from '../../domain/record/inbox-message.ts';
import { keys } from '../../domain/record/keys.ts';
import { type HeaderRow, itemOf } from '../../domain/record/rows.ts';
import { lookForBatch } from '../batch/find-batch.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { isSeen } from '../grants/seen-batch.ts';
import { readHolds } from '../schedule/schedule-store.ts';
import { readNames, unknownNames } from '../targets/check-target-names.ts';
import { checkMayHold } from './hold-rights.ts';
import { type HoldView, viewHold } from './hold-view.ts';

type Needs = Pick<Deps, 'table' | 'documents' | 'clock' | 'ids' | 'catalogue'> & AskedBy;

/** A search for what waits reads all holds, and so does a starting dispatcher. */
const mostHolds = 1_000;

/** Asks the dispatcher for a hold. It is set a moment later. */
export const setHold = async (deps: Needs, asked: AskedHold): Promise<HoldView> => {
  const { catalogue, clock, ids, rights, table } = deps;
  const now = clock.now();
  const batch = await findNamed(deps, asked.scope.batch);
  const checked = checkHold(asked, { catalogue: await catalogue(), batch, now });
  if ('problems' in checked) throw invalidRequest(...checked.problems);
  await checkMayHold(deps, checked.scope, batch);
  await checkRoom(deps);
  const { reason, rollbacks } = asked;
  const by = rights.actor.subject;
  const hold: Hold = { id: ids.next(), kind: 'pause', rollbacks, reason, by, since: now, ...checked };
  const message: InboxMessage = { type: 'hold', hold };
  await table.transact([{ put: itemOf(keys.inbox(ids.next()), { message }) }]);
  const warnings = await unknownEnvironment(deps, checked.scope);
  return { ...viewHold(hold), ...(warnings.length === 0 ? {} : { warnings }) };
};

/** Where the configuration lists no environments, a new name may be right: its first batch may follow. */
const unknownEnvironment = async (deps: Needs, { environment }: HoldScope): Promise<readonly string[]> => {
  const catalogue = await deps.catalogue();
  if (environment === undefined || catalogue.environments !== undefined) return [];
  return unknownNames(catalogue, await readNames(deps, catalogue), { environment }).map(({ message }) => message);
};

/** A batch that the caller may not see does not exist for them. */
const findNamed = async (deps: Needs, batchId: string | undefined): Promise<HeaderRow | undefined> => {
  if (batchId === undefined || batchId === '') return undefined;
  const header = await lookForBatch(deps, batchId);
  return header !== undefined && (await isSeen(deps, header)) ? header : undefined;
};

const checkRoom = async ({ table }: Needs): Promise<void> => {
  const { size } = await readHolds(table);
  if (size < mostHolds) return;
  const message = `There are ${mostHolds} holds already. Lift some first: GET /holds shows them.`;
  throw new FlotillaError('StatusConflict', message);
};
