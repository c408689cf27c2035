import { concludeDeployment } from '../../domain/deployment/conclude-deployment.ts';
import { isFlotillaError } from '../../domain/errors.ts';
import { keys } from '../../domain/record/keys.ts';
import { type CaptureRow, type ItemRow, rowOf, type TokenRow } from '../../domain/record/rows.ts';
import type { RolloutWatchRow } from '../../domain/record/watch-rows.ts';
import type { Deps } from '../deps.ts';
import { retryConflict } from '../retry-conflict.ts';
import { returnedWrites } from '../undo/returned-writes.ts';
import { deliverAnswer, tryToDeliver } from '../wait/answer-wait.ts';
import { type PlaceOfWait, writeAnswer } from '../wait/settle-wait.ts';
import { outcomeWrites, tellDispatcher } from './record-outcome.ts';

type Needs = Pick<Deps, 'table' | 'workflow' | 'clock' | 'random' | 'ids'>;

export interface Success {
  readonly place: PlaceOfWait;
  readonly row: RolloutWatchRow;
  readonly reason: string;
  readonly message: string;
  /** What the observer saw. */
  readonly seen: Pick<
    ItemRow,
    'verified' | 'warnings' | 'verified_as' | 'image' | 'digest' | 'container' | 'ttl_seconds'
  >;
}

/**
 * A verified rollout ends its deployment. One transaction writes the outcome, event, release, dispatcher's message and
 * answer. Nothing is left for the state machine, so Verify is its last state.
 */
export const settleSuccess = async (
  deps: Needs,
  { place, row: { deployment, expected, undoes }, reason, message, seen }: Success,
): Promise<void> => {
  const { batch_id, index } = place;
  const settled = await writeAnswer(deps, place, async (before, now) => {
    const capture = rowOf<CaptureRow>(await deps.table.get(keys.capture(batch_id, index)));
    const warnings = [...(before.warnings ?? []), ...(seen.warnings ?? [])];
    const health = { healthy: true, reason, at: now };
    const release = { ...deployment, docker_image_version: expected.version };
    const item: ItemRow = { ...before, ...seen, warnings, message, health };
    const { action } = deployment;
    const outcome = concludeDeployment({ item, capture, turn: undefined, version: expected.version, action, now });
    return {
      answer: { reason, message },
      writes: [
        ...(await outcomeWrites(deps, { planned: deployment, item, outcome, capture })),
        tellDispatcher(deps, { planned: deployment, item, outcome }),
        ...(undoes ? await returnedWrites(deps, { of: undoes, by: batch_id, to: release, at: now }) : []),
      ],
    };
  });
  if (!settled) return tryToDeliver(deps, place);
  try {
    const waiting = await deliverAnswer(deps, place);
    if (await isTakenUpAgain(deps, place, waiting)) return;
  } catch (error) {
    if (isFlotillaError(error, 'WorkflowUnavailable')) return;
    throw error;
  }
  // Last: while the turn exists, the sweeper resends the answer. Nothing starts under it any more.
  await retryConflict(deps, () => deps.table.transact([{ delete: keys.turn(batch_id, index) }]));
};

/** In its second round the Map restarts with AwaitTurn, whose answer may be unsent. Then the sweeper sends it. */
const isTakenUpAgain = async (
  { table }: Needs,
  { batch_id, index }: PlaceOfWait,
  waiting: TokenRow | undefined,
): Promise<boolean> => {
  const first = rowOf<TokenRow>(await table.get(keys.token(batch_id, index, 'turn')));
  return first?.execution_arn !== waiting?.execution_arn;
};
