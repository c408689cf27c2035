import { concludeDeployment } from '../../domain/deployment/conclude-deployment.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { WatchedDeployment } from '../../domain/plan/kept-deployment.ts';
import type { PlannedDeployment } from '../../domain/plan/plan.ts';
import type { Write } from '../../domain/ports.ts';
import { changeItem, pendingItem } from '../../domain/record/change.ts';
import { toldEvidence } from '../../domain/record/evidence.ts';
import type { InboxMessage } from '../../domain/record/inbox-message.ts';
import { keys } from '../../domain/record/keys.ts';
import { type CaptureRow, type ItemRow, itemOf, type Outcome, rowOf, type TurnRow } from '../../domain/record/rows.ts';
import type { Deps } from '../deps.ts';
import { executionTold } from '../execution-told.ts';
import { readPlanned } from '../plan/plan-store.ts';
import { retryConflict } from '../retry-conflict.ts';
import { endWrites } from '../targets/end-writes.ts';
import { returnedWrites } from '../undo/returned-writes.ts';
import { giveUpStart } from './pause-start.ts';

type Needs = Pick<Deps, 'table' | 'documents' | 'clock' | 'random' | 'ids'>;

export interface Ended {
  readonly batch_id: string;
  readonly index: number;
  /** The child execution that ends with this; absent if none is known. */
  readonly execution_arn?: string | undefined;
  readonly error?: { readonly Error?: string | undefined; readonly Cause?: string | undefined } | undefined;
}

/**
 * Records a deployment's outcome once. Writes the outcome, event, release, end of the turn and the dispatcher's message
 * in one transaction. Returns only the index, because a child's output must be small.
 */
export const recordOutcome = async (deps: Needs, ended: Ended): Promise<number> => {
  await retryConflict(deps, () => recordOutcomeIf(deps, ended, []));
  return ended.index;
};

/** The same, but tries once, and only if the checks hold in the same transaction. Else throws ConditionFailed. */
export const recordOutcomeIf = async (
  deps: Needs,
  { batch_id, index, execution_arn, error }: Ended,
  checks: readonly Write[],
): Promise<void> => {
  const planned = await readPlanned(deps, batch_id, index);
  const stored = rowOf<ItemRow>(await deps.table.get(keys.item(batch_id, index)));
  if (stored?.outcome !== undefined) return;
  const known = stored ?? pendingItem(batch_id, index, planned.key);
  const turn = rowOf<TurnRow>(await deps.table.get(keys.turn(batch_id, index)));
  const capture =
    known.step === 'turn' ? undefined : rowOf<CaptureRow>(await deps.table.get(keys.capture(batch_id, index)));
  const givenUp = await giveUpStart(deps, known, { planned, capture });
  const item: ItemRow = { ...known, ...givenUp?.known, ...(execution_arn === undefined ? {} : { execution_arn }) };
  const now = deps.clock.now();
  const version = planned.docker_image_version;
  const { action } = planned;
  const told = { item, turn, capture, version, action, now };
  const outcome = concludeDeployment({ ...told, ...(error === undefined ? {} : { error }) });
  await deps.table.transact([
    ...checks,
    ...(await outcomeWrites(deps, { planned, item, outcome, capture })),
    ...(outcome.status === 'SUCCESS' ? await returnedBy(deps, item, planned, now) : []),
    ...(givenUp?.writes ?? []),
    ...(turn === undefined ? [] : [{ delete: keys.turn(batch_id, index) }]),
    // The dispatcher counted the refusal when it refused.
    ...(turn?.state === 'refused' ? [] : [tellDispatcher(deps, { planned, item, outcome })]),
  ]);
};

const returnedBy = (deps: Needs, { batch_id: by }: ItemRow, planned: PlannedDeployment, at: number) =>
  planned.replay?.kind === 'rollback' ? returnedWrites(deps, { of: planned.replay.of, by, to: planned, at }) : [];

interface Recorded {
  readonly planned: WatchedDeployment;
  readonly item: ItemRow;
  readonly outcome: Outcome;
  readonly capture: CaptureRow | undefined;
}

/** The outcome, its event, and its effect on the target: a good one makes a release. */
export const outcomeWrites = async (
  deps: Pick<Deps, 'table' | 'ids'>,
  { planned, item, outcome, capture }: Recorded,
): Promise<readonly Write[]> => {
  const { status, reason, message, ended_at: at } = outcome;
  const change = changeItem(
    item,
    { status, reason, message, step: 'recorded', outcome },
    { at, actor: 'record', detail: JSON.parse(JSON.stringify(detailOf(item, outcome))) as JsonObject },
  );
  const of =
    capture?.containers === undefined || item.container !== undefined ? {} : { containers: capture.containers };
  const { image, digest, container, ttl_seconds } = item;
  const seen = { image, digest, container, ttl_seconds, ...of };
  return [...change.writes, ...(await endWrites(deps, { planned, item, outcome, capture, seen }))];
};

/** Tells the dispatcher that the next deployment may have the locks. */
export const tellDispatcher = (
  { ids }: Pick<Deps, 'ids'>,
  { planned: { replay }, item: { batch_id, index }, outcome: { status, reason } }: Omit<Recorded, 'capture'>,
): Write => {
  // In a rollback, what others have changed since is left to them. Deployments that wait for it still go back.
  const passes = status === 'SKIPPED' && reason === 'Superseded' && replay?.kind === 'rollback';
  const message: InboxMessage = { type: 'recorded', batch_id, index, status, ...(passes ? { passes } : {}) };
  return { put: itemOf(keys.inbox(ids.next()), { message }) };
};

const detailOf = (
  { started_at, execution_arn }: ItemRow,
  { evidence, attempts, runs, release_before, release_after, digest, failure }: Outcome,
): object => ({
  started_at,
  ...executionTold(execution_arn),
  evidence: toldEvidence(evidence),
  attempts,
  runs,
  release_before,
  release_after,
  digest,
  failure,
});
