import { isFlotillaError } from '../../domain/errors.ts';
import type { HoldScope } from '../../domain/holds/hold.ts';
import type { Table } from '../../domain/ports.ts';
import type { InboxMessage } from '../../domain/record/inbox-message.ts';
import { keys } from '../../domain/record/keys.ts';
import { itemOf } from '../../domain/record/rows.ts';
import { fittingText } from '../deployment/settle-failure.ts';
import type { Deps } from '../deps.ts';

type Needs = Pick<Deps, 'table' | 'clock' | 'ids'>;

/** Milliseconds. Hundreds may notice at once that nobody answers. Each process tells the dispatcher once. */
const toldEvery = 10_000;

/** How long, from its first turn, a deployment waits for what does not answer. After that it fails. */
export const longestAway = 3_600_000;

/** When this process told the dispatcher of each outage. Cleared when it has reported an answer. */
const told = /* @__PURE__ */ new WeakMap<Table, Map<string, number>>();

const toldOf = ({ table }: Needs): Map<string, number> => {
  const known = told.get(table) ?? new Map<string, number>();
  told.set(table, known);
  return known;
};

/** An executor account or a cluster. */
export type Neighbour = Required<Pick<HoldScope, 'executor'>> | Required<Pick<HoldScope, 'cluster'>>;

/** As a turn names what has to answer; see `tries` of TurnRow. */
const nameOf = (scope: Neighbour): string =>
  'executor' in scope ? `executor:${scope.executor}` : `cluster:${scope.cluster}`;

export interface Asked {
  readonly scope: Neighbour;
  /** From the turn under which it was asked. */
  readonly tries?: readonly string[] | undefined;
}

/** Tells the dispatcher that there was no answer. */
export const noteOutage = async (deps: Needs, { scope, tries }: Asked, seen: string): Promise<void> => {
  const [name, at, known] = [nameOf(scope), deps.clock.now(), toldOf(deps)];
  const last = known.get(name);
  // The one let through as a trial is always reported.
  if (tries?.includes(name) !== true && last !== undefined && at - last < toldEvery) return;
  if (await tell(deps, { type: 'outage', scope, seen: fittingText(seen), at })) known.set(name, at);
};

/** Tells the dispatcher that there was an answer, if somebody waits for that. */
export const noteAnswer = async (deps: Needs, { scope, tries }: Asked): Promise<void> => {
  const [name, known] = [nameOf(scope), toldOf(deps)];
  if (tries?.includes(name) !== true && !known.has(name)) return;
  if (await tell(deps, { type: 'answered', scope, at: deps.clock.now() })) known.delete(name);
};

/** Returns false if the table is busy. A run's news must be recorded even if the dispatcher cannot get its message. */
const tell = async ({ table, ids }: Needs, message: InboxMessage): Promise<boolean> => {
  try {
    await table.transact([{ put: itemOf(keys.inbox(ids.next()), { message }) }]);
    return true;
  } catch (error) {
    if (!isFlotillaError(error, 'TableBusy')) throw error;
    return false;
  }
};
