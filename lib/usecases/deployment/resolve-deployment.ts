import { type BatchStatus, decideBatchStatus, type Totals } from '../../domain/deployment/batch-status.ts';
import { FlotillaError } from '../../domain/errors.ts';
import type { PlannedDeployment } from '../../domain/plan/plan.ts';
import type { Write } from '../../domain/ports.ts';
import { changeHeader, changeItem } from '../../domain/record/change.ts';
import type { InboxMessage } from '../../domain/record/inbox-message.ts';
import { keys } from '../../domain/record/keys.ts';
import { type HeaderRow, type ItemRow, itemOf, type Outcome, rowOf } from '../../domain/record/rows.ts';
import { endOfRollback, isRolledBack } from '../../domain/undo/rollback-end.ts';
import { readEnds } from '../batch/count-outcomes.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { findSeenBatch } from '../grants/seen-batch.ts';
import { sightOf } from '../grants/sight.ts';
import { retryConflict } from '../retry-conflict.ts';
import { endWrites } from '../targets/end-writes.ts';
import { returnedLate } from '../undo/returned-writes.ts';
import { type DeploymentView, viewDeployment, viewFor } from './deployment-view.ts';
import { findToDecide } from './find-planned.ts';

type Needs = Pick<Deps, 'table' | 'documents' | 'clock' | 'random' | 'ids' | 'catalogue'> & AskedBy;

export interface ResolveInput {
  readonly batchId: string;
  /** `pillar/service_name`. */
  readonly key: string;
  readonly status: 'SUCCESS' | 'FAILED';
  /** The caller's findings. */
  readonly reason: string;
  readonly actor: string;
}

/**
 * Replaces an UNKNOWN outcome, once, by what somebody found out. Frees the target, and updates the batch if it is
 * sealed.
 */
export const resolveDeployment = async (deps: Needs, input: ResolveInput): Promise<DeploymentView> => {
  const header = await findSeenBatch(deps, input.batchId);
  const deployment = await findToDecide(deps, header, input.key);
  const item = await retryConflict(deps, () => replaceOutcome(deps, input, deployment));
  const sight = await sightOf(deps, header);
  return sight.shown(viewFor(deps.rights.actor, viewDeployment(deployment, item)));
};

const replaceOutcome = async (deps: Needs, input: ResolveInput, deployment: PlannedDeployment): Promise<ItemRow> => {
  const header = await findSeenBatch(deps, input.batchId);
  const item = rowOf<ItemRow>(await deps.table.get(keys.item(input.batchId, deployment.index)));
  const outcome = unknownOutcome(item, input.key);
  const at = deps.clock.now();
  const occasion = { at, actor: input.actor, detail: { replaces: outcome.reason } };
  const told = { status: input.status, reason: 'ResolvedByOperator', message: input.reason };
  const found = resolved(outcome, input, deployment);
  const change = changeItem(item!, { ...told, outcome: found }, occasion);
  const message: InboxMessage = {
    type: 'resolved',
    batch_id: input.batchId,
    index: deployment.index,
    target: deployment.target,
  };
  await deps.table.transact([
    ...change.writes,
    ...(await headerWrites(deps, { header, input, occasion: { at, actor: input.actor } })),
    { put: itemOf(keys.inbox(deps.ids.next()), { message }) },
    ...(await endWrites(deps, { planned: deployment, item: change.row, outcome: found, at })),
    ...(input.status === 'SUCCESS' ? await returnedLate(deps, deployment, { by: input.batchId, at }) : []),
  ]);
  return change.row;
};

const unknownOutcome = (item: ItemRow | undefined, key: string): Outcome => {
  const outcome = item?.outcome;
  if (outcome?.status === 'UNKNOWN' && outcome.resolved_by === undefined) return outcome;
  const state =
    outcome?.resolved_by === undefined ? `is ${item?.status ?? 'PENDING'}` : `was resolved as ${outcome.status}`;
  const message = `Only an UNKNOWN deployment can be resolved, and only once: ${key} ${state}.`;
  throw new FlotillaError('StatusConflict', message, { key, status: item?.status ?? 'PENDING' });
};

const resolved = (outcome: Outcome, input: ResolveInput, deployment: PlannedDeployment): Outcome => ({
  ...outcome,
  status: input.status,
  reason: 'ResolvedByOperator',
  message: input.reason,
  resolved_by: input.actor,
  ...(input.status === 'SUCCESS' ? releaseAfter(outcome, deployment) : {}),
});

/** A delete leaves no release, and a scale the one it found. */
const releaseAfter = ({ release_before }: Outcome, { action, docker_image_version: version }: PlannedDeployment) => {
  if (action === undefined) return { release_after: version };
  return action === 'scale' && release_before !== undefined ? { release_after: release_before } : {};
};

interface Resolving {
  readonly header: HeaderRow;
  readonly input: ResolveInput;
  readonly occasion: { readonly at: number; readonly actor: string };
}

/**
 * Computes a sealed batch's end again. A running batch also gets a change, so that a finish which counted the old
 * outcomes fails on the header's `seq` and counts again.
 */
const headerWrites = async (
  deps: Pick<Needs, 'table'>,
  { header, input, occasion }: Resolving,
): Promise<readonly Write[]> => {
  const { status, reason, message } = header;
  if (header.totals === undefined) {
    return changeHeader(header, { status, reason, message }, { ...occasion, detail: { resolved: input.key } }).writes;
  }
  const totals = moved(header.totals, input.status);
  // A rollback's effect on the batch stays.
  const isUndone = header.rolling_back !== undefined || isRolledBack(header);
  const told = isUndone ? { status, reason, message } : await endOf(deps, header, totals);
  return changeHeader(header, { ...told, totals }, { ...occasion, detail: { resolved: input.key } }).writes;
};

/**
 * The end that the batch would have had. Members of a rollback that were left to others count as good, as they did
 * then.
 */
const endOf = async (deps: Pick<Needs, 'table'>, header: HeaderRow, totals: Totals): Promise<BatchStatus> => {
  const request = { cancelRequested: header.cancel_requested_at !== undefined };
  if (header.origin?.kind !== 'rollback') return decideBatchStatus(totals, request);
  return endOfRollback(await readEnds(deps, header.batch_id), totals, request);
};

const moved = (totals: Totals, to: 'SUCCESS' | 'FAILED'): Totals => {
  const { UNKNOWN = 0, ...others } = totals;
  return { ...others, [to]: (totals[to] ?? 0) + 1, ...(UNKNOWN > 1 ? { UNKNOWN: UNKNOWN - 1 } : {}) };
};
