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
 * An attempt under a turn that is held. Where no attempt has touched the target the turn is given back, by a TurnReturned; else this
 * says why there is no other attempt: what was begun is ended by a restore, or by the record.
 */
export const endInHold = async (
  deps: Needs,
  { item, turn, withdrawn }: { readonly item: ItemRow; readonly turn: TurnRow; readonly withdrawn?: Withdrawn },
): Promise<Failure> => {
  const message = await whyHeld(deps, turn);
  const undone = withdrawn === undefined ? undefined : undoneBy(item, withdrawn);
  const because = { reason: 'Held', message };
  if (item.touched !== true) return returnTurn(deps, { item, turn, actor, undone, because });
  const failed = item.failure ?? { reason: 'Held', message: 'An attempt before has failed.' };
  return { ...failed, retryable: false, message: `${failed.message} It is not tried again. ${message}` };
};

/** An intent whose start was certainly not sent, or was turned away. */
interface Withdrawn {
  readonly place: PlaceOfWait;
  /** Of the run as it is watched. */
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
 * A start for which nobody was there is no attempt that failed: the turn is given back, for up to an hour. Comes back where that is
 * over, or where an earlier attempt has touched the target.
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

/** Where the function was invoked again, the child waits with another token, and nobody else answers it. */
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
