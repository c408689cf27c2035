import { keys } from '../../domain/record/keys.ts';
import { type Failure, type HeaderRow, type ItemRow, rowOf, type TurnRow } from '../../domain/record/rows.ts';
import type { Deps } from '../deps.ts';
import type { PlaceOfWait } from '../wait/settle-wait.ts';

type Asker = Pick<PlaceOfWait, 'batch_id' | 'index' | 'wait'>;

export interface Standing {
  readonly item: ItemRow | undefined;
  readonly turn: TurnRow | undefined;
  /** Why no run may start now, as far as these rows tell. */
  readonly refusal: Failure | undefined;
}

export const noTurn: Failure = { reason: 'NoTurn', message: 'It has no open turn to start under.' };

/** Whether a deployment may start its run now. */
export const readStanding = async ({ table }: Pick<Deps, 'table'>, asker: Asker): Promise<Standing> => {
  const { batch_id, index } = asker;
  const item = rowOf<ItemRow>(await table.get(keys.item(batch_id, index)));
  const turn = rowOf<TurnRow>(await table.get(keys.turn(batch_id, index)));
  return { item, turn, refusal: item === undefined ? noTurn : whyNot(asker, item, turn) };
};

/**
 * The same, and that nobody has cancelled the batch. The turn shows a cancel only after the dispatcher has handled it.
 */
export const readStandingOfQueued = async (deps: Pick<Deps, 'table'>, asker: Asker): Promise<Standing> => {
  const standing = await readStanding(deps, asker);
  const { item, turn, refusal } = standing;
  if (item === undefined || turn === undefined || refusal !== undefined) return standing;
  const header = rowOf<HeaderRow>(await deps.table.get(keys.header(asker.batch_id)));
  if (header?.cancel_requested_at === undefined) return standing;
  return { item, turn, refusal: whyNot(asker, item, { ...turn, state: 'cancelled' }) };
};

const whyNot = ({ wait }: Asker, item: ItemRow, turn: TurnRow | undefined): Failure | undefined => {
  if (item.outcome !== undefined || turn === undefined || turn.state === 'refused') return noTurn;
  if (turn.state === 'cancelled' && wait !== 'restore') {
    // An earlier attempt's effect on the target stays and may have to be undone. The failure itself is cleared by the
    // next intent.
    if (item.failure !== undefined) return item.failure;
    const told = { reason: 'BatchCancelled', message: 'Not started: the batch was cancelled.' };
    return item.touched ? told : { ...told, cancelled: true };
  }
  return undefined;
};

/** Whether a hold keeps anything from starting under this turn. A restore is never held: it ends what was begun. */
export const isHeld = ({ wait }: Asker, turn: TurnRow | undefined): boolean =>
  turn?.state === 'held' && wait !== 'restore';
