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
  /** The parts of an attempt that certainly started nothing. The next turn starts it from scratch. */
  readonly undone?: { readonly runs: ItemRow['runs']; readonly writes: readonly Write[] } | undefined;
  /** Since when its executor or cluster does not answer. Absent if it is held. */
  readonly awaySince?: number | undefined;
}

/**
 * Gives a turn back before anything was started under it. The deployment waits again, its capture is deleted, and the
 * dispatcher gets a message. Throws TurnReturned once that is written.
 */
export const returnTurn = async (deps: Needs, returned: Returned): Promise<never> => {
  const { item, turn, undone } = returned;
  // An attempt that changed nothing must not stay recorded as what runs there.
  const hasIntent = item.runs.length > 0 || undone !== undefined;
  const now = hasIntent ? await returnedNowWrites(deps, { target: turn.target, place: item }) : [];
  await deps.table.transact([...returnWrites(deps, returned), ...now]);
  throw turnReturned(returned.because.message);
};

/** The state machine catches it and goes back to AwaitTurn. */
export const turnReturned = (message: string): FlotillaError => new FlotillaError('TurnReturned', message);

/** It gave its turn back and has no other one yet. */
export const hasReturned = ({ step, outcome }: ItemRow): boolean => step === 'turn' && outcome === undefined;

/** A late call may have recorded a capture under a turn that was given back meanwhile, perhaps days ago. */
export const ofThisTurn = (turn: TurnRow | undefined, row: CaptureRow | undefined): CaptureRow | undefined =>
  row?.fence === undefined || row.fence === turn?.fence ? row : undefined;

/** Since when this deployment gets no answer. Undefined if it has waited too long already. */
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
    // What runs may have changed by then, so it is captured again.
    { delete: keys.capture(batch_id, index) },
    { put: itemOf(keys.inbox(ids.next()), { message }) },
    ...(undone?.writes ?? []),
  ];
};

/** Why a turn is held, in the words shown to deployments that wait for one. */
export const whyHeld = async ({ table }: Pick<Deps, 'table'>, { held_by }: TurnRow): Promise<string> => {
  const hold = held_by === undefined ? undefined : rowOf<Hold>(await table.get(keys.hold(held_by)));
  return hold === undefined ? 'Held.' : describeWaiting([waitForHold(hold)]);
};
