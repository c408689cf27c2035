import { counted } from '../../domain/counted.ts';
import { FlotillaError } from '../../domain/errors.ts';
import { describePlaces } from '../../domain/grants/reach.ts';
import { changeHeader } from '../../domain/record/change.ts';
import type { InboxMessage } from '../../domain/record/inbox-message.ts';
import { keys } from '../../domain/record/keys.ts';
import { type HeaderRow, isSealed, itemOf } from '../../domain/record/rows.ts';
import { countLeft, describeLeft } from '../../domain/undo/left.ts';
import { type RollbackRequest, stoppedBecause } from '../../domain/undo/undo-rows.ts';
import { startExecution } from '../batch/open-batch.ts';
import { batchLinks } from '../batch/read-batch.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { checkWholeBatch, findSeenBatch } from '../grants/seen-batch.ts';
import { sightOf } from '../grants/sight.ts';
import { retryConflict } from '../retry-conflict.ts';
import { openRetryOf } from './descendants.ts';
import { openRollback, rollingBackWrites } from './open-rollback.ts';
import { checkNames, checkSomething, type Prepared, prepareRollback, type Wished } from './prepare-rollback.ts';

type Needs = Pick<Deps, 'table' | 'documents' | 'workflow' | 'clock' | 'random' | 'ids' | 'catalogue'> & AskedBy;

export interface RollbackInput extends Wished {
  readonly batchId: string;
  readonly reason: string;
  readonly actor: string;
}

/** The batch that rolls back, or will. */
export interface RollbackAccepted {
  readonly batch_id: string;
  readonly rolls_back: string;
  /** `waits`: it begins when everything in flight in the other batch has ended. */
  readonly state: 'begun' | 'waits';
  readonly message: string;
  readonly links: Readonly<Record<string, string>>;
}

/**
 * Puts back what a batch and its retries changed, as a batch of its own. A running batch is stopped first: nothing new
 * starts, and when everything in flight has ended, the rollback begins. A batch has at most one rollback at a time.
 */
export const rollBackBatch = async (deps: Needs, input: RollbackInput): Promise<RollbackAccepted> => {
  const batchId = deps.ids.next();
  const accepted = await retryConflict(deps, async () => {
    const header = await findSeenBatch(deps, input.batchId);
    const before = acceptedBefore(header, batchId);
    if (before !== undefined) return before;
    checkNoRollback(header);
    return isSealed(header) ? openNow(deps, { input, header, batchId }) : askFor(deps, { input, header, batchId });
  });
  if (accepted.state === 'begun') await startExecution(deps, batchId);
  return accepted;
};

/** A table may fail and still have taken the write. Then the rollback under way is this call's own. */
const acceptedBefore = (header: HeaderRow, batchId: string): RollbackAccepted | undefined => {
  const { rolling_back, rollback_request: request, message } = header;
  if (rolling_back === batchId) return acceptedBy(batchId, header, { state: 'begun', message });
  if (request?.batch_id !== batchId || isSealed(header)) return undefined;
  return acceptedBy(batchId, header, { state: 'waits', message: waitsFor(request) });
};

const waitsFor = ({ by, batch_id }: RollbackRequest): string =>
  `${by} asked to roll it back. Nothing new starts, and when everything in flight has ended, batch ${batch_id} rolls it back.`;

const checkNoRollback = (header: HeaderRow): void => {
  const { batch_id, rolling_back, rollback_request } = header;
  // A requested rollback that came to nothing, because the batch was cancelled, ends when the batch is sealed.
  const running = rolling_back ?? (isSealed(header) ? undefined : rollback_request?.batch_id);
  if (running === undefined) return;
  const message = `Batch ${batch_id} is already being rolled back by batch ${running}. Follow that one: flotilla status ${running}.`;
  throw new FlotillaError('RollbackRuns', message, { batch_id, rollback: running });
};

interface Asked {
  readonly input: RollbackInput;
  readonly header: HeaderRow;
  /** The rollback's id. */
  readonly batchId: string;
}

const openNow = async (deps: Needs, { input, header, batchId }: Asked): Promise<RollbackAccepted> => {
  const prepared = await prepareRollback(deps, header, input);
  const sight = await sightOf(deps, header);
  checkNames(header.batch_id, { nodes: prepared.nodes, wished: input, sight });
  await checkMay(deps, header, { prepared, wished: input });
  await checkNoOpenRetry(deps, header, prepared);
  checkSomething(header.batch_id, await sight.shown(prepared.plan), prepared.wished);
  const { actor, reason } = input;
  const opened = await openRollback(deps, {
    ...{ header, prepared, batchId, actor, reason },
    actorName: deps.rights.actor.name,
  });
  await deps.table.transact([...opened.writes, ...rollingBackWrites(prepared.covered, opened.header, actor)]);
  const left = describeLeft(countLeft(prepared.plan.left));
  const message = `Puts ${counted(opened.header.total, 'deployment')} of batch ${header.batch_id} back.${left === '' ? '' : ` Left: ${left}.`}`;
  return acceptedBy(batchId, header, { state: 'begun', message });
};

