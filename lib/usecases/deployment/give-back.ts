import { isFlotillaError } from '../../domain/errors.ts';
import type { StartResult } from '../../domain/ports.ts';
import { keys } from '../../domain/record/keys.ts';
import type { Failure, ItemRow, TurnRow } from '../../domain/record/rows.ts';
import type { RunWatchRow } from '../../domain/record/watch-rows.ts';
import type { Deps } from '../deps.ts';
import { retryConflict } from '../retry-conflict.ts';
import { failBound } from '../wait/answer-wait.ts';
import type { PlaceOfWait } from '../wait/settle-wait.ts';
import { awaySinceOf, type Returned, returnTurn, whyHeld } from './return-turn.ts';
import { isHeld, readStanding } from './standing.ts';

type Needs = Pick<Deps, 'table' | 'workflow' | 'clock' | 'random' | 'ids'>;

const actor = 'executor';

/**
 * Decides about an attempt whose turn is held. If no attempt has touched the target, gives the turn back by throwing
 * TurnReturned. Otherwise returns why there is no further attempt; a restore or the record then ends what was begun.
 */
export const endInHold = async (
  deps: Needs,
  { item, turn, withdrawn }: { readonly item: ItemRow; readonly turn: TurnRow; readonly withdrawn?: Withdrawn },
): Promise<Failure> => {
  const message = await whyHeld(deps, turn);
  const undone = withdrawn === undefined ? undefined : undoneBy(item, withdrawn);
  const because = { reason: 'Held', message };
  if (item.touched !== true) return returnTurn(deps, { item, turn, actor, undone, because });
  const failed = item.failure ?? { reason: 'Held', message: 'An earlier attempt failed.' };
  return { ...failed, retryable: false, message: `${failed.message} There is no further attempt. ${message}` };
};

/** An intent whose start was certainly not sent, or was rejected. */
interface Withdrawn {
  readonly place: PlaceOfWait;
  /** The phase of the watched run. */
  readonly phase: Extract<RunWatchRow['phase'], 'intended' | 'paused'>;
}

const undoneBy = ({ runs }: ItemRow, { place, phase }: Withdrawn): NonNullable<Returned['undone']> => {
  const { batch_id, index, wait, watcher } = place;
  return {
    runs: runs.slice(0, -1),
    writes: [
      { delete: keys.attempt(batch_id, index, wait), when: { exists: true } },
      { delete: keys.watch(watcher, batch_id, index, wait), when: { equals: { phase } } },
    ],
  };
};

type Away = Extract<StartResult, { readonly kind: 'rejected' }>;

/**
 * An executor that did not answer is not a failed attempt: the turn is given back, for up to an hour. Returns when that
 * hour is over, or an earlier attempt has touched the target.
 */
export const giveBackForExecutor = (deps: Needs, place: PlaceOfWait, { reason, message }: Away): Promise<void> =>
  retryConflict(deps, async () => {
    const { item, turn, refusal } = await readStanding(deps, place);
    if (item === undefined || turn?.fence === undefined || refusal !== undefined || item.touched === true) return;
    const withdrawn: Withdrawn = { place, phase: 'intended' };
    const awaySince = awaySinceOf(deps, item);
    if (isHeld(place, turn)) await tellOthers(deps, place, () => endInHold(deps, { item, turn, withdrawn }));
    if (awaySince === undefined) return;
    await tellOthers(deps, place, () =>
      returnTurn(deps, {
        item,
        turn,
        actor,
        undone: undoneBy(item, withdrawn),
        awaySince,
        because: { reason, message },
      }),
    );
  });

/** If the function was invoked again, the child waits with another token that nobody else answers. */
export const tellOthers = async <Result>(
  deps: Needs,
  place: PlaceOfWait,
  giveBack: () => Promise<Result>,
): Promise<Result> => {
  try {
    return await giveBack();
  } catch (error) {
    if (isFlotillaError(error, 'TurnReturned')) await failBound(deps, place, error);
    throw error;
  }
};
