import { FlotillaError, isFlotillaError } from '../../domain/errors.ts';
import type { Item, Key, Write } from '../../domain/ports.ts';
import { messageIn } from '../../domain/record/inbox-message.ts';
import { keys } from '../../domain/record/keys.ts';
import { type ItemRow, itemOf, rowOf, type TurnRow } from '../../domain/record/rows.ts';
import { decide } from '../../domain/schedule/decide.ts';
import type { Grant } from '../../domain/schedule/decisions.ts';
import type { Place } from '../../domain/schedule/place.ts';
import type { ScheduleState } from '../../domain/schedule/state.ts';
import type { Deps } from '../deps.ts';
import { deliverAnswer } from '../wait/answer-wait.ts';
import { tellReturned } from '../wait/tell-returned.ts';
import { loadSchedule, readNewBatches, readScheduleVersion } from './schedule-store.ts';
import { type RowsAgain, rowAgain, turnWrites } from './turn-writes.ts';

type Dispatching = Pick<Deps, 'table' | 'documents' | 'workflow' | 'clock' | 'pace'>;

/** What a dispatcher keeps between its calls: its identity, and the state as it last committed it. */
export interface DispatcherMemory {
  readonly holder: string;
  state?: ScheduleState;
  running?: Promise<void>;
  again?: boolean;
}

interface LeaseRow {
  readonly holder: string;
  readonly fence: number;
  readonly until: number;
}

/** One period of holding the lease. */
interface Tenure {
  readonly fence: number;
  /** Why answers could not be sent. */
  readonly failures: unknown[];
}

/** Rows of a transaction left for decisions: 100 less the state row and the lease, and two to spare. */
const rowsPerRound = 96;
const messagesPerRound = 20;
/**
 * Consecutive contests. Each may cost a reload. The conflicting write left a message in the inbox, so one or two are
 * usual.
 */
const contestsAtMost = 20;
const busyWait = 50;
/** Open turns sent at once. The lease is renewed in between. */
const turnsPerSending = 50;

/**
 * Decides turns until the inbox is empty. Only the holder of the lease decides. Other callers leave at once, because
 * the holder looks again after it lets go. Calls within one process are merged into one.
 */
export const dispatchTurns = async (deps: Dispatching, memory: DispatcherMemory): Promise<void> => {
  if (memory.running !== undefined) {
    memory.again = true;
    return memory.running;
  }
  memory.running = dispatchWhileAsked(deps, memory);
  return memory.running;
};

const dispatchWhileAsked = async (deps: Dispatching, memory: DispatcherMemory): Promise<void> => {
  try {
    do {
      memory.again = false;
      await dispatchUntilQuiet(deps, memory);
    } while (memory.again);
  } finally {
    // Here and not in a later callback: a caller that comes after the last look at `again` must find nobody running.
    delete memory.running;
  }
};

const dispatchUntilQuiet = async (deps: Dispatching, memory: DispatcherMemory): Promise<void> => {
  do {
    const fence = await acquireLease(deps, memory.holder);
    if (fence === undefined) return;
    try {
      await decideAll(deps, memory, { fence, failures: [] });
    } finally {
      await releaseLease(deps, memory.holder, fence);
    }
  } while ((await firstMessages(deps, 1)).length > 0);
};

/**
 * The clocks of two machines differ a little. A lease from far in the future was written by a clock that was set back
 * since. Nobody waits for that time, and if its holder lives, the fence stops it.
 */
const isInForce = ({ until }: LeaseRow, now: number, life: number): boolean => until > now && until <= now + 2 * life;

const acquireLease = async ({ table, clock, pace }: Dispatching, holder: string): Promise<number | undefined> => {
  const lease = rowOf<LeaseRow>(await table.get(keys.lease));
  const now = clock.now();
  if (lease !== undefined && lease.holder !== holder && isInForce(lease, now, pace.lease)) return undefined;
  const fence = (lease?.fence ?? 0) + 1;
  const row: LeaseRow = { holder, fence, until: now + pace.lease };
  const when = lease === undefined ? { exists: false } : { equals: { fence: lease.fence } };
  try {
    await table.transact([{ put: itemOf(keys.lease, row), when }]);
    return fence;
  } catch (error) {
    // Somebody else has just got it, and will read the inbox after this.
    if (isFlotillaError(error, 'ConditionFailed')) return undefined;
    throw error;
  }
};

