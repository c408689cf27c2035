import type { Held, Hindrance } from '../../domain/deployment/held.ts';
import { describeEnd, describeHeld, hindranceOf, isLeftOpen } from '../../domain/deployment/hindrance.ts';
import { isFlotillaError } from '../../domain/errors.ts';
import type { Condition, News, Write } from '../../domain/ports.ts';
import { changeItem } from '../../domain/record/change.ts';
import { foreignAddress } from '../../domain/record/foreign-text.ts';
import { keys } from '../../domain/record/keys.ts';
import { attributesOf, type ItemRow, rowOf } from '../../domain/record/rows.ts';
import type { RunWatchRow } from '../../domain/record/watch-rows.ts';
import type { Deps } from '../deps.ts';
import { fittingText } from './settle-failure.ts';
import { placeOf } from './watched-row.ts';

type Needs = Pick<Deps, 'table' | 'clock'>;

/** Milliseconds. What is over sooner was a hiccup, of which nobody needs to hear. */
export const lasting = 20_000;

/**
 * Tells what holds up the runs of an account: in the row of each deployment, with an event when it begins, becomes another, and
 * ends, and never more than these. When each was seen first is kept in memory; a poller that begins anew sees it again.
 */
export class Hindrances {
  #seen = new Map<string, Hindrance & { readonly since: number }>();

  async note(deps: Needs, rows: readonly RunWatchRow[], newsOf: (row: RunWatchRow) => News | undefined): Promise<void> {
    const now = deps.clock.now();
    const before = this.#seen;
    this.#seen = new Map();
    const changes = rows.flatMap((row) => {
      const news = newsOf(row);
      const hindrance = hindranceOf({ row, news, now });
      const known = before.get(row.key);
      if (hindrance === undefined && isLeftOpen(known?.why ?? row.held, news)) {
        if (known !== undefined) this.#seen.set(row.key, known);
        return [];
      }
      if (hindrance === undefined) return row.held === undefined ? [] : [endHeld(deps, row)];
      const since = hindrance.since ?? (known?.why === hindrance.why ? known.since : now);
      this.#seen.set(row.key, { ...hindrance, since });
      if (hindrance.why === row.held || now - since < lasting) return [];
      return [beginHeld(deps, row, { ...hindrance, since, name: row.deployment.executor.account })];
    });
    await Promise.all(changes);
  }
}

const beginHeld = (deps: Needs, row: RunWatchRow, { asked, answered, url, ...held }: Held): Promise<void> =>
  change(deps, row, (item) => {
    const page = url ?? item.runs.at(-1)?.url;
    const told: Held = {
      ...held,
      ...(asked === undefined ? {} : { asked: fittingText(asked) }),
      ...(answered === undefined ? {} : { answered: fittingText(answered) }),
      ...(page === undefined ? {} : { url: foreignAddress(page) }),
    };
    const reason = held.why === 'person' ? 'WaitingInHarness' : 'HeldUp';
    return { watch: { set: { held: held.why } }, patch: { reason, message: describeHeld(told), held: told } };
  });

const endHeld = (deps: Needs, row: RunWatchRow): Promise<void> =>
  change(deps, row, ({ held }) => ({
    watch: { remove: ['held'] },
    ...(held === undefined ? {} : { patch: { reason: 'GoesOn', message: describeEnd(held, deps.clock.now()) } }),
  }));

interface Told {
  readonly watch: { readonly set?: Pick<RunWatchRow, 'held'>; readonly remove?: readonly (keyof RunWatchRow)[] };
  /** Absent where its row says so already. */
  readonly patch?: Pick<ItemRow, 'reason' | 'message'> & Partial<ItemRow>;
}

/** A start that was sent since waits for nothing any more, whatever the look has seen. */
const asItWas = ({ phase, held }: RunWatchRow): Condition =>
  held === undefined ? { equals: { phase }, missing: ['held'] } : { equals: { phase, held } };

/** Tried once: where somebody else has written meanwhile, the next look sees what is still to be told. */
const change = async (deps: Needs, row: RunWatchRow, make: (item: ItemRow) => Told): Promise<void> => {
  const { batch_id, index, wait, watcher } = placeOf(row);
  const item = rowOf<ItemRow>(await deps.table.get(keys.item(batch_id, index)));
  if (item === undefined || item.outcome !== undefined) return;
  const { watch, patch } = make(item);
  const { set, ...rest } = watch;
  const noted: Write = {
    ...{ update: keys.watch(watcher, batch_id, index, wait), ...rest },
    ...(set === undefined ? {} : { set: attributesOf(set) }),
    when: asItWas(row),
  };
  const occasion = { at: deps.clock.now(), actor: 'executor' };
  const told = patch === undefined ? [] : changeItem(item, { status: item.status, ...patch }, occasion).writes;
  try {
    await deps.table.transact([noted, ...told]);
  } catch (error) {
    if (!isFlotillaError(error, 'ConditionFailed') && !isFlotillaError(error, 'TableBusy')) throw error;
  }
};
