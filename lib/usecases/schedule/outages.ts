import { isFlotillaError } from '../../domain/errors.ts';
import type { HoldScope } from '../../domain/holds/hold.ts';
import type { Table } from '../../domain/ports.ts';
import type { InboxMessage } from '../../domain/record/inbox-message.ts';
import { keys } from '../../domain/record/keys.ts';
import { itemOf } from '../../domain/record/rows.ts';
import { fittingText } from '../deployment/settle-failure.ts';
import type { Deps } from '../deps.ts';

type Needs = Pick<Deps, 'table' | 'clock' | 'ids'>;

/** Milliseconds. Hundreds may find out at once that nobody answers: one of each process tells the dispatcher. */
const toldEvery = 10_000;

/** How long a deployment is given back for what does not answer, from its first turn; then it fails. */
export const longestAway = 3_600_000;

/** What of this process has told the dispatcher of an outage, and when; gone when it has told of an answer. */
const told = /* @__PURE__ */ new WeakMap<Table, Map<string, number>>();

const toldOf = ({ table }: Needs): Map<string, number> => {
  const known = told.get(table) ?? new Map<string, number>();
  told.set(table, known);
  return known;
};

/** An executor's account, or a cluster. */
export type Neighbour = Required<Pick<HoldScope, 'executor'>> | Required<Pick<HoldScope, 'cluster'>>;

/** As a turn names what has to answer: see `tries` of TurnRow. */
const nameOf = (scope: Neighbour): string =>
  'executor' in scope ? `executor:${scope.executor}` : `cluster:${scope.cluster}`;

export interface Asked {
  readonly scope: Neighbour;
  /** Of the turn under which it was asked. */
  readonly tries?: readonly string[] | undefined;
}

/** Tells the dispatcher that nothing came back. */
export const noteOutage = async (deps: Needs, { scope, tries }: Asked, seen: string): Promise<void> => {
  const [name, at, known] = [nameOf(scope), deps.clock.now(), toldOf(deps)];
  const last = known.get(name);
  // The one that is let through to try it is always told of.
  if (tries?.includes(name) !== true && last !== undefined && at - last < toldEvery) return;
  if (await tell(deps, { type: 'outage', scope, seen: fittingText(seen), at })) known.set(name, at);
};

/** Tells it that something did, where somebody waits for that. */
export const noteAnswer = async (deps: Needs, { scope, tries }: Asked): Promise<void> => {
  const [name, known] = [nameOf(scope), toldOf(deps)];
  if (tries?.includes(name) !== true && !known.has(name)) return;
  if (await tell(deps, { type: 'answered', scope, at: deps.clock.now() })) known.delete(name);
};

/** False where the table is busy: what was seen of a run is to be written down whether the dispatcher can be told or not. */
const tell = async ({ table, ids }: Needs, message: InboxMessage): Promise<boolean> => {
  try {
    await table.transact([{ put: itemOf(keys.inbox(ids.next()), { message }) }]);
    return true;
  } catch (error) {
    if (!isFlotillaError(error, 'TableBusy')) throw error;
    return false;
  }
};