const releaseLease = async ({ table }: Dispatching, holder: string, fence: number): Promise<void> => {
  try {
    await table.transact([
      { put: itemOf(keys.lease, { holder, fence, until: 0 } satisfies LeaseRow), when: { equals: { fence } } },
    ]);
  } catch (error) {
    // Somebody took it over after it ran out. Nothing of ours can be committed any more.
    if (!isFlotillaError(error, 'ConditionFailed')) throw error;
  }
};

const renewal = ({ clock, pace }: Dispatching, fence: number): Write => ({
  update: keys.lease,
  set: { until: clock.now() + pace.lease },
  when: { equals: { fence } },
});

const firstMessages = async ({ table }: Dispatching, limit: number): Promise<readonly Item[]> =>
  (await table.query({ pk: 'INBOX', limit })).items;

/**
 * An answer that cannot be sent does not keep the others from being decided and sent. It is retried with the next load.
 */
const decideAll = async (deps: Dispatching, memory: DispatcherMemory, tenure: Tenure): Promise<void> => {
  if (memory.state?.version !== (await readScheduleVersion(deps.table))) delete memory.state;
  try {
    await decideUntilQuiet(deps, memory, tenure);
  } finally {
    if (tenure.failures.length > 0) delete memory.state;
  }
  if (tenure.failures.length > 0) throw tenure.failures[0];
};

const decideUntilQuiet = async (deps: Dispatching, memory: DispatcherMemory, tenure: Tenure): Promise<void> => {
  let grant = true;
  let contested = 0;
  for (;;) {
    if (!(await ensureLoaded(deps, memory, tenure))) return;
    const items = await firstMessages(deps, messagesPerRound);
    const unreadable = items.filter((item) => messageIn(item) === undefined);
    if (unreadable.length > 0) {
      if (!(await putAside(deps, tenure.fence, unreadable))) return;
      continue;
    }
    const round = await decideOnce(deps, memory, tenure, { items, grant });
    if (round === 'lost') return;
    if (round === 'contested' || round === 'busy') {
      // Somebody recorded an outcome meanwhile. Its message is in the inbox, so read that to the end before granting.
      contested += 1;
      if (contested > contestsAtMost) throw new FlotillaError('TableBusy', 'the scheduling state is contested');
      if (round === 'busy') await deps.clock.sleep(busyWait * contested);
      grant = false;
      continue;
    }
    if (grant) contested = 0;
    if (round.more || round.consumed < items.length || items.length === messagesPerRound) continue;
    if (grant) return;
    grant = true;
  }
};

/**
 * Loads the state if there is none. Earlier decisions must reach their children, no matter which dispatcher made them.
 * Returns false if the lease is lost.
 */
const ensureLoaded = async (deps: Dispatching, memory: DispatcherMemory, tenure: Tenure): Promise<boolean> => {
  if (memory.state !== undefined) return true;
  const state = await loadSchedule(deps, () => renewLease(deps, tenure.fence));
  if (state === undefined) return false;
  const turns = { pk: 'DISPATCHER', prefix: 'TURN#', limit: turnsPerSending };
  for (let after: string | undefined; ; ) {
    const page = await deps.table.query({ ...turns, ...(after === undefined ? {} : { after }) });
    if (page.items.length > 0) {
      await sendTurns(deps, tenure, await notHeard(deps, page.items));
      if (!(await renewLease(deps, tenure.fence))) return false;
    }
    after = page.next;
    if (after === undefined) break;
  }
  memory.state = state;
  return true;
};

/**
 * Thousands may be in flight, and Step Functions accepts some hundred answers a second from all senders. So nothing is
 * sent to those whose rows show that they have left AwaitTurn.
 */
