import { FlotillaError } from '../../domain/errors.ts';
import type { Hold } from '../../domain/holds/hold.ts';
import type { Write } from '../../domain/ports.ts';
import { changeItem } from '../../domain/record/change.ts';
import type { InboxMessage } from '../../domain/record/inbox-message.ts';
import { keys } from '../../domain/record/keys.ts';
import { type CaptureRow, type ItemRow, itemOf, rowOf, type TurnRow } from '../../domain/record/rows.ts';
import { describeWaiting, waitForHold } from '../../domain/schedule/waiting.ts';
import type { Deps } from '../deps.ts';
import { longestAway } from '../schedule/outages.ts';
import { returnedNowWrites } from '../targets/now-writes.ts';

type Needs = Pick<Deps, 'table' | 'clock' | 'ids'>;

export interface Returned {
  readonly item: ItemRow;
  readonly turn: TurnRow;
  readonly because: { readonly reason: string; readonly message: string };
  readonly actor: string;
  /** What was begun of an attempt that certainly started nothing, and is begun anew with the next turn. */
  readonly undone?: { readonly runs: ItemRow['runs']; readonly writes: readonly Write[] } | undefined;
  /** Since when its executor or its cluster does not answer; absent where it is held. */
  readonly awaySince?: number | undefined;
}

/**
 * Gives a turn back before anything was started under it: the deployment waits again, what was captured is forgotten, and the
 * dispatcher is told. Throws TurnReturned when that is written.
 */
export const returnTurn = async (deps: Needs, returned: Returned): Promise<never> => {
  const { item, turn, undone } = returned;
  // What an attempt wrote down that has changed nothing is not what stands there.
  const hasIntent = item.runs.length > 0 || undone !== undefined;
  const now = hasIntent ? await returnedNowWrites(deps, { target: turn.target, place: item }) : [];
  await deps.table.transact([...returnWrites(deps, returned), ...now]);
  throw turnReturned(returned.because.message);
};

/** Caught by the state machine, which goes back to AwaitTurn. */
export const turnReturned = (message: string): FlotillaError => new FlotillaError('TurnReturned', message);

/** Nobody has given it another turn since it gave its own back. */
export const hasReturned = ({ step, outcome }: ItemRow): boolean => step === 'turn' && outcome === undefined;

/** A call that was late may have written down what it saw under a turn that was given back meanwhile, days ago perhaps. */
export const ofThisTurn = (turn: TurnRow | undefined, row: CaptureRow | undefined): CaptureRow | undefined =>
  row?.fence === undefined || row.fence === turn?.fence ? row : undefined;

/** Since when nobody answers this deployment; undefined where that is longer than it waits for it. */
export const awaySinceOf = ({ clock }: Pick<Deps, 'clock'>, item: ItemRow): number | undefined => {
  const now = clock.now();
  const since = item.away_since ?? item.started_at ?? now;
  return now - since < longestAway ? since : undefined;
};

const returnWrites = ({ clock, ids }: Needs, { item, turn, because, actor, ...more }: Returned): readonly Write[] => {
  const { batch_id, index } = item;
  const { undone, awaySince } = more;
  const { started_at: _, deadline: __, failure: ___, health: ____, away_since: _____, ...waiting } = item;
  const since = awaySince === undefined ? {} : { away_since: awaySince };
  const runs = undone?.runs ?? item.runs;
  const change = changeItem(
    waiting,
    { status: 'PENDING', ...because, step: 'turn', runs, returns: (item.returns ?? 0) + 1, ...since },
    { at: clock.now(), actor },
  );
  const message: InboxMessage = { type: 'returned', batch_id, index, fence: turn.fence! };
  return [
    ...change.writes,
    { delete: keys.turn(batch_id, index), when: { equals: { fence: turn.fence!, state: turn.state } } },
    // Who knows what will run by then: it is looked at again.
    { delete: keys.capture(batch_id, index) },
    { put: itemOf(keys.inbox(ids.next()), { message }) },
    ...(undone?.writes ?? []),
  ];
};

/** Why a turn is held, as those are told who wait for one. */
export const whyHeld = async ({ table }: Pick<Deps, 'table'>, { held_by }: TurnRow): Promise<string> => {
  const hold = held_by === undefined ? undefined : rowOf<Hold>(await table.get(keys.hold(held_by)));
  return hold === undefined ? 'Held.' : describeWaiting([waitForHold(hold)]);
};
