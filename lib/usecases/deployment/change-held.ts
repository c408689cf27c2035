import type { HindranceKind } from '../../domain/deployment/held.ts';
import { isFlotillaError } from '../../domain/errors.ts';
import type { Condition, Write } from '../../domain/ports.ts';
import { changeItem } from '../../domain/record/change.ts';
import { keys } from '../../domain/record/keys.ts';
import { attributesOf, type ItemRow, itemOf, rowOf } from '../../domain/record/rows.ts';
import type { Deps } from '../deps.ts';
import type { PlaceOfWait } from '../wait/settle-wait.ts';

/** What a watcher writes about a hindrance: into the row that it watches, and into the deployment's row. */
export interface HeldChange {
  readonly watch: {
    readonly set?: { readonly held: HindranceKind; readonly held_step?: string };
    readonly remove?: readonly ('held' | 'held_step')[];
  };
  /** Absent if the deployment's row says so already. */
  readonly patch?: Pick<ItemRow, 'reason' | 'message'> & Partial<ItemRow>;
}

interface Watched {
  readonly place: PlaceOfWait;
  /** Requires the watched row to be as it was read. */
  readonly when: Condition;
  readonly actor: 'executor' | 'observer';
}

/** Tries once. If somebody else has written meanwhile, the next look sees what is still missing. */
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
  await unlessElsewhere(deps.table.transact([noted, ...told]));
};

/** Updates a step's progress (minutes passed, measurements) in the row, where readers find it, without an event. */
export const renewHeld = async (
  { table }: Pick<Deps, 'table'>,
  { batch_id, index }: Pick<PlaceOfWait, 'batch_id' | 'index'>,
  answered: string,
): Promise<void> => {
  const item = rowOf<ItemRow>(await table.get(keys.item(batch_id, index)));
  if (item?.held?.why !== 'steps' || item.outcome !== undefined) return;
  await unlessElsewhere(
    table.transact([
      {
        put: itemOf(keys.item(batch_id, index), { ...item, held: { ...item.held, answered } }),
        when: { equals: { seq: item.seq } },
      },
    ]),
  );
};

const unlessElsewhere = async (written: Promise<void>): Promise<void> => {
  try {
    await written;
  } catch (error) {
    if (!isFlotillaError(error, 'ConditionFailed') && !isFlotillaError(error, 'TableBusy')) throw error;
  }
};