const notHeard = async ({ table }: Dispatching, items: readonly Item[]): Promise<readonly TurnRow[]> => {
  const turns = items.map((item) => rowOf<TurnRow>(item)!);
  const rows = await Promise.all(turns.map(({ batch_id, index }) => table.get(keys.item(batch_id, index))));
  const steps = rows.map((row) => rowOf<ItemRow>(row)?.step);
  return turns.filter((_, at) => steps[at] === undefined || steps[at] === 'capture');
};

const renewLease = (deps: Dispatching, fence: number): Promise<boolean> => writeUnderLease(deps, fence, []);

/**
 * A message that cannot be read would keep the inbox from ever being empty. It is kept elsewhere, and an alarm reports
 * it.
 */
const putAside = (deps: Dispatching, fence: number, items: readonly Item[]): Promise<boolean> =>
  writeUnderLease(
    deps,
    fence,
    items.flatMap(({ sk, ...row }): Write[] => [
      { put: itemOf(keys.rejected(sk), { ...row, at: deps.clock.now() }) },
      { delete: keys.inbox(sk) },
    ]),
  );

/** Returns false if the lease is lost. */
const writeUnderLease = async (deps: Dispatching, fence: number, writes: readonly Write[]): Promise<boolean> => {
  try {
    await deps.table.transact([renewal(deps, fence), ...writes]);
    return true;
  } catch (error) {
    if (isFlotillaError(error, 'ConditionFailed')) return false;
    throw error;
  }
};

const sendTurns = async (deps: Dispatching, { failures }: Tenure, turns: readonly Place[]): Promise<void> => {
  const sent = await Promise.allSettled(
    turns.map(({ batch_id, index }) => deliverAnswer(deps, { batch_id, index, wait: 'turn' })),
  );
  for (const result of sent) if (result.status === 'rejected') failures.push(result.reason);
};

interface Round {
  readonly items: readonly Item[];
  readonly grant: boolean;
}

/** One transaction. If it fails, nothing was decided: the state is dropped and loaded again. */
const decideOnce = async (
  deps: Dispatching,
  memory: DispatcherMemory,
  tenure: Tenure,
  { items, grant }: Round,
): Promise<{ readonly more: boolean; readonly consumed: number } | 'lost' | 'contested' | 'busy'> => {
  const state = memory.state!;
  const messages = items.map((item) => messageIn(item)!);
  await tellReturned(deps, messages);
  const planned = await readNewBatches(deps, messages, state);
  // From here until the commit, the state is ahead of the table.
  delete memory.state;
  const now = deps.clock.now();
  const decisions = decide(state, messages, { planned, rows: rowsPerRound, grant, now });
  const { more, consumed } = decisions;
  const again = await readAgain(deps, decisions.grants);
  if (again === undefined) return 'contested';
  const read = items.slice(0, consumed).map(({ sk }): Write => ({ delete: keys.inbox(sk) }));
  const writes = turnWrites(state, decisions, { at: now, again });
  if (read.length + writes.length > 1) {
    try {
      await deps.table.transact([renewal(deps, tenure.fence), ...writes, ...read]);
    } catch (error) {
      if (isFlotillaError(error, 'ConditionFailed')) return error.details.index === 0 ? 'lost' : 'contested';
      if (isFlotillaError(error, 'TableBusy')) return 'busy';
      throw error;
    }
    state.version += 1;
  }
  memory.state = state;
  await sendTurns(deps, tenure, [...decisions.grants, ...decisions.refusals]);
  return { more, consumed };
};

/**
 * The rows of deployments that had a turn before. Undefined if one has ended meanwhile; its message is in the inbox.
 */
const readAgain = async ({ table }: Dispatching, grants: readonly Grant[]): Promise<RowsAgain | undefined> => {
  const places = grants.filter(({ again }) => again);
  const rows = await Promise.all(places.map(({ batch_id, index }) => table.get(keys.item(batch_id, index))));
  const items = rows.flatMap((row) => rowOf<ItemRow>(row) ?? []);
  if (items.some(({ outcome }) => outcome !== undefined)) return undefined;
  return new Map(items.map((item) => [rowAgain(item), plain(item)]));
};

const plain = ({ pk: _pk, sk: _sk, ...row }: ItemRow & Partial<Key>): ItemRow => row;
