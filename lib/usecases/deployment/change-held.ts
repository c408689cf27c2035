import type { HindranceKind } from '../../domain/deployment/held.ts';
import { isFlotillaError } from '../../domain/errors.ts';
import type { Condition, Write } from '../../domain/ports.ts';
import { changeItem } from '../../domain/record/change.ts';
import { keys } from '../../domain/record/keys.ts';
import { attributesOf, type ItemRow, rowOf } from '../../domain/record/rows.ts';
import type { Deps } from '../deps.ts';
import type { PlaceOfWait } from '../wait/settle-wait.ts';

/** What a watcher tells of a hindrance: in the row that it watches, and in that of the deployment. */
export interface HeldChange {
  readonly watch: {
    readonly set?: { readonly held: HindranceKind; readonly held_step?: string };
    readonly remove?: readonly ('held' | 'held_step')[];
  };
  /** Absent where its row says so already. */
  readonly patch?: Pick<ItemRow, 'reason' | 'message'> & Partial<ItemRow>;
}

interface Watched {
  readonly place: PlaceOfWait;
  /** Of the row that is watched, as it was read. */
  readonly when: Condition;
  readonly actor: 'executor' | 'observer';
}

/** Tried once: where somebody else has written meanwhile, the next look sees what is still to be told. */
export const changeHeld = async (
  deps: Pick<Deps, 'table' | 'clock'>,
  { place, when, actor }: Watched,
  make: (item: ItemRow) => HeldChange,
): Promise<void> => {
  const { batch_id, index, wait, watcher } = place;
  const item = rowOf<ItemRow>(await deps.table.get(keys.item(batch_id, index)));
  if (item === undefined || item.outcome !== undefined) return;
  const { watch, patch } = make(item);
  const { set, ...rest } = watch;
  const noted: Write = {
    ...{ update: keys.watch(watcher, batch_id, index, wait), ...rest },
    ...(set === undefined ? {} : { set: attributesOf(set) }),
    when,
  };
  const occasion = { at: deps.clock.now(), actor };
  const told = patch === undefined ? [] : changeItem(item, { status: item.status, ...patch }, occasion).writes;
  try {
    await deps.table.transact([noted, ...told]);
  } catch (error) {
    if (!isFlotillaError(error, 'ConditionFailed') && !isFlotillaError(error, 'TableBusy')) throw error;
  }
};