const acceptedBy = (
  batchId: string,
  { batch_id }: HeaderRow,
  told: Pick<RollbackAccepted, 'state' | 'message'>,
): RollbackAccepted => ({
  batch_id: batchId,
  rolls_back: batch_id,
  ...told,
  links: { ...batchLinks({ batch_id: batchId }), rolls_back: `/batches/${batch_id}` },
});

/** A running retry changes what would be put back. */
const checkNoOpenRetry = async (deps: Needs, { batch_id }: HeaderRow, { family, covered }: Prepared): Promise<void> => {
  const open = await openRetryOf(deps, family);
  const rolling = covered.find((one) => one.rolling_back !== undefined);
  if (rolling !== undefined) checkNoRollback(rolling);
  if (open === undefined || open.batch_id === batch_id) return;
  const message = `Batch ${open.batch_id} retries batch ${batch_id} and has not ended. Wait for its end, cancel it, or roll it back: its changes go back first.`;
  throw new FlotillaError('RetryRuns', message, { batch_id, retry: open.batch_id });
};

/**
 * A rollback of everything concerns all places of the batch and its retries; a partial one only the places that go
 * back.
 */
export const checkMay = async (
  deps: Pick<Needs, 'table' | 'documents' | 'rights'>,
  header: HeaderRow,
  { prepared, wished }: { readonly prepared: Prepared; readonly wished: Wished },
): Promise<void> => {
  const { rights } = deps;
  if (rights.everywhere('deploy')) return;
  if (wished.only === undefined) {
    for (const one of [header, ...prepared.covered]) await checkWholeBatch(deps, one, 'deploy');
    return;
  }
  const places = prepared.plan.members.map(({ to }) => ({
    pillar: to.deployment.pillar,
    environment: to.deployment.environment_id,
  }));
  const refused = places.filter((place) => !rights.may('deploy', place));
  if (refused.length === 0) return;
  const distinct = [...new Map(refused.map((place) => [`${place.pillar} ${place.environment}`, place])).values()];
  throw new FlotillaError('Forbidden', `No grant lets you deploy ${describePlaces(distinct)}.`);
};

/** The names are kept in the batch's header until it ends, and a table item holds 400 KB. */
const mostNamed = 100_000;

/**
 * Checks the names against the plan now; what was changed is only known when everything has ended. Whatever is named,
 * the whole batch stops, so the caller needs rights for all of it.
 */
const askFor = async (deps: Needs, { input, header, batchId }: Asked): Promise<RollbackAccepted> => {
  const { batch_id, plan_hash } = header;
  checkCanBeStopped(header);
  if (plan_hash === undefined) {
    const message = `Batch ${batch_id} is not planned yet, so it has changed nothing. Cancel it: flotilla cancel ${batch_id}.`;
    throw new FlotillaError('NothingToRollBack', message, { batch_id });
  }
  await checkWholeBatch(deps, header, 'deploy');
  const { nodes } = await prepareRollback(deps, header, input);
  checkNames(batch_id, { nodes, wished: input, sight: await sightOf(deps, header) });
  const { only, force, reason, actor } = input;
  if (Buffer.byteLength(JSON.stringify([only, force])) > mostNamed) throw tooManyNames(header);
  const { name } = deps.rights.actor;
  const at = deps.clock.now();
  const request: RollbackRequest = {
    batch_id: batchId,
    ...(only === undefined ? {} : { only }),
    ...(force === undefined ? {} : { force }),
    reason,
    by: actor,
    ...(name === undefined ? {} : { by_name: name }),
    at,
  };
  const message = waitsFor(request);
  const change = changeHeader(
    header,
    { status: header.status, reason: 'RollbackRequested', message, rollback_request: request },
    { at, actor, detail: { rolled_back_by: batchId } },
  );
  const stop: InboxMessage = { type: 'stop', batch_id, because: stoppedBecause(request) };
  await deps.table.transact([...change.writes, { put: itemOf(keys.inbox(deps.ids.next()), { message: stop }) }]);
  return acceptedBy(batchId, header, { state: 'waits', message });
};

const tooManyNames = ({ batch_id }: HeaderRow): FlotillaError =>
  new FlotillaError(
    'RequestInvalid',
    `Too many names for a batch that still runs. Wait for the end of batch ${batch_id}, or roll back all of it.`,
    { batch_id },
  );

const checkCanBeStopped = ({ batch_id, cancel_requested_at }: HeaderRow): void => {
  if (cancel_requested_at === undefined) return;
  const message = `Batch ${batch_id} is being cancelled. Roll it back when it has ended: flotilla rollback ${batch_id}.`;
  throw new FlotillaError('StatusConflict', message, { batch_id });
};
